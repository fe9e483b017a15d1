import { simplexStart } from "../frames/simplexStart.ts";
import { choleskySolve } from "../linear/choleskySolve.ts";
import type { Matrix } from "../linear/matrix.ts";
import { frobeniusNorm, gramOfRows, identity, inner, matrix, multiply, scale, transposedMultiply } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { minimizing } from "./minimize.ts";
import { makeOptimum, type Optimum, usedCoordinates } from "./optimum.ts";
import type { Search } from "./search.ts";
import { type GufmSquaredError, type Solvable, totalCount } from "./unconstrainedObjective.ts";

/**
 * The optimum of (α/N)‖WH − Y‖² over features of norm √d and zero mean, with (λ/2)‖W‖² and no bias, for any class sizes, p_k = n_k/N:
 * the class features are orthogonal, w_k = s_k h_k/√d with s_k = 2αp_k√d/(2αp_k d + λ), L* = Σ_k αp_kλ/(2αp_k d + λ).
 * With W at its best, the loss α tr D(I + (2α/λ) D^½GD^½)⁻¹, D = diag(p), is convex in the features' Gram matrix G and stays the same
 * where a feature changes its sign; so the mean over all signs, diag(G) = d I, is no worse than G.
 * @throws {MathError} if there is slack or a bias, or d < K + 1
 * Source: derived.
 */
export function unequalGufmSquaredErrorOptimum(objective: Solvable<GufmSquaredError>): Optimum {
  const { counts, dim, weightDecay, bias } = objective;
  const { shares, alpha } = sharesOf(objective);
  const classes = counts.length;
  if (bias !== "none") throw new MathError("a bias has no closed form with unequal classes");
  if (dim < classes + 1) throw new MathError(`dim = ${dim} must be at least ${classes + 1} for ${classes} classes without bias`);
  const strengths = shares.map((share) => 2 * alpha * share * dim + weightDecay);
  const norms = shares.map((share, k) => (2 * alpha * share * Math.sqrt(dim)) / strengths[k]);
  const fit = shares.reduce((sum, share, k) => sum + alpha * share * (weightDecay / strengths[k]) ** 2, 0);
  const squares = norms.reduce((sum, norm) => sum + norm * norm, 0);
  const weights = matrix(classes, classes);
  norms.forEach((norm, k) => {
    weights.data[k * classes + k] = norm;
  });
  return makeOptimum({
    method: "closed-form",
    fit,
    ridge: (weightDecay / 2) * squares,
    geometry: "unequal",
    scale: Math.sqrt(squares / classes),
    featureScale: Math.sqrt(dim),
    counts,
    weights,
    features: scale(Math.sqrt(dim), identity(classes)),
    zeroMean: true,
  });
}

/**
 * The same with a free bias, over K class features: W and b at their best are linear in the rest. With A = κI + XXᵀ + d uuᵀ,
 * κ = λ/(2α), X = (I − uuᵀ) D^½ H and u_k = √p_k, the loss is (λ/2) tr TᵀA⁻¹T, T = (I − uuᵀ) D^½, with the gradient −λRW by X, R = A⁻¹T
 * and W = RᵀX (T and X do not see u; d uuᵀ keeps A well-conditioned as λ → 0). What is left to search is even in all directions, and
 * does not depend on the size of λ: some tens of iterations where those over W and H take thousands.
 * @throws {MathError} as above, if d < K, or if the search does not converge
 */
export function* findGufmSquaredErrorOptimum(objective: Solvable<GufmSquaredError>): Search<Optimum> {
  const { counts, dim, weightDecay } = objective;
  const { shares, alpha } = sharesOf(objective);
  const classes = counts.length;
  if (dim < classes) throw new MathError(`dim = ${dim} must be at least ${classes} for ${classes} classes with a bias`);
  const roots = shares.map(Math.sqrt);
  const kappa = weightDecay / (2 * alpha);
  const unit = 1 / (dim + kappa); // of the order of tr TᵀA⁻¹T
  const target = matrix(classes, classes); // T: a row a class' sample, a column an output
  for (let k = 0; k < classes; k++)
    for (let c = 0; c < classes; c++) target.data[k * classes + c] = (k === c ? roots[k] : 0) - roots[k] * shares[c];

  const at = (z: Float64Array) => {
    const features = onSphere(z, classes, dim);
    const centred = centre(features, shares);
    const system = gramOfRows(centred);
    for (let k = 0; k < classes; k++) {
      system.data[k * classes + k] += kappa;
      for (let j = 0; j < classes; j++) system.data[k * classes + j] += dim * roots[k] * roots[j];
    }
    const rest = choleskySolve(system, target); // R [K, K]
    return { features, rest, weights: transposedMultiply(rest, centred) };
  };
  const evaluate = (z: Float64Array, gradient: Float64Array) => {
    const { features, rest, weights } = at(z);
    const slope = multiply(rest, weights); // of ½ tr TᵀA⁻¹T by X, with its sign turned; the shift by u leaves it as it is
    for (let k = 0; k < classes; k++) throughSphere(k, -roots[k] / unit, slope, z, features, gradient);
    return inner(target, rest) / (2 * unit);
  };
  const found = yield* minimizing(evaluate, simplexStart(classes, classes), { gradientTolerance: 1e-11, maxIterations: 5000 });
  if (!found.converged && found.gradientSize > 1e-8)
    throw new MathError(`gradient ${found.gradientSize} is above 1e-8 after ${found.iterations} steps of the numeric solver`);
  const { features, rest, weights } = at(found.x);
  const bias = Float64Array.from(shares, (share, c) => {
    let mean = 0;
    for (let k = 0; k < classes; k++)
      for (let j = 0; j < classes; j++) mean += shares[k] * weights.data[c * classes + j] * features.data[k * classes + j];
    return share - mean;
  });
  const fit = alpha * kappa * kappa * inner(rest, rest);
  const ridge = (weightDecay / 2) * inner(weights, weights);
  return makeOptimum({
    method: "numeric",
    fit,
    ridge,
    geometry: "unequal",
    scale: frobeniusNorm(weights) / Math.sqrt(classes),
    featureScale: Math.sqrt(dim),
    counts,
    ...usedCoordinates({ weights, features }),
    bias,
    zeroMean: true,
  });
}

function sharesOf(objective: Solvable<GufmSquaredError>) {
  const { counts, slack } = objective;
  if (slack && slack.rho > 0) throw new MathError("slack is solved for by numericOptimum");
  const samples = totalCount(counts);
  return { shares: counts.map((count) => count / samples), alpha: objective.fitScale ?? 0.5 };
}

/** h_k = √d z_k/‖z_k‖ [K, K] */
function onSphere(z: Float64Array, classes: number, dim: number): Matrix {
  const features = matrix(classes, classes, z.slice());
  for (let k = 0; k < classes; k++) {
    const row = features.data.subarray(k * classes, (k + 1) * classes);
    const factor = Math.sqrt(dim / row.reduce((sum, entry) => sum + entry * entry, 0));
    for (let j = 0; j < classes; j++) row[j] *= factor;
  }
  return features;
}

/** (I − uuᵀ) D^½ H: the class features from their mean over the samples, each row √p_k(h_k − Σ_j p_j h_j) */
function centre(features: Matrix, shares: readonly number[]): Matrix {
  const { rows, cols } = features;
  const mean = new Float64Array(cols);
  for (let k = 0; k < rows; k++) for (let j = 0; j < cols; j++) mean[j] += shares[k] * features.data[k * cols + j];
  const result = matrix(rows, cols);
  for (let k = 0; k < rows; k++)
    for (let j = 0; j < cols; j++) result.data[k * cols + j] = Math.sqrt(shares[k]) * (features.data[k * cols + j] - mean[j]);
  return result;
}

/** The chain rule from row k of h, with a factor, back to z: only the part across h passes, by √d/‖z‖. */
function throughSphere(
  k: number,
  factor: number,
  slope: Matrix,
  z: Float64Array,
  features: Matrix,
  gradient: Float64Array,
): void {
  const { cols } = features;
  const from = k * cols;
  let along = 0;
  let squares = 0;
  let norm = 0;
  for (let i = from; i < from + cols; i++) {
    along += slope.data[i] * features.data[i];
    squares += features.data[i] * features.data[i];
    norm += z[i] * z[i];
  }
  const gain = factor * Math.sqrt(squares / norm);
  for (let i = from; i < from + cols; i++) gradient[i] = gain * (slope.data[i] - (along / squares) * features.data[i]);
}
