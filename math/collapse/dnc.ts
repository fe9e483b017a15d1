import type { Matrix } from "../linear/matrix.ts";
import { assertFinite, gramOfRows, rowDot, rowNorms } from "../linear/matrix.ts";
import { symmetricEigenvalues } from "../linear/symmetricEigenvalues.ts";
import { MathError } from "../MathError.ts";
import { assertEveryClass, type ClassMeans, centredMeans } from "./centredMeans.ts";

/**
 * DNC2, the condition number of the class means: σ_1/σ_{K−1} of M = [μ_k − μ_G] [K, d], whose rank is at most K − 1 ("simplex"), or σ_1/σ_K of
 * the means as they are, [μ_k] ("orthogonal", where there is no bias); range [1, ∞), ideal 1.
 * @param gram MMᵀ [K, K] of those means, where it is known already
 * @throws {MathError} if a class is empty, the class means coincide, or they span fewer directions up to rounding (so also if d is less)
 * Source: Súkeník, Lampert, Mondelli (2023), NeurIPS, arXiv 2305.13165, section 6, of the means as they are.
 */
export function dnc2(
  statistics: ClassMeans,
  frame: "simplex" | "orthogonal",
  gram: Matrix = gramOfRows(frame === "simplex" ? centredMeans(statistics) : statistics.means),
): number {
  assertEveryClass(statistics);
  const directions = statistics.classes - (frame === "simplex" ? 1 : 0);
  if (statistics.dim < directions)
    throw new MathError(`${statistics.dim} dimensions hold fewer than the ${directions} directions of the class means`);
  const values = symmetricEigenvalues(gram);
  const [largest, least] = [values[0], values[directions - 1]];
  if (!(least > 4 * statistics.classes * Number.EPSILON * largest))
    throw new MathError(`class means span fewer than ${directions} directions: their condition number has no bound`);
  return Math.sqrt(largest / least);
}

/**
 * DNC3: the mean over the rows w_j of a weight matrix W [m, d] of sin∠(w_j, μ_{k(j)}), weighted by ‖w_j‖, where k(j) is the class whose mean
 * has the greatest cosine with w_j; range [0, 1], ideal 0. Rows of zeros have no weight. Sines come from differences of unit vectors:
 * they keep their digits near 0.
 * @throws {MathError} if W does not read the layer's features, is zero or not finite, a class is empty, or its mean is zero
 * Source: Súkeník, Lampert, Mondelli (2023), NeurIPS, arXiv 2305.13165, section 6.
 */
export function dnc3(statistics: ClassMeans, weights: Matrix): number {
  assertEveryClass(statistics);
  const { classes, dim, means } = statistics;
  if (weights.cols !== dim)
    throw new MathError(`weights of ${weights.rows} x ${weights.cols} do not read features of ${dim} dimensions`);
  assertFinite("weights", weights);
  const lengths = rowNorms(means);
  const none = lengths.findIndex((length) => !(length > 0));
  if (none >= 0) throw new MathError(`the mean of class ${none} is zero: it has no direction`);
  let total = 0;
  let weighted = 0;
  for (let i = 0; i < weights.rows; i++) {
    const norm = Math.sqrt(rowDot(weights, i, weights, i));
    if (norm === 0) continue;
    let nearest = 0;
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) {
      const cosine = rowDot(weights, i, means, k) / (norm * lengths[k]);
      if (cosine > most) [nearest, most] = [k, cosine];
    }
    total += norm;
    weighted += norm * sine(weights, i, norm, means, nearest, lengths[nearest]);
  }
  if (total === 0) throw new MathError("the weights are zero: their rows have no direction");
  return weighted / total;
}

/** sin∠(a, b) = √(s (1 − s/4)) with s = ‖a/‖a‖ − b/‖b‖‖². */
function sine(a: Matrix, i: number, aNorm: number, b: Matrix, k: number, bNorm: number): number {
  let s = 0;
  for (let j = 0; j < a.cols; j++) s += (a.data[i * a.cols + j] / aNorm - b.data[k * b.cols + j] / bNorm) ** 2;
  return Math.sqrt(Math.max(0, s * (1 - s / 4)));
}
