import { collapsedObjective } from "./collapsedObjective.ts";
import { zeroMeanBasis } from "./frames.ts";
import { assertAtLeast, MathError } from "./MathError.ts";
import type { Matrix } from "./matrix.ts";
import { frobeniusNorm, matrix, multiplyTransposed, rowDot, scale, stackRows } from "./matrix.ts";
import { minimize } from "./minimize.ts";
import type { Optimum } from "./optimum.ts";
import { singularValues } from "./singularValues.ts";
import type { SolvableObjective } from "./unconstrainedObjective.ts";
import { assertObjective } from "./unconstrainedObjective.ts";

/** Above this many classes the numeric solver would take minutes. */
export const numericClassLimit = 100;
/** Above this ρ the slack's walls are so steep that rounding keeps the gradient from 0. */
const mildSlack = 100;
/** Evaluations × K²r (twice with slack): about a minute at most on a usual core. */
const mostWork = 4e9;

/**
 * The optimum of an objective with unequal (or equal) classes, solved over K class features and W by L-BFGS, deterministically.
 * L* is right to about 1e-12 (with slack above ρ = `mildSlack` to 1e-6). All samples of a class share one feature at an optimum (the fit is convex in the feature). W and H
 * are given r = K coordinates (less only if d is smaller), one more than they need: a stationary point that leaves a coordinate
 * unused is a global minimum, so no random restarts are needed. With slack, the frame may ask for a direction of W that no feature
 * uses: r = K + 1 (H lies within the span of the K rows of W, the objective being convex in the Gram matrix of both).
 * @throws {MathError} if the objective is invalid, a decay is not positive, K is above `numericClassLimit`, d < 2, or the search does not converge
 * Source: derived; for the rank argument see Burer, Monteiro (2005), Math. Programming 103.
 */
export function numericOptimum(objective: SolvableObjective): Optimum {
  assertObjective(objective);
  assertAtLeast("weightDecay", objective.weightDecay, 0, true);
  if ("featureDecay" in objective) assertAtLeast("featureDecay", objective.featureDecay, 0, true);
  const { counts, dim } = objective;
  const classes = counts.length;
  if (classes > numericClassLimit)
    throw new MathError(`classes = ${classes} must be at most ${numericClassLimit} for the numeric solver`);
  const zeroMean = objective.kind === "gufm-ce" || objective.kind === "gufm-mse";
  const isHeld = "slack" in objective && objective.slack !== undefined && objective.slack.rho > 0;
  const wanted = classes + (isHeld ? 1 : 0);
  const rank = Math.min(wanted, zeroMean ? dim - 1 : dim);
  if (rank < 1) throw new MathError(`dim = ${dim} must be at least 2 for features of zero mean`);
  const { problem, found } = search(objective, rank, isHeld);
  const bound = isHeld && (objective.slack?.rho ?? 0) > mildSlack ? 1e-5 : 1e-7;
  if (!found.converged && found.gradientSize > bound)
    throw new MathError(
      `gradient ${found.gradientSize} is above ${bound} after ${found.iterations} steps of the numeric solver${isHeld ? `; a ρ below ${objective.slack?.rho} is easier` : ""}`,
    );
  const point = problem.read(found.x);
  const zero = frobeniusNorm(point.weights) < 1e-6;
  const { weights, features } = zero ? { weights: matrix(classes, 1), features: matrix(classes, 1) } : usedCoordinates(point);
  const samples = counts.reduce((sum, count) => sum + count, 0);
  const squared = counts.reduce((sum, count, k) => sum + count * rowDot(features, k, features, k), 0);
  return {
    method: "numeric",
    loss: point.fit + point.ridge + point.slack,
    fit: point.fit,
    ridge: point.ridge,
    slack: point.slack,
    geometry: zero ? "zero" : "unequal",
    scale: frobeniusNorm(weights) / Math.sqrt(classes),
    featureScale: Math.sqrt(squared / samples),
    counts,
    weights,
    features,
    bias: point.bias,
    zeroMean,
  };
}

/** L-BFGS from near the simplex; with a strong slack by way of weaker ones, as from far away its steep walls hold the search up. */
function search(objective: SolvableObjective, rank: number, isHeld: boolean) {
  const classes = objective.counts.length;
  const work = classes * classes * rank * (isHeld ? 2 : 1);
  const options = { gradientTolerance: 1e-10, maxIterations: 20_000, maxEvaluations: Math.ceil(mostWork / work) };
  let start: Float64Array | null = null;
  for (const weaker of weakerSlacks(objective)) {
    const { size, evaluate } = collapsedObjective(weaker, rank);
    start = minimize(evaluate, start ?? startNearSimplex(size, classes, rank), { ...options, gradientTolerance: 1e-7 }).x;
  }
  const problem = collapsedObjective(objective, rank);
  return { problem, found: minimize(problem.evaluate, start ?? startNearSimplex(problem.size, classes, rank), options) };
}

/** The same objective with ρ = `mildSlack`, ten times that, … below its own. */
function weakerSlacks(objective: SolvableObjective): SolvableObjective[] {
  if (!("slack" in objective) || !objective.slack) return [];
  const { slack } = objective;
  const weaker: SolvableObjective[] = [];
  for (let rho = mildSlack; rho < slack.rho; rho *= 10) weaker.push({ ...objective, slack: { ...slack, rho } });
  return weaker;
}

/** The point in no more coordinates than its rows span; what the search left along the others is below 1e-7 of the rows. */
function usedCoordinates({ weights, features }: { weights: Matrix; features: Matrix }) {
  const stacked = stackRows(scale(1 / frobeniusNorm(weights), weights), scale(1 / frobeniusNorm(features), features));
  const { values, right } = singularValues(stacked);
  const used = values.filter((value) => value > 1e-7 * values[0]).length;
  const directions = matrix(used, right.cols, right.data.slice(0, used * right.cols));
  return { weights: multiplyTransposed(weights, directions), features: multiplyTransposed(features, directions) };
}

/** W = Z = a unit simplex (with the rest of the coordinates used a little): never a saddle that the classes' symmetry would keep. */
function startNearSimplex(size: number, classes: number, rank: number): Float64Array {
  const x = new Float64Array(size);
  const basis = zeroMeanBasis(classes);
  let state = 1;
  for (let k = 0; k < classes; k++) {
    for (let j = 0; j < rank; j++) {
      state = (state * 48271) % 2147483647; // Park and Miller's generator: the same start on every machine
      const nudge = 0.02 * (state / 2147483647 - 0.5);
      const value = (j < classes - 1 ? basis.data[j * classes + k] : 0) + nudge;
      x[k * rank + j] = value;
      x[classes * rank + k * rank + j] = value;
    }
  }
  return x;
}
