import { descent, dot, type Step } from "./minimize.ts";

/** A point with the value and the gradient of an objective there. */
export interface Evaluated {
  x: Float64Array;
  value: number;
  gradient: Float64Array;
}

/** Trials of one line search: with curvature to go by, and without. */
const trials = { informed: 20, blind: 40 };

/**
 * One iteration of L-BFGS for an objective that is evaluated elsewhere: yields the points that it asks for, rounded to float32, and is given
 * each one evaluated. A weak-Wolfe bisection line search, which also serves where the objective has kinks, as with ReLU. Where the curvature
 * remembered leads nowhere it is forgotten, and the gradient followed.
 * @param steps what earlier iterations taught, the newest last; changed by this one. Their entries are float32 numbers, so that they can be
 *   stored as such without a loss
 * @param noise share of the value within which two values count as equal, as it is computed in float32: there the slope decides
 * @returns the next point; null where no step along the gradient lowers the value
 * Source: Liu, Nocedal (1989), Math. Programming 45; line search of Lewis, Overton (2013), Math. Programming 141; the slope where values are
 * equal up to rounding: Hager, Zhang (2005), SIAM J. Optim. 16.
 */
export function* quasiNewtonStep(
  here: Evaluated,
  steps: Step[],
  { memory, noise }: { memory: number; noise: number },
): Generator<Float64Array, Evaluated | null, Evaluated> {
  const direction = new Float64Array(here.x.length);
  for (;;) {
    descent(here.gradient, steps, direction);
    const slope = dot(here.gradient, direction);
    const isInformed = steps.length > 0;
    const found = slope < 0 ? yield* lineSearch(here, direction, slope, isInformed, noise) : null;
    if (found) {
      remember(steps, here, found, memory);
      return found;
    }
    if (!isInformed) return null;
    steps.length = 0;
  }
}

function* lineSearch(
  from: Evaluated,
  direction: Float64Array,
  slope: number,
  isInformed: boolean,
  noise: number,
): Generator<Float64Array, Evaluated | null, Evaluated> {
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let step = isInformed ? 1 : 1 / Math.max(1, Math.sqrt(-slope));
  const slack = noise * Math.abs(from.value);
  for (let trial = 0; trial < (isInformed ? trials.informed : trials.blind); trial++) {
    const to = yield Float64Array.from(from.x, (value, i) => Math.fround(value + step * direction[i]));
    const end = dot(to.gradient, direction);
    const falls = to.value <= from.value + 1e-4 * step * slope;
    // Within the rounding of the value it is the slope that tells: neither uphill nor hardly less steep.
    const isFlat = Math.abs(to.value - from.value) <= slack && end <= -0.9 * slope;
    if (!Number.isFinite(end) || !(falls || isFlat)) high = step;
    else if (end < 0.9 * slope) low = step;
    else return to;
    step = high === Number.POSITIVE_INFINITY ? 2 * step : (low + high) / 2;
  }
  return null;
}

/** Of a step without positive curvature nothing is learnt. */
function remember(steps: Step[], from: Evaluated, to: Evaluated, memory: number): void {
  const s = Float64Array.from(to.x, (value, i) => Math.fround(value - from.x[i]));
  const y = Float64Array.from(to.gradient, (value, i) => Math.fround(value - from.gradient[i]));
  const curvature = dot(s, y);
  if (!(curvature > 0)) return;
  if (steps.length === memory) steps.shift();
  steps.push({ s, y, rho: 1 / curvature });
}
