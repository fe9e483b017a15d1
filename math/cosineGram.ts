import { MathError } from "./MathError.ts";
import type { Matrix } from "./matrix.ts";
import { gramOfRows, matrix } from "./matrix.ts";

/**
 * The cosines [m, m] between all rows of A [m, d]: ⟨a_i, a_j⟩/(‖a_i‖‖a_j‖), range [−1, 1], ones on the diagonal.
 * Give it centred class means, classifier rows, or both stacked (`stackRows`).
 * @throws {MathError} if a row is zero or not finite
 */
export function cosineGram(rows: Matrix): Matrix {
  const gram = gramOfRows(rows);
  const norms = Array.from({ length: rows.rows }, (_, i) => Math.sqrt(gram.data[i * rows.rows + i]));
  const bad = norms.findIndex((norm) => !(norm > 0 && Number.isFinite(norm)));
  if (bad >= 0) throw new MathError(`norm ${norms[bad]} of row ${bad} must be finite and above 0`);
  for (let i = 0; i < rows.rows; i++) {
    for (let j = 0; j < rows.rows; j++) {
      const cosine = i === j ? 1 : gram.data[i * rows.rows + j] / (norms[i] * norms[j]);
      gram.data[i * rows.rows + j] = Math.max(-1, Math.min(1, cosine)); // rounding may step over ±1 by an ulp
    }
  }
  return gram;
}

/** The rows of A and then those of B, both [·, d]. @throws {MathError} if the row lengths differ */
export function stackRows(a: Matrix, b: Matrix): Matrix {
  if (a.cols !== b.cols) throw new MathError(`rows of ${a.cols} and ${b.cols} entries cannot be stacked`);
  const result = matrix(a.rows + b.rows, a.cols);
  result.data.set(a.data);
  result.data.set(b.data, a.data.length);
  return result;
}
