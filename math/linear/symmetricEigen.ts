import { MathError } from "../MathError.ts";
import type { Matrix } from "./matrix.ts";
import { assertFinite, matrix } from "./matrix.ts";

/** Eigenvalues in falling order and the matching unit eigenvectors as the rows of `vectors` [n, n]. */
interface SymmetricEigen {
  values: Float64Array;
  vectors: Matrix;
}

/**
 * Eigen-decomposition A = Σ_j λ_j v_j v_jᵀ of a symmetric matrix [n, n]; only its lower triangle is read.
 * Eigenvalues are right to about 2^-52·‖A‖, not relatively: those near zero need a cut-off.
 * @throws {MathError} if A is not square, has a non-finite entry, or the iteration does not converge
 * Source: Householder reduction and implicit QL, Martin, Reinsch, Wilkinson (1968), Numer. Math. 11 (tred2, tql2).
 */
export function symmetricEigen(a: Matrix): SymmetricEigen {
  if (a.rows !== a.cols) throw new MathError(`eigen-decomposition needs a square matrix, got ${a.rows} x ${a.cols}`);
  assertFinite("matrix", a);
  const n = a.rows;
  const rows = new Float64Array(n * n); // [j, i]: component i of vector j, so that every inner loop runs along memory
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      rows[i * n + j] = a.data[i * n + j];
      rows[j * n + i] = a.data[i * n + j];
    }
  }
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(n);
  if (n > 0) {
    reduceToTridiagonal(n, rows, diagonal, offDiagonal);
    iterateQl(n, rows, diagonal, offDiagonal);
  }
  const order = Array.from(diagonal.keys()).sort((i, j) => diagonal[j] - diagonal[i]);
  const vectors = matrix(n, n);
  order.forEach((from, row) => {
    vectors.data.set(rows.subarray(from * n, (from + 1) * n), row * n);
  });
  return { values: Float64Array.from(order, (from) => diagonal[from]), vectors };
}

/** tred2: v becomes Qᵀ of A = Q T Qᵀ, Q orthogonal, d the diagonal and e[1..] the subdiagonal of T. */
function reduceToTridiagonal(n: number, v: Float64Array, d: Float64Array, e: Float64Array): void {
  for (let j = 0; j < n; j++) d[j] = v[j * n + n - 1];
  for (let i = n - 1; i > 0; i--) {
    let total = 0;
    let h = 0;
    for (let k = 0; k < i; k++) total += Math.abs(d[k]);
    if (total === 0) {
      e[i] = d[i - 1];
      for (let j = 0; j < i; j++) {
        d[j] = v[j * n + i - 1];
        v[j * n + i] = 0;
        v[i * n + j] = 0;
      }
    } else {
      for (let k = 0; k < i; k++) {
        d[k] /= total; // scaled, so that the squares cannot overflow or vanish
        h += d[k] * d[k];
      }
      let f = d[i - 1];
      let g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h);
      e[i] = total * g;
      h -= f * g;
      d[i - 1] = f - g;
      e.fill(0, 0, i);
      for (let j = 0; j < i; j++) {
        f = d[j];
        v[i * n + j] = f;
        g = e[j] + v[j * n + j] * f;
        for (let k = j + 1; k < i; k++) {
          g += v[j * n + k] * d[k];
          e[k] += v[j * n + k] * f;
        }
        e[j] = g;
      }
      f = 0;
      for (let j = 0; j < i; j++) {
        e[j] /= h;
        f += e[j] * d[j];
      }
      const half = f / (h + h);
      for (let j = 0; j < i; j++) e[j] -= half * d[j];
      for (let j = 0; j < i; j++) {
        f = d[j];
        g = e[j];
        for (let k = j; k < i; k++) v[j * n + k] -= f * e[k] + g * d[k];
        d[j] = v[j * n + i - 1];
        v[j * n + i] = 0;
      }
    }
    d[i] = h;
  }
  for (let i = 0; i < n - 1; i++) {
    v[i * n + n - 1] = v[i * n + i];
    v[i * n + i] = 1;
    const h = d[i + 1];
    if (h !== 0) {
      for (let k = 0; k <= i; k++) d[k] = v[(i + 1) * n + k] / h;
      for (let j = 0; j <= i; j++) {
        let g = 0;
        for (let k = 0; k <= i; k++) g += v[(i + 1) * n + k] * v[j * n + k];
        for (let k = 0; k <= i; k++) v[j * n + k] -= g * d[k];
      }
    }
    for (let k = 0; k <= i; k++) v[(i + 1) * n + k] = 0;
  }
  for (let j = 0; j < n; j++) {
    d[j] = v[j * n + n - 1];
    v[j * n + n - 1] = 0;
  }
  v[n * n - 1] = 1;
}

/** tql2: turns the tridiagonal (d, e[1..]) into eigenvalues d, rotating the rows of v along where there are any. */
export function iterateQl(n: number, v: Float64Array | null, d: Float64Array, e: Float64Array): void {
  for (let i = 1; i < n; i++) e[i - 1] = e[i];
  e[n - 1] = 0;
  let shift = 0;
  let largest = 0;
  for (let l = 0; l < n; l++) {
    largest = Math.max(largest, Math.abs(d[l]) + Math.abs(e[l]));
    let m = l;
    while (m < n - 1 && Math.abs(e[m]) > Number.EPSILON * largest) m++;
    for (let sweep = 0; m > l && Math.abs(e[l]) > Number.EPSILON * largest; sweep++) {
      if (sweep === 60) throw new MathError(`eigenvalue ${l} of a ${n} x ${n} matrix did not converge in 60 sweeps`);
      let g = d[l];
      let p = (d[l + 1] - g) / (2 * e[l]);
      let r = p < 0 ? -Math.hypot(p, 1) : Math.hypot(p, 1);
      d[l] = e[l] / (p + r);
      d[l + 1] = e[l] * (p + r);
      const next = d[l + 1];
      let h = g - d[l];
      for (let i = l + 2; i < n; i++) d[i] -= h;
      shift += h;
      p = d[m];
      let c = 1;
      let c2 = 1;
      let c3 = 1;
      let s = 0;
      let s2 = 0;
      const below = e[l + 1];
      for (let i = m - 1; i >= l; i--) {
        c3 = c2;
        c2 = c;
        s2 = s;
        g = c * e[i];
        h = c * p;
        r = Math.hypot(p, e[i]);
        e[i + 1] = s * r;
        s = e[i] / r;
        c = p / r;
        p = c * d[i] - s * g;
        d[i + 1] = h + s * (c * g + s * d[i]);
        if (!v) continue;
        for (let k = 0; k < n; k++) {
          const left = v[i * n + k];
          const right = v[(i + 1) * n + k];
          v[(i + 1) * n + k] = s * left + c * right;
          v[i * n + k] = c * left - s * right;
        }
      }
      p = (-s * s2 * c3 * below * e[l]) / next;
      e[l] = s * p;
      d[l] = c * p;
    }
    d[l] += shift;
    e[l] = 0;
  }
}
