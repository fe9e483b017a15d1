import { assertAtLeast, assertInteger, MathError } from "../MathError.ts";

/**
 * The smallest layer, from 1, whose accuracy is at least the last layer's minus τ: min{l : a_l ≥ a_L − τ}; range 1 … L. Of a linear probe it is
 * where the tunnel begins, of nearest class centres the effective depth. Layers without a value are passed over.
 * @param accuracies of the layers, the last of which must be there
 * @throws {MathError} if there is no layer, the last has no value, or τ is negative
 * Source: Masarczyk et al. (2023), NeurIPS, arXiv 2305.19753 (there a share of the last layer's accuracy); Galanti, Galanti, Ben-Shaul (2022),
 * arXiv 2202.09028.
 */
export function effectiveDepth(accuracies: readonly (number | null)[], tau: number): number {
  assertInteger("layers", accuracies.length, 1);
  assertAtLeast("τ", tau, 0);
  const last = accuracies.at(-1) ?? null;
  if (last === null || !Number.isFinite(last)) throw new MathError(`the last layer has the accuracy ${last}`);
  return 1 + accuracies.findIndex((accuracy) => accuracy !== null && accuracy >= last - tau);
}
