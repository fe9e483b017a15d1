import { MathError } from "../MathError.ts";
import { finish, type Search } from "./search.ts";

/** A smooth function: returns its value at x and writes its gradient into `gradient`. */
export type SmoothFunction = (x: Float64Array, gradient: Float64Array) => number;

/** When to stop. */
interface MinimizeOptions {
  /** Stop where every gradient entry is at or below this, or this share of the value where that is above 1. */
  gradientTolerance: number;
  /** Stop, too, where the last 20 iterations lowered the value by less than this share of it and the gradient is at most 1000 times as large. */
  valueTolerance?: number;
  /** What rounding leaves of a gradient entry: where it is no larger, the value alone decides whether to stop. */
  gradientNoise?: number;
  maxIterations: number;
  /** Evaluations after which no further iteration is begun; an iteration takes one to forty, mostly one. */
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
  /** Whether it ended because the value fell no further: by the value's tolerance, or where float64 shows no descent. */
  flat: boolean;
}

/** The function in units of a loss, so that a search's tolerances are relative, however small the decay. */
export function measuredIn(unit: number, evaluate: SmoothFunction): SmoothFunction {
  return (x, gradient) => {
    const value = evaluate(x, gradient) / unit;
    for (let i = 0; i < gradient.length; i++) gradient[i] /= unit;
    return value;
  };
}

const memory = 20;

/** What one iteration teaches about the curvature: s = Δx, y = Δgradient, ρ = 1/⟨s, y⟩. */
export interface Step {
  s: Float64Array;
  y: Float64Array;
  rho: number;
}

/**
 * A local minimum by L-BFGS with a weak-Wolfe bisection line search; deterministic. `converged` says whether the gradient bound was
 * met; without it the search ended where float64 shows no further descent, by the value's tolerance, or at the last iteration.
 * @throws {MathError} if the value at the start is not finite
 * Source: Liu, Nocedal (1989), Math. Programming 45; line search of Lewis, Overton (2013), Math. Programming 141.
 */
export function minimize(objective: SmoothFunction, start: Float64Array, options: MinimizeOptions): Minimum {
  return finish(minimizing(objective, start, options));
}

/** The same, with a pause after each iteration. */
export function* minimizing(objective: SmoothFunction, start: Float64Array, options: MinimizeOptions): Search<Minimum> {
  const { maxEvaluations = Number.POSITIVE_INFINITY, valueTolerance = 0, gradientNoise = 0 } = options;
  let evaluations = 0;
  const evaluate: SmoothFunction = (at, slope) => {
    evaluations++;
    return objective(at, slope);
  };
  let here: Point = { x: start.slice(), gradient: new Float64Array(start.length), value: 0 };
  let next: Point = { x: start.slice(), gradient: new Float64Array(start.length), value: 0 };
  here.value = evaluate(here.x, here.gradient);
  if (!Number.isFinite(here.value)) throw new MathError(`value ${here.value} at the start of a minimization must be finite`);
  const direction = new Float64Array(start.length);
  const steps: Step[] = [];
  const values: number[] = [];
  let iterations = 0;
  let flat = false;
  const tolerance = () => options.gradientTolerance * Math.max(1, Math.abs(here.value));
  let converged = largest(here.gradient) <= tolerance();
  for (; !converged && iterations < options.maxIterations && evaluations < maxEvaluations; iterations++) {
    descent(here.gradient, steps, direction);
    let slope = dot(here.gradient, direction);
    if (!(slope < 0)) {
      steps.length = 0;
      descent(here.gradient, steps, direction);
      slope = dot(here.gradient, direction);
    }
    const first = steps.length === 0 ? 1 / Math.max(1, Math.sqrt(-slope)) : 1;
    const found = lineSearch(evaluate, here, next, direction, slope, first, steps.length === 0 ? 40 : 15);
    yield;
    if (!found) {
      flat = steps.length === 0;
      if (flat) break;
      steps.length = 0; // the curvature may be stale: once more along the gradient
      continue;
    }
    remember(steps, here, next);
    [here, next] = [next, here];
    converged = largest(here.gradient) <= tolerance();
    values.push(here.value);
    if (values.length <= memory) continue;
    const lowered = (values.shift() as number) - here.value;
    const isStill = largest(here.gradient) <= Math.max(1000 * tolerance(), gradientNoise);
    flat = isStill && lowered < valueTolerance * Math.abs(here.value);
    if (flat) break;
  }
  return { x: here.x, value: here.value, gradientSize: largest(here.gradient), iterations, converged, flat };
}

interface Point {
  x: Float64Array;
  gradient: Float64Array;
  value: number;
}

function remember(steps: Step[], from: Point, to: Point): void {
  // The arrays of the step that is forgotten serve again.
  const { s, y } =
    steps.length === memory
      ? (steps.shift() as Step)
      : { s: new Float64Array(from.x.length), y: new Float64Array(from.x.length) };
  for (let i = 0; i < s.length; i++) {
    s[i] = to.x[i] - from.x[i];
    y[i] = to.gradient[i] - from.gradient[i];
  }
  const curvature = dot(s, y);
  if (curvature > 0) steps.push({ s, y, rho: 1 / curvature });
}

/** The two-loop recursion: −H g for the inverse Hessian H that the remembered steps imply, into `direction`. */
export function descent(gradient: Float64Array, steps: Step[], direction: Float64Array): void {
  for (let i = 0; i < gradient.length; i++) direction[i] = -gradient[i];
  const alphas = new Array<number>(steps.length);
  for (let i = steps.length - 1; i >= 0; i--) {
    alphas[i] = steps[i].rho * dot(steps[i].s, direction);
    addScaled(direction, -alphas[i], steps[i].y);
  }
  const last = steps[steps.length - 1];
  const gain = last ? 1 / (last.rho * dot(last.y, last.y)) : 1;
  for (let i = 0; i < direction.length; i++) direction[i] *= gain;
  for (let i = 0; i < steps.length; i++) addScaled(direction, alphas[i] - steps[i].rho * dot(steps[i].y, direction), steps[i].s);
}

/** Sets `to` to a point along the direction that fulfils the weak Wolfe conditions; false where none is found. */
function lineSearch(
  evaluate: SmoothFunction,
  from: Point,
  to: Point,
  direction: Float64Array,
  slope: number,
  first: number,
  trials: number,
): boolean {
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let step = first;
  // Near the minimum the true decrease is below the rounding of a long sum: let the slope decide there.
  const slack = 1e-13 * Math.abs(from.value);
  for (let trial = 0; trial < trials; trial++) {
    for (let i = 0; i < direction.length; i++) to.x[i] = from.x[i] + step * direction[i];
    to.value = evaluate(to.x, to.gradient);
    const end = dot(to.gradient, direction);
    if (!(to.value <= from.value + 1e-4 * step * slope + slack) || !Number.isFinite(end)) high = step;
    else if (end < 0.9 * slope) low = step;
    else return true;
    step = high === Number.POSITIVE_INFINITY ? 2 * step : (low + high) / 2;
  }
  return false;
}

/** Four sums at once, which do not wait for each other. */
export function dot(a: Float64Array, b: Float64Array): number {
  const blocked = a.length - (a.length % 4);
  let [s, t, u, v] = [0, 0, 0, 0];
  for (let i = 0; i < blocked; i += 4) {
    s += a[i] * b[i];
    t += a[i + 1] * b[i + 1];
    u += a[i + 2] * b[i + 2];
    v += a[i + 3] * b[i + 3];
  }
  for (let i = blocked; i < a.length; i++) s += a[i] * b[i];
  return s + t + (u + v);
}

function addScaled(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * source[i];
}

function largest(vector: Float64Array): number {
  let most = 0;
  for (let i = 0; i < vector.length; i++) most = Math.max(most, Math.abs(vector[i]));
  return most;
}
