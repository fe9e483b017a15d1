import { MathError } from "../MathError.ts";
import type { Matrix } from "./matrix.ts";
import { matrix } from "./matrix.ts";

/**
 * The solution X [n, m] of A X = B for a symmetric positive definite A [n, n] and B [n, m], by A = L Lᵀ; only A's lower triangle is read.
 * @throws {MathError} if the sizes do not fit or a pivot is not above 0 (A is not positive definite)
 * Source: Golub, Van Loan (2013), Matrix Computations, algorithm 4.2.1.
 */
export function choleskySolve(a: Matrix, b: Matrix): Matrix {
  const size = a.rows;
  if (a.cols !== size || b.rows !== size)
    throw new MathError(`system of ${a.rows} x ${a.cols} and ${b.rows} x ${b.cols} does not fit`);
  const lower = a.data.slice();
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = lower[i * size + j];
      for (let p = 0; p < j; p++) sum -= lower[i * size + p] * lower[j * size + p];
      if (i !== j) lower[i * size + j] = sum / lower[j * size + j];
      else if (sum > 0) lower[i * size + i] = Math.sqrt(sum);
      else throw new MathError(`pivot ${i} is ${sum}, not above 0: the matrix is not positive definite`);
    }
  }
  const { cols } = b;
  const x = b.data.slice();
  for (let i = 0; i < size; i++) {
    for (let p = 0; p < i; p++) subtract(x, cols, i, p, lower[i * size + p]);
    divide(x, cols, i, lower[i * size + i]);
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let p = i + 1; p < size; p++) subtract(x, cols, i, p, lower[p * size + i]);
    divide(x, cols, i, lower[i * size + i]);
  }
  return matrix(size, cols, x);
}

function subtract(x: Float64Array, cols: number, row: number, other: number, factor: number): void {
  for (let j = 0; j < cols; j++) x[row * cols + j] -= factor * x[other * cols + j];
}

function divide(x: Float64Array, cols: number, row: number, by: number): void {
  for (let j = 0; j < cols; j++) x[row * cols + j] /= by;
}
