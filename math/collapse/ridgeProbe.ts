import { choleskySolve } from "../linear/choleskySolve.ts";
import { matrix } from "../linear/matrix.ts";
import { assertAtLeast, assertInteger, MathError } from "../MathError.ts";
import type { Features } from "./classStatistics.ts";

/** Sums over samples that a probe is solved from; taken relative to the first sample, so that little is lost to cancellation. */
export interface ProbeSums {
  classes: number;
  dim: number;
  samples: number;
  /** Samples of each class [K]. */
  counts: Float64Array;
  /** r, the first sample [d]. */
  reference: Float64Array;
  /** Σ (x − r) of each class, row-major [K, d]. */
  sums: Float64Array;
  /** Σ (x − r)(x − r)ᵀ [d, d]; the lower triangle is filled. */
  products: Float64Array;
}

/** Sums of no sample. @throws {MathError} if K < 2 or d < 1 */
export function emptyProbeSums(classes: number, dim: number): ProbeSums {
  assertInteger("classes", classes, 2);
  assertInteger("dim", dim, 1);
  return {
    classes,
    dim,
    samples: 0,
    counts: new Float64Array(classes),
    reference: new Float64Array(dim),
    sums: new Float64Array(classes * dim),
    products: new Float64Array(dim * dim),
  };
}

/** Adds samples to the sums, in place. @param features [N, d] row-major @param labels [N], integers 0..K−1 */
export function addToProbeSums(sums: ProbeSums, features: Features, labels: ArrayLike<number>): void {
  const { dim, reference, products } = sums;
  if (sums.samples === 0 && labels.length > 0) reference.set(features.subarray(0, dim));
  const deviation = new Float64Array(dim);
  for (let i = 0; i < labels.length; i++) {
    const to = labels[i] * dim;
    for (let j = 0; j < dim; j++) {
      deviation[j] = features[i * dim + j] - reference[j];
      sums.sums[to + j] += deviation[j];
    }
    for (let j = 0; j < dim; j++) {
      const factor = deviation[j];
      if (factor === 0) continue;
      const row = j * dim;
      for (let p = 0; p <= j; p++) products[row + p] += factor * deviation[p];
    }
    sums.counts[labels[i]]++;
  }
  sums.samples += labels.length;
}

/** A linear classifier: the class of the largest entry of Ax + b. */
export interface LinearProbe {
  classes: number;
  dim: number;
  /** A [K, d], for features as they are. */
  weights: Float64Array;
  /** b [K] */
  bias: Float64Array;
}

/**
 * Ridge regression on one-hot labels over standardized features z = (x − mean)/deviation, with a free bias: B minimizes
 * (1/2N)‖Y − 1bᵀ − ZB‖² + (ridge/2)‖B‖², so (ZᵀZ/N + ridge I) B = Zᵀ(Y − Ȳ)/N and b = Ȳ, the class shares. A coordinate
 * without variance is left out.
 * @throws {MathError} if there is no sample, ridge is not above 0, or a feature was not finite
 * Source: Hoerl, Kennard (1970), Technometrics 12; as a probe, Alain, Bengio (2017), arXiv 1610.01644.
 */
export function solveProbe(sums: ProbeSums, ridge: number): LinearProbe {
  assertAtLeast("ridge", ridge, 0, true);
  assertInteger("samples", sums.samples, 1);
  const { classes, dim, samples, counts, reference, products } = sums;
  const mean = new Float64Array(dim); // of x − r
  for (let at = 0; at < classes * dim; at++) mean[at % dim] += sums.sums[at] / samples;
  const inverse = Float64Array.from(mean, (m, j) => {
    const variance = products[j * dim + j] / samples - m * m;
    if (!Number.isFinite(variance)) throw new MathError(`feature ${j} is not finite for some sample`);
    return variance > 0 ? 1 / Math.sqrt(variance) : 0;
  });
  const system = matrix(dim, dim);
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j < i; j++)
      system.data[i * dim + j] = (products[i * dim + j] / samples - mean[i] * mean[j]) * inverse[i] * inverse[j];
    system.data[i * dim + i] = (inverse[i] > 0 ? 1 : 0) + ridge;
  }
  const target = matrix(dim, classes);
  for (let k = 0; k < classes; k++)
    for (let j = 0; j < dim; j++)
      target.data[j * classes + k] = ((sums.sums[k * dim + j] - counts[k] * mean[j]) / samples) * inverse[j];
  const solved = choleskySolve(system, target);
  const weights = new Float64Array(classes * dim);
  const bias = new Float64Array(classes);
  for (let k = 0; k < classes; k++) {
    bias[k] = counts[k] / samples;
    for (let j = 0; j < dim; j++) {
      weights[k * dim + j] = solved.data[j * classes + k] * inverse[j];
      bias[k] -= weights[k * dim + j] * (reference[j] + mean[j]);
    }
  }
  return { classes, dim, weights, bias };
}

/** How many samples a probe classifies right. @param features [N, d] row-major @param labels [N] */
export function countRight({ classes, dim, weights, bias }: LinearProbe, features: Features, labels: ArrayLike<number>): number {
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    let best = 0;
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) {
      let score = bias[k];
      for (let j = 0; j < dim; j++) score += weights[k * dim + j] * features[i * dim + j];
      if (score > most) [best, most] = [k, score];
    }
    if (best === labels[i]) right++;
  }
  return right;
}
