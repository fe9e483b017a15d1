import { MathError } from "../MathError.ts";

/** A dense row-major matrix [rows, cols] in float64: entry (i, j) is data[i * cols + j]. */
export interface Matrix {
  rows: number;
  cols: number;
  data: Float64Array;
}

/**
 * Makes a matrix [rows, cols], of zeros or around given numbers (a Float64Array is kept, not copied).
 * @throws {MathError} if the sizes are not integers ≥ 0 or the data does not have rows·cols numbers
 */
export function matrix(rows: number, cols: number, data?: ArrayLike<number>): Matrix {
  if (!Number.isInteger(rows) || !Number.isInteger(cols) || rows < 0 || cols < 0) {
    throw new MathError(`matrix size ${rows} x ${cols} must be two integers of at least 0`);
  }
  if (data && data.length !== rows * cols) throw new MathError(`matrix ${rows} x ${cols} got ${data.length} numbers`);
  if (data instanceof Float64Array) return { rows, cols, data };
  return { rows, cols, data: data ? Float64Array.from(data) : new Float64Array(rows * cols) };
}

/** Makes a matrix [rows, cols] from a list of rows. @throws {MathError} if the rows differ in length */
export function matrixFromRows(rows: readonly (readonly number[])[]): Matrix {
  return matrix(rows.length, rows[0]?.length ?? 0, rows.flat());
}

/** The identity matrix [size, size]. */
export function identity(size: number): Matrix {
  const result = matrix(size, size);
  for (let i = 0; i < size; i++) result.data[i * size + i] = 1;
  return result;
}

/** The transpose Aᵀ [cols, rows] of A [rows, cols]. */
export function transpose(a: Matrix): Matrix {
  const result = matrix(a.cols, a.rows);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.cols; j++) result.data[j * a.rows + i] = a.data[i * a.cols + j];
  }
  return result;
}

/** The product A B [m, n] of A [m, p] and B [p, n]. @throws {MathError} if the inner sizes differ */
export function multiply(a: Matrix, b: Matrix): Matrix {
  if (a.cols !== b.rows) throw new MathError(`product of ${a.rows} x ${a.cols} and ${b.rows} x ${b.cols} is not defined`);
  const result = matrix(a.rows, b.cols);
  for (let i = 0; i < a.rows; i++) {
    const out = i * b.cols;
    for (let p = 0; p < a.cols; p++) {
      const factor = a.data[i * a.cols + p];
      const row = p * b.cols;
      for (let j = 0; j < b.cols; j++) result.data[out + j] += factor * b.data[row + j];
    }
  }
  return result;
}

/** The product A Bᵀ [m, n] of A [m, p] and B [n, p]. @throws {MathError} if the inner sizes differ */
export function multiplyTransposed(a: Matrix, b: Matrix): Matrix {
  if (a.cols !== b.cols) throw new MathError(`product of ${a.rows} x ${a.cols} and (${b.rows} x ${b.cols})ᵀ is not defined`);
  const result = matrix(a.rows, b.rows);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.rows; j++) result.data[i * b.rows + j] = rowDot(a, i, b, j);
  }
  return result;
}

/** The product Aᵀ B [m, n] of A [p, m] and B [p, n]. @throws {MathError} if the inner sizes differ */
export function transposedMultiply(a: Matrix, b: Matrix): Matrix {
  return multiply(transpose(a), b);
}

/** The Gram matrix A Aᵀ [m, m] of the rows of A [m, p], exactly symmetric. Two rows by four at a time: a number read serves several sums. */
export function gramOfRows(a: Matrix): Matrix {
  const { rows, cols, data } = a;
  const result = matrix(rows, rows);
  const put = (i: number, j: number, value: number) => {
    result.data[i * rows + j] = value;
    result.data[j * rows + i] = value;
  };
  let i = 0;
  for (; i + 1 < rows; i += 2) {
    const p = i * cols;
    const q = p + cols;
    let j = 0;
    for (; j + 3 < i; j += 4) {
      const b0 = j * cols;
      const b1 = b0 + cols;
      const b2 = b1 + cols;
      const b3 = b2 + cols;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let t0 = 0;
      let t1 = 0;
      let t2 = 0;
      let t3 = 0;
      for (let c = 0; c < cols; c++) {
        const x = data[p + c];
        const y = data[q + c];
        const w0 = data[b0 + c];
        const w1 = data[b1 + c];
        const w2 = data[b2 + c];
        const w3 = data[b3 + c];
        s0 += x * w0;
        s1 += x * w1;
        s2 += x * w2;
        s3 += x * w3;
        t0 += y * w0;
        t1 += y * w1;
        t2 += y * w2;
        t3 += y * w3;
      }
      put(i, j, s0);
      put(i, j + 1, s1);
      put(i, j + 2, s2);
      put(i, j + 3, s3);
      put(i + 1, j, t0);
      put(i + 1, j + 1, t1);
      put(i + 1, j + 2, t2);
      put(i + 1, j + 3, t3);
    }
    for (; j <= i + 1; j++) {
      if (j <= i) put(i, j, rowDot(a, i, a, j));
      put(i + 1, j, rowDot(a, i + 1, a, j));
    }
  }
  for (let j = 0; i < rows && j <= i; j++) put(i, j, rowDot(a, i, a, j));
  return result;
}

/** The inner product of row i of A and row j of B, both of the same length. */
export function rowDot(a: Matrix, i: number, b: Matrix, j: number): number {
  let sum = 0;
  const left = i * a.cols;
  const right = j * b.cols;
  for (let p = 0; p < a.cols; p++) sum += a.data[left + p] * b.data[right + p];
  return sum;
}

/** The norms of the rows of A [m, p], [m]. */
export function rowNorms(a: Matrix): Float64Array {
  return Float64Array.from({ length: a.rows }, (_, i) => Math.sqrt(rowDot(a, i, a, i)));
}

/** The inner product ⟨A, B⟩ = Σ a_ij b_ij of two matrices of one shape. @throws {MathError} if the shapes differ */
export function inner(a: Matrix, b: Matrix): number {
  if (a.rows !== b.rows || a.cols !== b.cols)
    throw new MathError(`shapes ${a.rows} x ${a.cols} and ${b.rows} x ${b.cols} differ`);
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += a.data[i] * b.data[i];
  return sum;
}

/** The Frobenius norm ‖A‖_F = √(Σ a_ij²), range [0, ∞). */
export function frobeniusNorm(a: Matrix): number {
  return Math.sqrt(inner(a, a));
}

/** α A + β B of two matrices of one shape. @throws {MathError} if the shapes differ */
export function combine(alpha: number, a: Matrix, beta: number, b: Matrix): Matrix {
  if (a.rows !== b.rows || a.cols !== b.cols)
    throw new MathError(`shapes ${a.rows} x ${a.cols} and ${b.rows} x ${b.cols} differ`);
  return { rows: a.rows, cols: a.cols, data: a.data.map((value, i) => alpha * value + beta * b.data[i]) };
}

/** α A. */
export function scale(alpha: number, a: Matrix): Matrix {
  return { rows: a.rows, cols: a.cols, data: a.data.map((value) => alpha * value) };
}

/** The rows of A and then those of B, both [·, d]. @throws {MathError} if the row lengths differ */
export function stackRows(a: Matrix, b: Matrix): Matrix {
  if (a.cols !== b.cols) throw new MathError(`rows of ${a.cols} and ${b.cols} entries cannot be stacked`);
  const result = matrix(a.rows + b.rows, a.cols);
  result.data.set(a.data);
  result.data.set(b.data, a.data.length);
  return result;
}

/** Some rows of A [m, p], in the order given: [rows.length, p]. @throws {MathError} if there is no such row */
export function selectRows(a: Matrix, rows: readonly number[]): Matrix {
  const result = matrix(rows.length, a.cols);
  rows.forEach((row, at) => {
    if (!(Number.isInteger(row) && row >= 0 && row < a.rows)) throw new MathError(`row ${row} is not one of ${a.rows}`);
    result.data.set(a.data.subarray(row * a.cols, (row + 1) * a.cols), at * a.cols);
  });
  return result;
}

/** The mean row (1/m) Aᵀ1 of A [m, p], [p]. */
export function meanRow({ rows, cols, data }: Matrix): Float64Array {
  const mean = new Float64Array(cols);
  for (let at = 0; at < data.length; at += cols) for (let j = 0; j < cols; j++) mean[j] += data[at + j] / rows;
  return mean;
}

/** A with the mean row taken from every row: (I − 11ᵀ/m) A, shape [m, p]. */
export function centreRows(a: Matrix): Matrix {
  const { rows, cols, data } = a;
  const mean = meanRow(a);
  const centred = new Float64Array(data.length);
  for (let at = 0; at < data.length; at += cols) for (let j = 0; j < cols; j++) centred[at + j] = data[at + j] - mean[j];
  return { rows, cols, data: centred };
}

/** Checks that every entry is finite. @throws {MathError} naming the matrix and the first entry that is not */
export function assertFinite(name: string, a: Matrix): void {
  const at = a.data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    throw new MathError(
      `${name} has the non-finite entry ${a.data[at]} at row ${Math.floor(at / a.cols)}, column ${at % a.cols}`,
    );
}
