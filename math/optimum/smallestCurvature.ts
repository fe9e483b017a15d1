import { matrix } from "../linear/matrix.ts";
import { symmetricEigen } from "../linear/symmetricEigen.ts";
import { MathError } from "../MathError.ts";

/**
 * The smallest eigenvalue of a symmetric operator by Lanczos' method with full reorthogonalization, for a Hessian that is known by its
 * products only: yields unit vectors v [n], is given H v. The smallest eigenvalue of the tridiagonal matrix T_k is an upper bound of it, and
 * falls with k.
 * @param start any vector [n] that is not 0
 * @param iterations k, at most n are made
 * @returns the smallest Ritz value, and an upper bound of its distance to an eigenvalue, β_k |last entry of its eigenvector|
 * @throws {MathError} if the start is 0 or a product is not finite
 * Source: Lanczos (1950); Paige (1980), Linear Algebra Appl. 34.
 */
export function* smallestCurvature(
  start: Float64Array,
  iterations: number,
): Generator<Float64Array, { value: number; error: number }, Float64Array> {
  const basis: Float64Array[] = [];
  const [alphas, betas]: number[][] = [[], []];
  let next = start.slice();
  let norm = Math.sqrt(dot(next, next));
  if (!(norm > 0)) throw new MathError("the start of Lanczos' method must not be 0");
  for (let k = 0; k < Math.min(iterations, start.length); k++) {
    const v = next.map((value) => value / norm);
    basis.push(v);
    const product = (yield v).slice();
    alphas.push(dot(v, product));
    if (!Number.isFinite(alphas[k])) throw new MathError(`product ${k} of Lanczos' method is not finite`);
    // Twice: once leaves what rounding has brought back.
    for (let pass = 0; pass < 2; pass++)
      for (const other of basis) {
        const along = dot(other, product);
        for (let i = 0; i < product.length; i++) product[i] -= along * other[i];
      }
    next = product;
    norm = Math.sqrt(dot(next, next));
    betas.push(norm);
    if (!(norm > 1e-12 * Math.max(...alphas.map(Math.abs)))) break; // the start's subspace is exhausted
  }
  const size = alphas.length;
  const tridiagonal = matrix(size, size);
  for (let i = 0; i < size; i++) {
    tridiagonal.data[i * size + i] = alphas[i];
    if (i + 1 < size) tridiagonal.data[i * size + i + 1] = tridiagonal.data[(i + 1) * size + i] = betas[i];
  }
  const { values, vectors } = symmetricEigen(tridiagonal);
  const at = values.indexOf(Math.min(...values));
  return { value: values[at], error: betas[size - 1] * Math.abs(vectors.data[at * size + size - 1]) };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
