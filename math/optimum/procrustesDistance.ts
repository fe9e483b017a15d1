import { assertEveryClass } from "../collapse/centredMeans.ts";
import type { ClassStatistics } from "../collapse/classStatistics.ts";
import { assertSameShape } from "../collapse/nc3.ts";
import { nearestFrame } from "../frames/nearestFrame.ts";
import type { Matrix } from "../linear/matrix.ts";
import { inner, matrix, multiply, rowDot, transposedMultiply } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import type { Optimum } from "./optimum.ts";

/** The squared distance to the optimal set, and the block each half comes from. */
interface ProcrustesDistance {
  /** D² = ½(features + weights). */
  squared: number;
  /** ‖H − H*Rᵀ‖²/‖H*‖², within-class spread included. */
  features: number;
  /** ‖W − W*Rᵀ‖²/‖W*‖². */
  weights: number;
}

/**
 * The block-normalized distance of (H, W) to the set of all optima, from class means and scatter alone:
 * D² = min over R of ½[‖H − H*Rᵀ‖²/‖H*‖² + ‖W − W*Rᵀ‖²/‖W*‖²], R orthogonal and, for LayerNorm features, R1 = 1;
 * range [0, ∞), ideal 0. With ‖H*‖² = N d and ‖W*‖² = K s² for the paper's objective.
 * Both blocks are ‖μ‖² terms minus 2⟨R, ·⟩, so the best R is the polar factor of one r×d matrix
 * Y = Σ_k n_k h_k* μ_kᵀ/‖H*‖² + Σ_k w_k* w_kᵀ/‖W*‖², and D² = ½[(N tr Σ_W + Σ n_k‖μ_k‖²)/‖H*‖² + ‖W‖²/‖W*‖²] + 1 − ‖Y‖_*.
 * It is evaluated as the sum of squares at that R, so it keeps its digits near 0 and is never negative.
 * @param weights classifier rows [K, d]
 * @throws {MathError} if the optimum is zero, sizes do not fit, a class is empty or d is too small
 * Source: the distance of Súkeník, Lampert, Mondelli (2025), arXiv 2505.15239, Theorem 4.3; nuclear-norm form derived; Schönemann (1966).
 */
export function procrustesDistance(statistics: ClassStatistics, weights: Matrix, optimum: Optimum): ProcrustesDistance {
  assertEveryClass(statistics);
  assertSameShape(statistics, weights);
  const { classes, dim, counts } = statistics;
  if (optimum.weights.rows !== classes) throw new MathError(`optimum of ${optimum.weights.rows} classes does not fit ${classes}`);
  let featureNorm = 0;
  for (let k = 0; k < classes; k++) featureNorm += counts[k] * rowDot(optimum.features, k, optimum.features, k);
  const weightNorm = inner(optimum.weights, optimum.weights);
  if (!(featureNorm > 0 && weightNorm > 0))
    throw new MathError(`norms ${featureNorm} and ${weightNorm} of the optimum must be above 0`);
  const weighted = matrix(classes, dim);
  for (let i = 0; i < weighted.data.length; i++)
    weighted.data[i] = (counts[Math.floor(i / dim)] * statistics.means.data[i]) / featureNorm;
  const target = transposedMultiply(optimum.features, weighted);
  const classifierPart = transposedMultiply(optimum.weights, weights);
  for (let i = 0; i < target.data.length; i++) target.data[i] += classifierPart.data[i] / weightNorm;
  const { directions } = nearestFrame(target, optimum.zeroMean);
  const features = multiply(optimum.features, directions);
  const rows = multiply(optimum.weights, directions);
  let featureGap = statistics.scatter.reduce((sum, value) => sum + value, 0);
  let weightGap = 0;
  for (let k = 0; k < classes; k++) {
    featureGap += counts[k] * squaredDistance(statistics.means, features, k);
    weightGap += squaredDistance(weights, rows, k);
  }
  const result = { features: featureGap / featureNorm, weights: weightGap / weightNorm };
  return { squared: (result.features + result.weights) / 2, ...result };
}

function squaredDistance(a: Matrix, b: Matrix, row: number): number {
  let sum = 0;
  for (let j = row * a.cols; j < (row + 1) * a.cols; j++) sum += (a.data[j] - b.data[j]) ** 2;
  return sum;
}
