import { assertAtLeast, assertInteger, MathError } from "../MathError.ts";

/** How many directions a matrix uses, counted in four ways. */
export interface RankMeasures {
  numerical: number;
  stable: number;
  effective: number;
  participation: number;
}

/** ε of float32, in which features and weights are computed and kept: two numbers next to each other differ by this share. */
export const float32Epsilon = 2 ** -23;

/**
 * The rank measures of a matrix from its singular values σ [p] in falling order; all have range [1, p], and do not change with its scale.
 *
 *   numerical      #{σ_i > σ_1 max(n, d) ε}
 *   stable         ‖A‖_F²/σ_1² = Σσ_i²/σ_1²
 *   effective      exp H(q), H(q) = −Σ q_i log q_i with q_i = σ_i/Σσ
 *   participation  (Σσ_i²)²/Σσ_i⁴
 *
 * @param largestSide max(n, d) of the matrix [n, d]
 * @throws {MathError} if there is no singular value, one is negative or not finite, or all are 0: a zero matrix has no such measure
 * Source: numerical: Golub, Van Loan (2013), Matrix Computations, section 5.4.1, with the bound of LAPACK's users; stable: Rudelson,
 * Vershynin (2007), J. ACM 54; effective: Roy, Vetterli (2007), EUSIPCO; participation: Gao et al. (2017), bioRxiv 214262. Of the layers of
 * networks: Masarczyk et al. (2023), NeurIPS, arXiv 2305.19753; Súkeník, Lampert, Mondelli (2024), arXiv 2405.14468.
 */
export function rankMeasures(values: ArrayLike<number>, largestSide: number, epsilon = float32Epsilon): RankMeasures {
  assertInteger("largest side", largestSide, 1);
  assertAtLeast("epsilon", epsilon, 0);
  const largest = largestOf(values);
  let numerical = 0;
  let sum = 0;
  let squares = 0;
  let fourths = 0;
  for (let i = 0; i < values.length; i++) {
    const share = values[i] / largest;
    if (share > largestSide * epsilon) numerical++;
    sum += share;
    squares += share ** 2;
    fourths += share ** 4;
  }
  let entropy = 0;
  for (let i = 0; i < values.length; i++) {
    const q = values[i] / largest / sum;
    if (q > 0) entropy -= q * Math.log(q);
  }
  return { numerical, stable: squares, effective: Math.exp(entropy), participation: squares ** 2 / fourths };
}

function largestOf(values: ArrayLike<number>): number {
  assertInteger("singular values", values.length, 1);
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    assertAtLeast(`singular value ${i + 1}`, values[i], 0);
    largest = Math.max(largest, values[i]);
  }
  if (largest === 0) throw new MathError("the matrix is zero: it has no rank measures");
  return largest;
}
