import { type FrameShape, idealGram } from "../frames/idealGram.ts";
import type { Matrix } from "../linear/matrix.ts";
import { combine, frobeniusNorm, inner, scale } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { assertDirections } from "./centredMeans.ts";

/**
 * nc2.frame = min over c ≥ 0 of ‖G − cT‖_F/‖G‖_F for the Gram matrix G [K, K] of K rows, T = E or (nc2.frame.orthogonal) I;
 * range [0, 1], ideal 0. With cos = ⟨G, T⟩/(‖G‖‖T‖) it is √(1 − cos²).
 * @throws {MathError} if K < 2 or G is zero
 * Source: Súkeník, Lampert, Mondelli (2025), arXiv 2505.15239, NC2A and NC2B.
 */
export function nc2Frame(gram: Matrix, shape: FrameShape): number {
  const norm = positiveNorm(gram);
  const ideal = idealGram(gram.rows, shape);
  const factor = Math.max(0, inner(gram, ideal) / inner(ideal, ideal));
  return frobeniusNorm(combine(1 / norm, gram, -factor / norm, ideal));
}

/**
 * nc2.etf = ‖G/‖G‖_F − E/√(K−1)‖_F for the Gram matrix G [K, K] of K rows; range [0, √2] for a Gram matrix, ideal 0.
 * @throws {MathError} if K < 2 or G is zero
 * Source: Zhu et al. (2021), NeurIPS, "A geometric analysis of neural collapse".
 */
export function nc2Etf(gram: Matrix): number {
  const norm = positiveNorm(gram);
  return frobeniusNorm(combine(1 / norm, gram, -1 / Math.sqrt(gram.rows - 1), idealGram(gram.rows, "simplex")));
}

/**
 * nc2.norms = std/mean of ‖μ_k − μ_G‖ over the classes (std divides by K), from G = MMᵀ [K, K]; nc2.wnorms of ‖w_k‖, from WWᵀ; range [0, √(K−1)], ideal 0.
 * @throws {MathError} if K < 2 or G is zero
 * Source: Papyan, Han, Donoho (2020), PNAS 117, figure 2.
 */
export function nc2Norms(gram: Matrix): number {
  positiveNorm(gram);
  const norms = diagonalRoots(gram);
  const mean = norms.reduce((sum, norm) => sum + norm, 0) / norms.length;
  const variance = norms.reduce((sum, norm) => sum + (norm - mean) ** 2, 0) / norms.length;
  return Math.sqrt(variance) / mean;
}

/**
 * nc2.angles = mean over k ≠ l of |cos(μ_k − μ_G, μ_l − μ_G) + 1/(K−1)|, from G = MMᵀ [K, K]; nc2.wangles the same of classifier rows,
 * from WWᵀ; range [0, K/(K−1)], ideal 0.
 * @throws {MathError} if K < 2, or a class mean equals the global mean (a row is zero) and so has no direction
 * Source: Papyan, Han, Donoho (2020), PNAS 117, figures 3 and 4.
 */
export function nc2Angles(gram: Matrix, of: "means" | "rows" = "means"): number {
  positiveNorm(gram);
  const norms = diagonalRoots(gram);
  const classes = gram.rows;
  assertDirections(norms, of);
  let sum = 0;
  for (let k = 0; k < classes; k++) {
    for (let l = 0; l < k; l++) sum += Math.abs(gram.data[k * classes + l] / (norms[k] * norms[l]) + 1 / (classes - 1));
  }
  return sum / ((classes * (classes - 1)) / 2);
}

function positiveNorm(gram: Matrix): number {
  if (gram.rows !== gram.cols) throw new MathError(`Gram matrix must be square, got ${gram.rows} x ${gram.cols}`);
  if (!(gram.rows >= 2)) throw new MathError(`classes = ${gram.rows} must be at least 2`);
  const largest = gram.data.reduce((most, value) => (Math.abs(value) <= most ? most : Math.abs(value)), 0);
  if (!(largest > 0 && Number.isFinite(largest)))
    throw new MathError(`largest entry ${largest} of the Gram matrix must be finite and above 0`);
  // Scaled first: the square of a very small or large entry leaves float64.
  return largest * frobeniusNorm(scale(1 / largest, gram));
}

/** The norms [K] of the rows that a Gram matrix [K, K] is of. */
export function diagonalRoots(gram: Matrix): Float64Array {
  return Float64Array.from({ length: gram.rows }, (_, k) => Math.sqrt(gram.data[k * gram.rows + k]));
}
