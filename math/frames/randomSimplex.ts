import type { Matrix } from "../linear/matrix.ts";
import { matrix, multiply } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { simplexVertices } from "./frames.ts";

/**
 * The unit vertices of a regular simplex [K, d], √(K/(K−1)) (I − 11ᵀ/K) Uᵀ with U [d, K] of orthonormal columns, turned at random: rows of
 * norm 1 and of cosine −1/(K−1), summing to 0. Directions are normal draws made orthonormal (Gram–Schmidt, twice).
 * @param zeroMean whether each row's d entries sum to 0, too; needs d ≥ K @param normal draws of a standard normal
 * @throws {MathError} if d < K − 1, or d < K with `zeroMean`
 * Source: Yang et al. (2022), NeurIPS, "Inducing neural collapse in imbalanced learning", definition 1 with E_W = 1.
 */
export function randomSimplex(classes: number, dim: number, zeroMean: boolean, normal: () => number): Matrix {
  const bound = classes - 1 + (zeroMean ? 1 : 0);
  if (!(dim >= bound)) throw new MathError(`dim = ${dim} must be at least ${bound} for a simplex of ${classes} classes`);
  const rows: Float64Array[] = zeroMean ? [new Float64Array(dim).fill(1 / Math.sqrt(dim))] : [];
  const first = rows.length;
  while (rows.length < first + classes - 1) {
    const row = Float64Array.from({ length: dim }, normal);
    for (let pass = 0; pass < 2; pass++) for (const other of rows) subtractAlong(row, other);
    const norm = Math.sqrt(row.reduce((sum, entry) => sum + entry * entry, 0));
    if (norm < 1e-8) continue; // within the span of the others, by an unlikely draw
    rows.push(row.map((entry) => entry / norm));
  }
  const directions = matrix(classes - 1, dim);
  rows.slice(first).forEach((row, j) => {
    directions.data.set(row, j * dim);
  });
  return multiply(simplexVertices(classes), directions);
}

function subtractAlong(row: Float64Array, unit: Float64Array): void {
  let along = 0;
  for (let i = 0; i < row.length; i++) along += row[i] * unit[i];
  for (let i = 0; i < row.length; i++) row[i] -= along * unit[i];
}
