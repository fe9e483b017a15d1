import type { Matrix } from "../linear/matrix.ts";
import { matrix } from "../linear/matrix.ts";
import { type SingularValues, singularValues } from "../linear/singularValues.ts";
import { MathError } from "../MathError.ts";
import { measuredIn, minimizing, type SmoothFunction } from "./minimize.ts";
import { makeOptimum, type Optimum } from "./optimum.ts";
import type { Search } from "./search.ts";
import { type RidgeSquaredError, type Solvable, totalCount } from "./unconstrainedObjective.ts";

/**
 * The optimum of (α/N)‖WH + b1ᵀ − Y‖² + (λ_W/2)‖W‖² + (λ_H/2)‖H‖² [+ (λ_b/2)‖b‖²] over free features, for any class sizes.
 * With shares p_k = n_k/N, u_k = √p_k, D = diag(u) and Z = √N WH diag(u) of one sample a class, both ridges together cost least
 * √(λ_W λ_H) ‖Z‖_*, so that for a given bias the singular values of D − buᵀ are lowered by τ = √(λ_W λ_H N)/(2α), none below 0:
 * L* = Σ_j [α min(σ_j, τ)² + 2ατ (σ_j − τ)₊] + (λ_b/2)‖b‖². No bias: b = 0, where the classes stand apart and each has σ_k = √p_k. Free
 * bias: b = p. Penalized: the least over b, a smooth convex function of K numbers.
 * Needs d ≥ K, or d ≥ K − 1 with a free bias.
 * @throws {MathError} if d is too small or the search for the bias does not converge
 * Source: derived; soft thresholding of singular values: Cai, Candès, Shen (2010), SIAM J. Optim. 20.
 */
export function* findUnequalRidgeSquaredErrorOptimum(objective: Solvable<RidgeSquaredError>): Search<Optimum> {
  const { counts, dim, weightDecay, featureDecay, bias } = objective;
  const classes = counts.length;
  const bound = bias === "free" ? classes - 1 : classes;
  if (dim < bound) throw new MathError(`dim = ${dim} must be at least ${bound} for ${classes} classes with bias "${bias}"`);
  const samples = totalCount(counts);
  const roots = Float64Array.from(counts, (count) => Math.sqrt(count / samples));
  const alpha = objective.fitScale ?? 0.5;
  const threshold = Math.sqrt(weightDecay * featureDecay * samples) / (2 * alpha);
  const biasDecay = bias === "penalized" ? (objective.biasDecay ?? 0) : 0;
  const offset =
    bias === "none"
      ? new Float64Array(classes)
      : bias === "free"
        ? Float64Array.from(roots, (root) => root * root)
        : yield* penalizedBias(roots, alpha, threshold, biasDecay);
  const parts = shrunk(roots, offset, threshold);
  const kept = parts.kept.filter((value) => value > 0).length;
  const biasRidge = (biasDecay / 2) * offset.reduce((sum, entry) => sum + entry * entry, 0);
  const fit = alpha * parts.lost.reduce((sum, value) => sum + value * value, 0);
  const ridge = 2 * alpha * threshold * parts.kept.reduce((sum, value) => sum + value, 0) + biasRidge;
  // Both factors of a singular value get its root, shared by the decays; a class feature is counted n_k times.
  const gain = Math.sqrt(Math.sqrt(featureDecay / weightDecay));
  const rank = Math.max(1, kept);
  const weights = matrix(classes, rank);
  const features = matrix(classes, rank);
  for (let j = 0; j < kept; j++) {
    const root = Math.sqrt(Math.sqrt(samples) * parts.kept[j]);
    for (let k = 0; k < classes; k++) {
      weights.data[k * rank + j] = gain * root * parts.left.data[j * classes + k];
      features.data[k * rank + j] = ((root / gain) * parts.right.data[j * classes + k]) / Math.sqrt(counts[k]);
    }
  }
  return makeOptimum({
    method: bias === "penalized" ? "numeric" : "closed-form",
    fit,
    ridge,
    geometry: kept === 0 ? "zero" : "unequal",
    counts,
    weights,
    features,
    bias: offset,
    zeroMean: false,
  });
}

interface Shrunk extends SingularValues {
  /** (σ_j − τ)₊ */
  kept: Float64Array;
  /** min(σ_j, τ) */
  lost: Float64Array;
}

/** The singular values of D − buᵀ, and what is kept and lost of each. */
function shrunk(roots: Float64Array, offset: Float64Array, threshold: number): Shrunk {
  const classes = roots.length;
  const target = matrix(classes, classes);
  for (let c = 0; c < classes; c++)
    for (let k = 0; k < classes; k++) target.data[c * classes + k] = (c === k ? roots[k] : 0) - offset[c] * roots[k];
  const parts = singularValues(target);
  return {
    ...parts,
    kept: parts.values.map((value) => Math.max(0, value - threshold)),
    lost: parts.values.map((value) => Math.min(value, threshold)),
  };
}

/** The bias at which α Σ min(σ, τ)² + 2ατ Σ (σ − τ)₊ + (λ_b/2)‖b‖² is least; its gradient is −2α R u + λ_b b, R = U diag(min(σ, τ)) Vᵀ. */
function* penalizedBias(roots: Float64Array, alpha: number, threshold: number, decay: number): Search<Float64Array> {
  const classes = roots.length;
  const evaluate: SmoothFunction = (offset, gradient) => {
    const { kept, lost, left, right } = shrunk(roots, offset, threshold);
    offset.forEach((entry, c) => {
      gradient[c] = decay * entry;
    });
    let value = 0;
    for (let j = 0; j < classes; j++) {
      value += alpha * lost[j] * lost[j] + 2 * alpha * threshold * kept[j];
      const along = dot(right, j, roots) * lost[j];
      for (let c = 0; c < classes; c++) gradient[c] -= 2 * alpha * along * left.data[j * classes + c];
    }
    return value + (decay / 2) * offset.reduce((sum, entry) => sum + entry * entry, 0);
  };
  // A bias pays for itself where the threshold is large beside λ_b, and is near 0 where it is not.
  const slopes = new Float64Array(classes);
  const starts = [Float64Array.from(roots, (root) => (2 * alpha * root * root) / (2 * alpha + decay)), new Float64Array(classes)];
  const values = starts.map((start) => evaluate(start, slopes));
  const best = values[0] <= values[1] ? 0 : 1;
  const { x, converged, flat, gradientSize } = yield* minimizing(measuredIn(values[best], evaluate), starts[best], {
    gradientTolerance: 1e-11,
    maxIterations: 500,
  });
  // A small singular value is a difference of numbers of the size of 1.
  const bound = Math.max(1e-8, flat ? (4 * Number.EPSILON) / values[best] : 0);
  if (!converged && gradientSize > bound) throw new MathError(`gradient ${gradientSize} of the bias is above ${bound}`);
  return x;
}

function dot(rows: Matrix, row: number, vector: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < rows.cols; k++) sum += rows.data[row * rows.cols + k] * vector[k];
  return sum;
}
