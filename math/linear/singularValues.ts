import { MathError } from "../MathError.ts";
import type { Matrix } from "./matrix.ts";
import { assertFinite, gramOfRows, identity, matrix, multiply, rowDot, transpose } from "./matrix.ts";
import { symmetricEigen } from "./symmetricEigen.ts";

/** A = Σ_j σ_j u_j v_jᵀ; p = min(m, n) terms in falling order of σ. */
export interface SingularValues {
  /** σ_j ≥ 0 [p]. */
  values: Float64Array;
  /** u_j as rows [p, m]; a row of zeros where σ_j is zero up to rounding. */
  left: Matrix;
  /** v_j as rows [p, n]; a row of zeros where σ_j is zero up to rounding. */
  right: Matrix;
  /** How many σ_j are above rounding, 2^-52·max(m, n)·σ_0. */
  rank: number;
}

/**
 * Singular value decomposition A = U diag(σ) Vᵀ of a matrix [m, n], by rotating the rows of the flatter of A and Aᵀ until they are
 * orthogonal; zero singular values come out near 2^-52·σ_0, not near its root as through a Gram matrix.
 * @throws {MathError} if an entry is not finite or the rotations do not converge
 * Source: Hestenes (1958), J. SIAM 6; one-sided Jacobi.
 */
export function singularValues(a: Matrix): SingularValues {
  assertFinite("matrix", a);
  if (a.rows > a.cols) {
    const { values, left, right, rank } = singularValues(transpose(a));
    return { values, left: right, right: left, rank };
  }
  // Turned to the eigenvectors of A Aᵀ first, large ones are orthogonal but for what rounding leaves: one or two sweeps instead of ten.
  const isLarge = a.rows > 32;
  const rotations = isLarge ? symmetricEigen(gramOfRows(a)).vectors : identity(a.rows);
  const work = isLarge ? multiply(rotations, a) : matrix(a.rows, a.cols, a.data.slice());
  orthogonalizeRows(work, rotations);
  const norms = Array.from({ length: a.rows }, (_, i) => Math.sqrt(rowDot(work, i, work, i)));
  const order = norms.map((_, i) => i).sort((i, j) => norms[j] - norms[i]);
  const bound = Number.EPSILON * a.cols * (norms[order[0]] ?? 0);
  const values = Float64Array.from(order, (i) => norms[i]);
  const left = matrix(a.rows, a.rows);
  const right = matrix(a.rows, a.cols);
  let rank = 0;
  order.forEach((i, row) => {
    if (!(norms[i] > bound)) return;
    rank++;
    for (let j = 0; j < a.rows; j++) left.data[row * a.rows + j] = rotations.data[i * a.rows + j];
    for (let j = 0; j < a.cols; j++) right.data[row * a.cols + j] = work.data[i * a.cols + j] / norms[i];
  });
  return { values, left, right, rank };
}

/** The nuclear norm ‖A‖_* = Σ_j σ_j, range [0, ∞). @throws {MathError} as `singularValues` */
export function nuclearNorm(a: Matrix): number {
  return singularValues(a).values.reduce((sum, value) => sum + value, 0);
}

function orthogonalizeRows(work: Matrix, rotations: Matrix): void {
  const squares = Float64Array.from({ length: work.rows }, (_, i) => rowDot(work, i, work, i));
  const largest = squares.reduce((most, square) => Math.max(most, square), 0);
  const negligible = Number.EPSILON ** 2 * largest; // a row of rounding noise has no direction to make orthogonal
  for (let sweep = 0; sweep < 60; sweep++) {
    let rotated = false;
    for (let p = 0; p < work.rows - 1; p++) {
      for (let q = p + 1; q < work.rows; q++) {
        const [alpha, beta] = [squares[p], squares[q]];
        if (alpha <= negligible || beta <= negligible) continue;
        const gamma = rowDot(work, p, work, q);
        if (Math.abs(gamma) <= 4 * Number.EPSILON * Math.sqrt(alpha) * Math.sqrt(beta)) continue;
        rotated = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const cosine = 1 / Math.hypot(1, tangent);
        rotateRows(work, p, q, cosine, cosine * tangent);
        rotateRows(rotations, p, q, cosine, cosine * tangent);
        squares[p] = rowDot(work, p, work, p);
        squares[q] = rowDot(work, q, work, q);
      }
    }
    if (!rotated) return;
  }
  throw new MathError(`singular values of a ${work.rows} x ${work.cols} matrix did not converge in 60 sweeps`);
}

function rotateRows(a: Matrix, p: number, q: number, cosine: number, sine: number): void {
  const left = p * a.cols;
  const right = q * a.cols;
  for (let j = 0; j < a.cols; j++) {
    const x = a.data[left + j];
    const y = a.data[right + j];
    a.data[left + j] = cosine * x - sine * y;
    a.data[right + j] = sine * x + cosine * y;
  }
}
