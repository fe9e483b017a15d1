import type { Matrix } from "../linear/matrix.ts";
import { matrix, multiply, scale, transpose } from "../linear/matrix.ts";
import { assertInteger, MathError } from "../MathError.ts";

/**
 * An orthonormal basis [size−1, size] of the vectors whose entries sum to zero, as rows (the Helmert basis):
 * row j is (1, …, 1, −(j+1), 0, …)/√((j+1)(j+2)), with j+1 ones.
 * @throws {MathError} if size < 2
 * Source: Helmert (1876); Lancaster (1965), The American Mathematical Monthly 72.
 */
export function zeroMeanBasis(size: number): Matrix {
  assertInteger("size", size, 2);
  const result = matrix(size - 1, size);
  for (let j = 0; j < size - 1; j++) {
    const norm = Math.sqrt((j + 1) * (j + 2));
    for (let i = 0; i <= j; i++) result.data[j * size + i] = 1 / norm;
    result.data[j * size + j + 1] = -(j + 1) / norm;
  }
  return result;
}

/**
 * The unit vertices u_k [K, K−1] of a regular simplex: U Uᵀ = (K/(K−1)) E, cos(u_k, u_l) = −1/(K−1).
 * @throws {MathError} if K < 2
 * Source: Papyan, Han, Donoho (2020), PNAS 117, definition 1 (simplex ETF).
 */
export function simplexVertices(classes: number): Matrix {
  assertInteger("classes", classes, 2);
  return scale(Math.sqrt(classes / (classes - 1)), transpose(zeroMeanBasis(classes)));
}

/**
 * Rows P [K, r], given in r coordinates, set into R^d by orthonormal directions: P Q with Q Qᵀ = I_r, so that all inner products stay.
 * @param zeroMean true to use only directions whose d entries sum to zero (LayerNorm features); needs d ≥ r + 1
 * @throws {MathError} if d is too small
 */
export function embedRows(rows: Matrix, dim: number, zeroMean: boolean): Matrix {
  const bound = rows.cols + (zeroMean ? 1 : 0);
  if (!(dim >= bound)) throw new MathError(`dim = ${dim} must be at least ${bound} for ${rows.cols} directions`);
  const directions = matrix(rows.cols, dim);
  if (zeroMean) directions.data.set(zeroMeanBasis(dim).data.subarray(0, directions.data.length));
  else for (let j = 0; j < rows.cols; j++) directions.data[j * dim + j] = 1;
  return multiply(rows, directions);
}
