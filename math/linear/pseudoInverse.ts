import { MathError } from "../MathError.ts";
import type { Matrix } from "./matrix.ts";
import { matrix } from "./matrix.ts";
import { symmetricEigen } from "./symmetricEigen.ts";

/** What counts as zero in a pseudo-inverse; both bounds are explicit. */
export interface RankCutoff {
  /** No more than this many eigenvalues are kept. */
  maxRank: number;
  /** Eigenvalues at or below this share of the largest are taken as zero. */
  relative: number;
}

/** A pseudo-inverse and the rank that the cut-off left. */
interface PseudoInverse {
  inverse: Matrix;
  rank: number;
}

/**
 * The pseudo-inverse G⁺ = Σ_{kept j} v_j v_jᵀ/λ_j [n, n] of a symmetric positive semi-definite G [n, n].
 * @throws {MathError} if G is not square and finite, or no eigenvalue is above zero
 * Source: Penrose (1955), Proc. Cambridge Phil. Soc. 51; the cut-off is the caller's.
 */
export function pseudoInverse(gram: Matrix, cutoff: RankCutoff): PseudoInverse {
  const { values, vectors } = symmetricEigen(gram);
  const largest = values[0];
  if (!(largest > 0)) throw new MathError(`largest eigenvalue ${largest} must be above 0 for a pseudo-inverse`);
  const n = gram.rows;
  const inverse = matrix(n, n);
  let rank = 0;
  while (rank < Math.min(cutoff.maxRank, n) && values[rank] > cutoff.relative * largest) {
    for (let i = 0; i < n; i++) {
      const factor = vectors.data[rank * n + i] / values[rank];
      for (let j = 0; j < n; j++) inverse.data[i * n + j] += factor * vectors.data[rank * n + j];
    }
    rank++;
  }
  return { inverse, rank };
}
