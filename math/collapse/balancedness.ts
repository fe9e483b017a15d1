import type { Matrix } from "../linear/matrix.ts";
import { assertFinite, combine, frobeniusNorm, gramOfRows, inner, transpose } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";

/**
 * How far two linear layers, one after the other, are from balanced: ‖BᵀB − AAᵀ‖_F / ((‖A‖_F² + ‖B‖_F²)/2), A [m, n] the first and B [p, m]
 * the one that reads what A gives; range [0, 2], ideal 0, where both put equal strength on the same directions between them. The
 * denominator is the mean of the traces of both Gram matrices, so that the value does not change with a common scale.
 * @throws {MathError} if the shapes do not fit, an entry is not finite, or both are zero
 * Source: Jacot, Súkeník, Wang, Mondelli (2024), arXiv 2410.04887, where the operator norm stands unnormalized.
 */
export function balancedness(first: Matrix, second: Matrix): number {
  if (second.cols !== first.rows)
    throw new MathError(
      `a layer of ${first.rows} x ${first.cols} and the next of ${second.rows} x ${second.cols} do not fit: ${second.cols} is not ${first.rows}`,
    );
  assertFinite("first layer", first);
  assertFinite("second layer", second);
  const size = (inner(first, first) + inner(second, second)) / 2;
  if (size === 0) throw new MathError("both layers are zero: there is no balance between them");
  return frobeniusNorm(combine(1, gramOfRows(transpose(second)), -1, gramOfRows(first))) / size;
}
