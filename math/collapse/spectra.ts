import type { Matrix } from "../linear/matrix.ts";
import { assertFinite, gramOfRows, matrix, transpose } from "../linear/matrix.ts";
import { symmetricEigenvalues } from "../linear/symmetricEigenvalues.ts";
import { assertInteger } from "../MathError.ts";
import type { ProbeSums } from "./ridgeProbe.ts";

/**
 * The singular values [d] of a layer's centred features over √N, σ_i((H − 1μᵀ)/√N) with μ the mean of all samples: the standard deviations
 * along its principal directions, in falling order, from the second moments (Σ(h − r)(h − r)ᵀ)/N − (μ − r)(μ − r)ᵀ about a sample r. Values
 * below about 2^-26·σ_1 are not resolved; where rounding leaves less than nothing they are 0.
 * @throws {MathError} if there is no sample or a feature was not finite
 * Source: Pearson (1901); of layers of networks, Masarczyk et al. (2023), arXiv 2305.19753, section 3.
 */
export function featureSpectrum({ classes, dim, samples, sums, products }: ProbeSums): Float64Array {
  assertInteger("samples", samples, 1);
  const mean = new Float64Array(dim); // of h − r
  for (let at = 0; at < classes * dim; at++) mean[at % dim] += sums[at] / samples;
  const covariance = matrix(dim, dim);
  for (let i = 0; i < dim; i++)
    for (let j = 0; j <= i; j++) covariance.data[i * dim + j] = products[i * dim + j] / samples - mean[i] * mean[j];
  return roots(symmetricEigenvalues(covariance));
}

/**
 * The singular values [min(m, n)] of a weight matrix [m, n] in falling order, from the Gram matrix of its shorter side; values below about
 * 2^-26·σ_1 are not resolved.
 * @throws {MathError} if an entry is not finite
 */
export function weightSpectrum(weights: Matrix): Float64Array {
  assertFinite("weights", weights);
  return roots(symmetricEigenvalues(gramOfRows(weights.rows <= weights.cols ? weights : transpose(weights))));
}

const roots = (eigenvalues: Float64Array): Float64Array => eigenvalues.map((value) => Math.sqrt(Math.max(0, value)));
