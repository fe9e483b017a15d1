/** What a training panel's x axis counts. */
export const xModes = ["step", "epoch", "time"] as const;
export type XMode = (typeof xModes)[number];

export interface StepMap {
  /** Optimizer steps of one pass over the training set; 1 for full batches. */
  stepsPerEpoch?: number;
  /** Series elapsedMs: time at steps. */
  elapsed?: { steps: readonly number[]; values: readonly (number | null)[] };
}

/** Linear interpolation, held beyond the ends; null without points. `xs` in order. */
function interpolate(xs: readonly number[], ys: readonly number[], x: number): number | null {
  if (xs.length === 0) return null;
  let low = 0;
  let high = xs.length - 1;
  if (x <= (xs[0] as number)) return ys[0] as number;
  if (x >= (xs[high] as number)) return ys[high] as number;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((xs[middle] as number) <= x) low = middle;
    else high = middle;
  }
  const [x0, x1, y0, y1] = [xs[low], xs[high], ys[low], ys[high]] as [number, number, number, number];
  return x1 === x0 ? y0 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}

function elapsedPairs({ elapsed }: StepMap): { steps: number[]; seconds: number[] } {
  const steps: number[] = [];
  const seconds: number[] = [];
  elapsed?.steps.forEach((step, i) => {
    const value = elapsed.values[i];
    if (value === null || value === undefined) return;
    steps.push(step);
    seconds.push(value / 1000);
  });
  return { steps, seconds };
}

/** @returns x of each step: itself, epochs, or seconds (null where no time is known). */
export function xOfSteps(steps: readonly number[], mode: XMode, map: StepMap): (number | null)[] {
  if (mode === "step") return [...steps];
  if (mode === "epoch") return steps.map((step) => step / (map.stepsPerEpoch ?? 1));
  const { steps: known, seconds } = elapsedPairs(map);
  return steps.map((step) => interpolate(known, seconds, step));
}

/** The step at an x: the inverse of `xOfSteps`, rounded. */
export function stepOfX(x: number, mode: XMode, map: StepMap): number | null {
  if (mode === "step") return Math.round(x);
  if (mode === "epoch") return Math.round(x * (map.stepsPerEpoch ?? 1));
  const { steps, seconds } = elapsedPairs(map);
  const step = interpolate(seconds, steps, x);
  return step === null ? null : Math.round(step);
}

export const xLabels: Record<XMode, string> = { step: "step", epoch: "epoch", time: "time (s)" };
