import type { Matrix } from "../linear/matrix.ts";
import { singularValues } from "../linear/singularValues.ts";
import { MathError } from "../MathError.ts";

/** A singular value below this share of the largest counts as none: under a ridge what is not used decays, but never quite to 0. */
export const rankThreshold = 0.01;

/**
 * The rank of a solution: how many singular values of a matrix are above `rankThreshold` times the largest, not centred, #{j: σ_j > 0.01 σ_1};
 * range 1 to min(m, n).
 * @param a class means μ_k [K, d], or the outputs that they give [K, K]
 * @throws {MathError} if the matrix is zero, or an entry is not finite
 * Source: the numerical rank; asked of solutions by Súkeník, Mondelli, Lampert (2024), arXiv 2405.14468.
 */
export function solutionRank(a: Matrix): number {
  const { values } = singularValues(a);
  if (!(values[0] > 0)) throw new MathError("the class means are zero: they have no rank");
  return values.filter((value) => value > rankThreshold * values[0]).length;
}
