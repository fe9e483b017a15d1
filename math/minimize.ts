import { MathError } from "./MathError.ts";

/** A smooth function: returns its value at x and writes its gradient into `gradient`. */
export type SmoothFunction = (x: Float64Array, gradient: Float64Array) => number;

/** When to stop. */
export interface MinimizeOptions {
  /** Stop where every gradient entry is at or below this. */
  gradientTolerance: number;
  maxIterations: number;
  /** Evaluations after which no further iteration is begun; an iteration takes one to sixty, mostly one. */
  maxEvaluations?: number;
}

/** A local minimum and how far it was followed. */
export interface Minimum {
  x: Float64Array;
  value: number;
  /** Largest gradient entry at x. */
  gradientSize: number;
  iterations: number;
  converged: boolean;
}

const memory = 20;

/**
 * A local minimum by L-BFGS with a weak-Wolfe bisection line search; deterministic. `converged` tells whether the gradient bound was
 * met; without it the search ended where float64 shows no further descent, or at the last iteration.
 * @throws {MathError} if the value at the start is not finite
 * Source: Liu, Nocedal (1989), Math. Programming 45; line search of Lewis, Overton (2013), Math. Programming 141.
 */
export function minimize(objective: SmoothFunction, start: Float64Array, options: MinimizeOptions): Minimum {
  let evaluations = 0;
  const evaluate: SmoothFunction = (at, slope) => {
    evaluations++;
    return objective(at, slope);
  };
  const { maxEvaluations = Number.POSITIVE_INFINITY } = options;
  const size = start.length;
  let x: Float64Array = start.slice();
  let gradient: Float64Array = new Float64Array(size);
  let value = evaluate(x, gradient);
  if (!Number.isFinite(value)) throw new MathError(`value ${value} at the start of a minimization must be finite`);
  const steps: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  let iterations = 0;
  let converged = largest(gradient) <= options.gradientTolerance;
  for (; !converged && iterations < options.maxIterations && evaluations < maxEvaluations; iterations++) {
    let direction = descent(gradient, steps);
    let slope = dot(gradient, direction);
    if (!(slope < 0)) {
      steps.length = 0;
      direction = gradient.map((entry) => -entry);
      slope = dot(gradient, direction);
    }
    const first = steps.length === 0 ? 1 / Math.max(1, Math.sqrt(-slope)) : 1;
    const next = lineSearch(evaluate, x, value, direction, slope, first);
    if (!next) {
      if (steps.length === 0) break;
      steps.length = 0; // the curvature may be stale: once more along the gradient
      continue;
    }
    const s = next.x.map((entry, i) => entry - x[i]);
    const y = next.gradient.map((entry, i) => entry - gradient[i]);
    const curvature = dot(s, y);
    if (curvature > 0) {
      steps.push({ s, y, rho: 1 / curvature });
      if (steps.length > memory) steps.shift();
    }
    x = next.x;
    gradient = next.gradient;
    value = next.value;
    converged = largest(gradient) <= options.gradientTolerance;
  }
  return { x, value, gradientSize: largest(gradient), iterations, converged };
}

/** The two-loop recursion: −H g for the inverse Hessian H that the remembered steps imply. */
function descent(gradient: Float64Array, steps: { s: Float64Array; y: Float64Array; rho: number }[]): Float64Array {
  const q = gradient.slice();
  const alphas = new Array<number>(steps.length);
  for (let i = steps.length - 1; i >= 0; i--) {
    alphas[i] = steps[i].rho * dot(steps[i].s, q);
    addScaled(q, -alphas[i], steps[i].y);
  }
  const last = steps[steps.length - 1];
  const gain = last ? 1 / (last.rho * dot(last.y, last.y)) : 1;
  for (let i = 0; i < q.length; i++) q[i] *= gain;
  for (let i = 0; i < steps.length; i++) addScaled(q, alphas[i] - steps[i].rho * dot(steps[i].y, q), steps[i].s);
  return q.map((entry) => -entry);
}

function lineSearch(
  evaluate: SmoothFunction,
  x: Float64Array,
  value: number,
  direction: Float64Array,
  slope: number,
  first: number,
) {
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let step = first;
  // Near the minimum the true decrease is below rounding: allow a few ulps, and let the slope decide.
  const slack = 4 * Number.EPSILON * Math.abs(value);
  for (let trial = 0; trial < 60; trial++) {
    const at = x.map((entry, i) => entry + step * direction[i]);
    const gradient = new Float64Array(x.length);
    const reached = evaluate(at, gradient);
    const end = dot(gradient, direction);
    if (!(reached <= value + 1e-4 * step * slope + slack) || !Number.isFinite(end)) high = step;
    else if (end < 0.9 * slope) low = step;
    else return { x: at, value: reached, gradient };
    step = high === Number.POSITIVE_INFINITY ? 2 * step : (low + high) / 2;
  }
  return null;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function addScaled(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * source[i];
}

function largest(vector: Float64Array): number {
  let most = 0;
  for (const entry of vector) most = Math.max(most, Math.abs(entry));
  return most;
}
