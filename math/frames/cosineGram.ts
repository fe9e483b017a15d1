import type { Matrix } from "../linear/matrix.ts";
import { gramOfRows } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";

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
