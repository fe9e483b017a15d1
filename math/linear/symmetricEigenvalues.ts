import { MathError } from "../MathError.ts";
import type { Matrix } from "./matrix.ts";
import { assertFinite } from "./matrix.ts";
import { iterateQl } from "./symmetricEigen.ts";

/**
 * The eigenvalues [n] of a symmetric matrix [n, n] in falling order, without its eigenvectors, in (2/3)n³ multiply-adds; only its lower
 * triangle is read. They are right to about 2^-52·‖A‖, not relatively.
 * @throws {MathError} if A is not square, has a non-finite entry, or the iteration does not converge
 * Source: Householder reduction and implicit QL, Martin, Reinsch, Wilkinson (1968), Numer. Math. 11 (tred1, tql1).
 */
export function symmetricEigenvalues(a: Matrix): Float64Array {
  if (a.rows !== a.cols) throw new MathError(`eigenvalues need a square matrix, got ${a.rows} x ${a.cols}`);
  assertFinite("matrix", a);
  const n = a.rows;
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(n);
  if (n > 0) {
    reduce(n, a.data.slice(), diagonal, offDiagonal);
    iterateQl(n, null, diagonal, offDiagonal);
  }
  return diagonal.sort().reverse();
}

/** tred1: d becomes the diagonal and e[1..] the subdiagonal of T = Qᵀ A Q; rows alone are walked, which lie together. */
function reduce(n: number, a: Float64Array, d: Float64Array, e: Float64Array): void {
  const u = new Float64Array(n);
  const p = new Float64Array(n);
  for (let i = n - 1; i > 0; i--) {
    let total = 0;
    for (let k = 0; k < i; k++) total += Math.abs(a[i * n + k]);
    d[i] = a[i * n + i];
    if (total === 0) continue; // e[i] stays 0
    let h = 0;
    for (let k = 0; k < i; k++) {
      u[k] = a[i * n + k] / total; // scaled, so that the squares cannot overflow or vanish
      h += u[k] * u[k];
    }
    const f = u[i - 1];
    const g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h);
    e[i] = total * g;
    h -= f * g;
    u[i - 1] = f - g;
    p.fill(0, 0, i);
    for (let j = 0; j < i; j++) {
      const own = u[j];
      const row = j * n;
      let sum = 0;
      for (let k = 0; k < j; k++) {
        const value = a[row + k];
        sum += value * u[k];
        p[k] += value * own;
      }
      p[j] += sum + a[row + j] * own;
    }
    let along = 0;
    for (let j = 0; j < i; j++) {
      p[j] /= h;
      along += p[j] * u[j];
    }
    const half = along / (h + h);
    for (let j = 0; j < i; j++) p[j] -= half * u[j];
    for (let j = 0; j < i; j++) {
      const [x, y] = [u[j], p[j]];
      const row = j * n;
      for (let k = 0; k <= j; k++) a[row + k] -= x * p[k] + y * u[k];
    }
  }
  d[0] = a[0];
}
