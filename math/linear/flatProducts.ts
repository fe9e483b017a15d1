/*
 * Matrix products on flat row-major arrays, for loops that run thousands of times: four rows at once, so that a number that is read
 * serves four sums, and the sums do not wait for each other. Plain constants, for a list taken apart in a loop is slower than the sums.
 */

/** out [m, n] = A Bᵀ of A [m, r] and B [n, r]. */
export function productTransposed(a: Float64Array, b: Float64Array, out: Float64Array, m: number, n: number, r: number): void {
  const blocked = n - (n % 4);
  for (let i = 0; i < m; i++) {
    const at = i * r;
    for (let k = 0; k < blocked; k += 4) {
      const first = k * r;
      const second = first + r;
      const third = second + r;
      const fourth = third + r;
      let s = 0;
      let t = 0;
      let u = 0;
      let v = 0;
      for (let j = 0; j < r; j++) {
        const x = a[at + j];
        s += x * b[first + j];
        t += x * b[second + j];
        u += x * b[third + j];
        v += x * b[fourth + j];
      }
      const to = i * n + k;
      out[to] = s;
      out[to + 1] = t;
      out[to + 2] = u;
      out[to + 3] = v;
    }
    for (let k = blocked; k < n; k++) {
      let sum = 0;
      for (let j = 0; j < r; j++) sum += a[at + j] * b[k * r + j];
      out[i * n + k] = sum;
    }
  }
}

/** out [m, r] += A B of A [m, n] and B [n, r]. */
export function addProduct(a: Float64Array, b: Float64Array, out: Float64Array, m: number, n: number, r: number): void {
  const blocked = n - (n % 4);
  for (let i = 0; i < m; i++) {
    const to = i * r;
    for (let k = 0; k < blocked; k += 4) {
      const at = i * n + k;
      const s = a[at];
      const t = a[at + 1];
      const u = a[at + 2];
      const v = a[at + 3];
      const first = k * r;
      const second = first + r;
      const third = second + r;
      const fourth = third + r;
      for (let j = 0; j < r; j++) out[to + j] += s * b[first + j] + t * b[second + j] + (u * b[third + j] + v * b[fourth + j]);
    }
    for (let k = blocked; k < n; k++) {
      const factor = a[i * n + k];
      for (let j = 0; j < r; j++) out[to + j] += factor * b[k * r + j];
    }
  }
}

/** Aᵀ [n, m] of A [m, n], into `out`. */
export function transposeInto(a: Float64Array, out: Float64Array, m: number, n: number): void {
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j * m + i] = a[i * n + j];
}
