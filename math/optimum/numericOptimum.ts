import { simplexStart } from "../frames/simplexStart.ts";
import { matrix } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { evenedOptimum, gradientNoise } from "./balancedOptimum.ts";
import { collapsedObjective } from "./collapsedObjective.ts";
import { heldObjective } from "./heldObjective.ts";
import { type Minimum, measuredIn, minimizing } from "./minimize.ts";
import { makeOptimum, type Optimum, usedCoordinates } from "./optimum.ts";
import { finish, type Search } from "./search.ts";
import type { Slack } from "./slackObjective.ts";
import { type Solvable, type SolvableObjective, solvable } from "./unconstrainedObjective.ts";

/** Above this many classes the numeric solver would take minutes. */
export const numericClassLimit = 100;
/** Evaluations × K²r (twice with slack): about a minute at most on a usual core. */
const maxWork = 1.2e10;

/**
 * The optimum of an objective with unequal (or equal) classes, solved over K class features and W by L-BFGS, deterministically.
 * L* is right to about 1e-12 of itself. All samples of a class share one feature at an optimum (the fit is convex in the feature). W and H
 * are given r = K coordinates (less only if d is smaller), one more than they need: a stationary point that leaves a coordinate
 * unused is a global minimum, so no random restarts are needed.
 * With slack (d > K) the search begins on the frame itself, ρ = ∞, and continues from there with W symmetric (heldObjective.ts); H
 * lies within the span of the K rows of W, the objective being convex in the Gram matrix of both.
 * @throws {MathError} if the objective is invalid, a decay is not positive, K is above `numericClassLimit`, d < 2, or the search does not converge
 * Source: derived; for the rank argument see Burer, Monteiro (2005), Math. Programming 103.
 */
export function numericOptimum(objective: SolvableObjective): Optimum {
  return finish(findNumericOptimum(solvable(objective)));
}

/** The same of a checked objective, with a pause after each iteration. */
export function* findNumericOptimum(objective: Solvable<SolvableObjective>): Search<Optimum> {
  const { counts, dim } = objective;
  const classes = counts.length;
  if (classes > numericClassLimit)
    throw new MathError(`classes = ${classes} must be at most ${numericClassLimit} for the numeric solver`);
  const zeroMean = objective.kind === "gufm-ce" || objective.kind === "gufm-mse";
  const slack = "slack" in objective && objective.slack !== undefined && objective.slack.rho > 0 ? objective.slack : null;
  const rank = Math.min(classes, zeroMean ? dim - 1 : dim);
  if (rank < 1) throw new MathError(`dim = ${dim} must be at least 2 for features of zero mean`);
  if (slack && rank < classes) throw new MathError(`dim = ${dim} must be above ${classes}, the classes, with slack`);
  const even = evenedOptimum(objective);
  const { found, point } = yield* slack ? searchFromFrame(objective, slack, even) : searchFromSimplex(objective, rank, even);
  const bound = Math.max(1e-7 * Math.max(1, found.value), found.flat ? gradientNoise(objective, even) : 0);
  if (!found.converged && found.gradientSize > bound)
    throw new MathError(`gradient ${found.gradientSize} is above ${bound} after ${found.iterations} steps of the numeric solver`);
  // On the sphere neither W nor H is ever 0, however strong the ridge.
  const zero = !zeroMean && found.x.subarray(0, classes * rank).every((entry) => Math.abs(entry) < 1e-6);
  const { weights, features } = zero ? { weights: matrix(classes, 1), features: matrix(classes, 1) } : usedCoordinates(point);
  return makeOptimum({
    method: "numeric",
    fit: point.fit,
    ridge: point.ridge,
    slack: point.slack,
    geometry: zero ? "zero" : "unequal",
    counts,
    weights,
    features,
    bias: point.bias,
    zeroMean,
  });
}

function* searchFromSimplex(objective: SolvableObjective, rank: number, even: Optimum) {
  const classes = objective.counts.length;
  const problem = collapsedObjective(objective, rank);
  const half = simplexStart(classes, rank);
  const start = new Float64Array(problem.size);
  const onSphere = even.zeroMean;
  // On the sphere a feature's direction alone counts: so long, it is as easily turned whether its class is large or small.
  const most = Math.max(...objective.counts);
  const size = startSize(objective, even);
  for (let i = 0; i < half.length; i++) {
    start[i] = size * half[i];
    start[half.length + i] = (onSphere ? Math.sqrt(objective.counts[Math.floor(i / rank)] / most) : size) * half[i];
  }
  const found: Minimum = yield* minimizing(
    measuredIn(even.loss, problem.evaluate),
    start,
    optionsFor(classes * classes * rank, gradientNoise(objective, even)),
  );
  return { found, point: problem.read(found.x) };
}

/** The norm that a row of W has in the coordinates of a search, were the classes equal; 1 where it would be 0. */
function startSize(objective: SolvableObjective, even: Optimum): number {
  if (!("featureDecay" in objective)) return even.scale;
  const size = even.scale / Math.sqrt(Math.sqrt(objective.featureDecay / objective.weightDecay));
  return size > 0 ? size : 1;
}

function* searchFromFrame(objective: SolvableObjective, slack: Slack, even: Optimum) {
  const classes = objective.counts.length;
  const problem = heldObjective(collapsedObjective(objective, classes), objective.counts, slack);
  const evaluate = measuredIn(even.loss, problem.evaluate);
  const options = optionsFor(2 * classes ** 3, gradientNoise(objective, even));
  const start = problem.start();
  start[0] = even.scale;
  const onFrame: Minimum = yield* minimizing(evaluate, start, options);
  // The slack's curvature along T beside that of the ridge and the fit, which is of the order of some λ.
  const usual = 10 * objective.weightDecay;
  const stiff = 4 * slack.rho * problem.scaleOf(onFrame.x) ** 2;
  problem.setFreedom(Math.sqrt(usual / (usual + stiff)));
  const found: Minimum = yield* minimizing(evaluate, onFrame.x, options);
  return { found, point: problem.read(found.x) };
}

const optionsFor = (work: number, gradientNoise: number) => ({
  gradientNoise,
  gradientTolerance: 1e-10,
  valueTolerance: 1e-14,
  maxIterations: 20_000,
  maxEvaluations: Math.ceil(maxWork / work),
});
