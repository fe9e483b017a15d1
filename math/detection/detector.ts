import { assertEveryClass } from "../collapse/centredMeans.ts";
import type { ClassStatistics, Features } from "../collapse/classStatistics.ts";
import { addProduct, transposeInto } from "../linear/flatProducts.ts";
import { assertFinite, inner, type Matrix, matrix } from "../linear/matrix.ts";
import { symmetricEigen } from "../linear/symmetricEigen.ts";
import { MathError } from "../MathError.ts";

/** What scores of features compare with, worked out on the training set. */
export interface Detector {
  /** Mean feature over all samples [d]. */
  mean: Float64Array;
  /** Class means [K, d]. */
  means: Matrix;
  /** The first r principal directions of the features [r, d], orthonormal rows. */
  directions: Matrix;
  /** Rows v_j/√λ_j of the directions in which features scatter within their classes [rank, d]: Σ⁺ = UᵀU. */
  whitening: Matrix;
}

/** An eigenvalue of a covariance at or below this share of the largest is taken as zero. */
export const covarianceCutoff = 1e-10;

/**
 * Adds (h − μ_y)(h − μ_y)ᵀ of each sample to `scatter` [d, d].
 * @param features [n, d] row-major
 * @throws {MathError} if sizes do not fit
 */
export function addScatterWithin(
  scatter: Matrix,
  { dim, means }: Pick<ClassStatistics, "dim" | "means">,
  features: Features,
  labels: ArrayLike<number>,
): void {
  const count = labels.length;
  if (features.length !== count * dim || scatter.rows !== dim || scatter.cols !== dim)
    throw new MathError(
      `${features.length} feature values, ${count} labels and a scatter of ${scatter.rows} x ${scatter.cols} do not fit`,
    );
  const centred = new Float64Array(count * dim);
  for (let i = 0; i < count; i++)
    for (let j = 0; j < dim; j++) centred[i * dim + j] = features[i * dim + j] - means.data[labels[i] * dim + j];
  const turned = new Float64Array(count * dim);
  transposeInto(centred, turned, count, dim);
  addProduct(turned, centred, scatter.data, dim, count, dim);
}

/**
 * What `neco`, `nci` and `mahalanobis` compare with: m = (1/N) Σ h_i; the first r eigenvectors of (1/N) Σ (h_i − m)(h_i − m)ᵀ; and
 * Σ⁺ of Σ = (1/N) Σ (h_i − μ_y)(h_i − μ_y)ᵀ by its eigenvalues above `covarianceCutoff` of the largest.
 * @param scatter Σ (h_i − μ_y)(h_i − μ_y)ᵀ [d, d] of the samples that the statistics are of
 * @param rank r of NECO
 * @returns a part that does not exist as the MathError that says why
 * @throws {MathError} if a class is empty, sizes do not fit or a number is not finite
 */
export function fitDetector(
  statistics: ClassStatistics,
  scatter: Matrix,
  rank: number,
): Pick<Detector, "mean" | "means"> & { directions: Matrix | MathError; whitening: Matrix | MathError } {
  assertEveryClass(statistics);
  const { classes, dim, counts, means } = statistics;
  if (scatter.rows !== dim || scatter.cols !== dim)
    throw new MathError(`a scatter of ${scatter.rows} x ${scatter.cols} does not fit features of ${dim}`);
  assertFinite("scatter", scatter);
  const samples = counts.reduce((sum, count) => sum + count, 0);
  const mean = new Float64Array(dim);
  for (let k = 0; k < classes; k++) for (let j = 0; j < dim; j++) mean[j] += (counts[k] / samples) * means.data[k * dim + j];
  // A stored mean is off by up to 2^-53 of itself: a scatter of that size is not data.
  const rounding = (4 * Number.EPSILON) ** 2 * inner(means, means);
  const within = matrix(
    dim,
    dim,
    scatter.data.map((sum) => sum / samples),
  );
  const total = matrix(dim, dim, within.data.slice());
  for (let k = 0; k < classes; k++)
    for (let i = 0; i < dim; i++) {
      const factor = (counts[k] / samples) * (means.data[k * dim + i] - mean[i]);
      for (let j = 0; j < dim; j++) total.data[i * dim + j] += factor * (means.data[k * dim + j] - mean[j]);
    }
  return { mean, means, directions: principal(total, rank), whitening: whitened(within, rounding) };
}

/** The first r eigenvectors, of which there must be as many that the features vary along. */
function principal(covariance: Matrix, rank: number): Matrix | MathError {
  const dim = covariance.rows;
  if (!Number.isInteger(rank) || rank < 1) return new MathError(`rank ${rank} of NECO must be a whole number of at least 1`);
  if (rank >= dim)
    return new MathError(
      `the ${rank} directions of NECO are all of ${dim} features, so that nothing lies beside them: choose fewer`,
    );
  const { values, vectors } = symmetricEigen(covariance);
  if (!(values[0] > 0)) return new MathError("all training features are equal: they have no principal directions");
  const kept = values.filter((value) => value > covarianceCutoff * values[0]).length;
  if (kept < rank)
    return new MathError(`the training features vary along ${kept} directions, and NECO is asked for ${rank}: choose fewer`);
  return matrix(rank, dim, vectors.data.slice(0, rank * dim));
}

/** @param rounding what the largest eigenvalue must be above */
function whitened(covariance: Matrix, rounding: number): Matrix | MathError {
  const dim = covariance.rows;
  const { values, vectors } = symmetricEigen(covariance);
  if (!(values[0] > rounding)) return new MathError("the features of each class are all equal: their covariance is zero");
  const rank = values.filter((value) => value > covarianceCutoff * values[0]).length;
  return matrix(
    rank,
    dim,
    vectors.data.slice(0, rank * dim).map((entry, at) => entry / Math.sqrt(values[Math.floor(at / dim)])),
  );
}
