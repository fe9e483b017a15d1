import type { Matrix } from "../../../math/linear/matrix.ts";
import { matrix } from "../../../math/linear/matrix.ts";

/** A seeded generator of uniform numbers in (0, 1): tests draw the same data on every machine. */
export function uniforms(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** Standard normal numbers by Box and Muller. */
export function normals(seed: number): () => number {
  const uniform = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

export function randomMatrix(rows: number, cols: number, seed: number): Matrix {
  const next = normals(seed);
  return matrix(rows, cols, Float64Array.from({ length: rows * cols }, next));
}

/** A random orthogonal matrix by Gram–Schmidt on Gaussian rows. */
export function randomOrthogonal(size: number, seed: number): Matrix {
  const q = randomMatrix(size, size, seed);
  for (let i = 0; i < size; i++) {
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < i; k++) {
        let dot = 0;
        for (let j = 0; j < size; j++) dot += q.data[i * size + j] * q.data[k * size + j];
        for (let j = 0; j < size; j++) q.data[i * size + j] -= dot * q.data[k * size + j];
      }
    }
    let norm = 0;
    for (let j = 0; j < size; j++) norm += q.data[i * size + j] ** 2;
    for (let j = 0; j < size; j++) q.data[i * size + j] /= Math.sqrt(norm);
  }
  return q;
}

/** Samples around given class means: h = μ_y + spread · noise, labels cycling through the given counts. */
export function samplesAround(means: Matrix, counts: readonly number[], spread: number, seed: number) {
  const next = normals(seed);
  const labels = Int32Array.from(counts.flatMap((count, k) => new Array<number>(count).fill(k)));
  const features = new Float64Array(labels.length * means.cols);
  labels.forEach((label, i) => {
    for (let j = 0; j < means.cols; j++) features[i * means.cols + j] = means.data[label * means.cols + j] + spread * next();
  });
  return { features, labels };
}

/** Largest absolute difference of two lists of numbers. */
export function largestGap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}
