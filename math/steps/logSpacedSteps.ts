import { assertAtLeast, assertInteger } from "../MathError.ts";

/**
 * The steps at which a run is measured: 0, then the rounded 10^(j/perDecade) for j = 0, 1, 2, …, then the total;
 * integers, strictly rising, each at most once.
 * @param total optimizer steps of the run, an integer ≥ 0
 * @param perDecade points per factor of ten, above 0
 * @throws {MathError} if an argument is out of range
 */
export function logSpacedSteps(total: number, perDecade: number): number[] {
  assertInteger("total", total, 0);
  assertAtLeast("perDecade", perDecade, 0, true);
  const steps = [0];
  for (let j = 0; ; j++) {
    const step = Math.round(10 ** (j / perDecade));
    if (step >= total) break;
    if (step > steps[steps.length - 1]) steps.push(step);
  }
  if (total > 0) steps.push(total);
  return steps;
}
