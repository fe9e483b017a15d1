/** Measurements of a run that is measured every m steps, at step 0 and at the last one. */
export const measurementsEvery = (m: number, steps: number): number => 1 + Math.ceil(steps / m);
