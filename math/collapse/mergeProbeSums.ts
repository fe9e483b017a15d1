import { MathError } from "../MathError.ts";
import type { ProbeSums } from "./ridgeProbe.ts";

/**
 * Adds the sums of a further part of the samples, relative to a point of its own, in place: with δ = r_b − r_a, s = Σ(x − r_b) and n samples,
 * Σ(x − r_a)(x − r_a)ᵀ = Σ(x − r_b)(x − r_b)ᵀ + s δᵀ + δ sᵀ + n δδᵀ. Nothing is lost while both points are among the samples.
 * @throws {MathError} if classes or dimensions differ
 * Source: Chan, Golub, LeVeque (1983), The American Statistician 37.
 */
export function mergeProbeSums(total: ProbeSums, part: ProbeSums): void {
  const { classes, dim } = total;
  if (part.classes !== classes || part.dim !== dim)
    throw new MathError(
      `sums of ${part.classes} classes in ${part.dim} dimensions do not add to ${classes} classes in ${dim} dimensions`,
    );
  if (part.samples === 0) return;
  if (total.samples === 0) total.reference.set(part.reference);
  const shift = total.reference.map((value, j) => part.reference[j] - value);
  const sum = new Float64Array(dim);
  for (let k = 0; k < classes; k++) {
    for (let j = 0; j < dim; j++) {
      sum[j] += part.sums[k * dim + j];
      total.sums[k * dim + j] += part.sums[k * dim + j] + part.counts[k] * shift[j];
    }
    total.counts[k] += part.counts[k];
  }
  for (let i = 0; i < dim; i++) {
    const [own, factor] = [i * dim, sum[i] + part.samples * shift[i]];
    for (let j = 0; j <= i; j++) total.products[own + j] += part.products[own + j] + factor * shift[j] + shift[i] * sum[j];
  }
  total.samples += part.samples;
}
