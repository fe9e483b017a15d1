import type { Matrix } from "../linear/matrix.ts";
import { matrix, multiply, multiplyTransposed, rowDot, transpose } from "../linear/matrix.ts";
import { singularValues } from "../linear/singularValues.ts";
import { MathError } from "../MathError.ts";
import { zeroMeanBasis } from "./frames.ts";

/** Orthonormal directions and how well they match. */
interface NearestFrame {
  /** F [r, d] with F Fᵀ = I_r, as rows. */
  directions: Matrix;
  /** ⟨F, Y⟩ = ‖Y‖_*, the largest inner product that such an F can have. */
  nuclearNorm: number;
}

/**
 * The orthonormal rows F [r, d] that maximize ⟨F, Y⟩ for Y [r, d] (orthogonal Procrustes): with Y = U diag(σ) Vᵀ, F = U Vᵀ and
 * the maximum is ‖Y‖_*. Directions that Y does not decide are filled in, without changing the maximum.
 * @param zeroMean true to allow only rows whose d entries sum to zero, so that F times any rotation that fixes the all-ones vector is allowed too
 * @throws {MathError} if d is too small for r such rows
 * Source: Schönemann (1966), Psychometrika 31.
 */
export function nearestFrame(target: Matrix, zeroMean: boolean): NearestFrame {
  const rank = target.rows;
  const room = target.cols - (zeroMean ? 1 : 0);
  if (room < rank)
    throw new MathError(`dim = ${target.cols} must be at least ${rank + (zeroMean ? 1 : 0)} for ${rank} directions`);
  // In coordinates of the allowed subspace, so that rounding cannot leave it.
  const basis = zeroMean ? zeroMeanBasis(target.cols) : null;
  const inside = basis ? multiplyTransposed(target, basis) : target;
  const { values, left, right, rank: decided } = singularValues(inside);
  const full = { left: completeRows(left, decided), right: completeRows(right, decided) };
  const frame = multiply(transpose(full.left), full.right);
  return {
    directions: basis ? multiply(frame, basis) : frame,
    nuclearNorm: values.reduce((sum, value) => sum + value, 0),
  };
}

/** Replaces the rows after the first `given` by orthonormal ones, from unit vectors by Gram–Schmidt, twice against rounding. */
function completeRows(rows: Matrix, given: number): Matrix {
  const result = matrix(rows.rows, rows.cols, rows.data.slice());
  let next = 0;
  for (let row = given; row < rows.rows; next++) {
    const candidate = matrix(1, rows.cols);
    candidate.data[next] = 1;
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i < row; i++) {
        const share = rowDot(candidate, 0, result, i);
        for (let j = 0; j < rows.cols; j++) candidate.data[j] -= share * result.data[i * rows.cols + j];
      }
    }
    const norm = Math.sqrt(rowDot(candidate, 0, candidate, 0));
    if (norm < 0.5 / Math.sqrt(rows.cols)) continue; // some unit vector always keeps at least 1/√n
    for (let j = 0; j < rows.cols; j++) result.data[row * rows.cols + j] = candidate.data[j] / norm;
    row++;
  }
  return result;
}
