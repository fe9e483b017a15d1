import type { Matrix } from "../linear/matrix.ts";
import { centreRows, combine, gramOfRows, matrix } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { assertEveryClass } from "./centredMeans.ts";
import type { ClassStatistics, Features } from "./classStatistics.ts";

/** Sums over samples that need the final class means; shards add up (`mergeCentredMoments`). */
export interface CentredMoments {
  samples: number;
  /**
   * Σ_i a_i a_iᵀ [K, K] with a_i[k] = ⟨h_i − μ_{y_i}, μ_k − μ_G⟩; where there are fewer dimensions than classes, d < K, of the
   * deviations themselves, Σ_i c_i c_iᵀ [d, d]: the smaller of the two, with the same information on the span of the means.
   */
  moments: Matrix;
  /** Samples whose nearest class mean is not that of their label. */
  labelMisses: number;
  /** Samples whose nearest class mean is not that of their predicted class; null without predictions. */
  predictionMisses: number | null;
}

/** What all samples of a set are held against. */
export interface CentredFrame {
  /** m_k = μ_k − μ_G [K, d]. */
  directions: Matrix;
  /** ‖m_k − m_l‖² [K, K]. */
  distances: Matrix;
}

/** The frame of class means. @throws {MathError} if K < 2 or a class is empty */
export function centredFrame(statistics: ClassStatistics): CentredFrame {
  assertEveryClass(statistics);
  const directions = centreRows(statistics.means);
  return { directions, distances: squaredDistances(directions) };
}

/** What the second pass reads. */
export interface CentredMomentsInput {
  /** [N, d] row-major. */
  features: Features;
  /** [N]. */
  labels: ArrayLike<number>;
  /** The statistics of the whole set, not only of this shard. */
  statistics: ClassStatistics;
  /** Predicted classes [N], where there is a classifier. */
  predictions?: ArrayLike<number>;
}

/**
 * The second pass: all sums that need centred samples, from one product of N·d·K multiplications.
 * With c = h − μ_y and m_k = μ_k − μ_G: a_k = ⟨c, m_k⟩ and ‖h − μ_k‖² = ‖c‖² + ‖m_y − m_k‖² + 2(a_y − a_k), so the same
 * products give the K×K moments and the nearest class mean, without cancellation however far the classes have collapsed.
 * On a tie the lowest class is the nearest.
 * @param frame of these statistics, where it is known already
 * @throws {MathError} if sizes do not fit, a class is empty or a label is out of range
 */
export function centredMoments(input: CentredMomentsInput, frame = centredFrame(input.statistics)): CentredMoments {
  const { features, labels, statistics, predictions } = input;
  const { classes, dim, means } = statistics;
  const samples = labels.length;
  if (features.length !== samples * dim) {
    throw new MathError(`${features.length} feature values do not fit ${samples} labels in ${dim} dimensions`);
  }
  if (predictions && predictions.length !== samples)
    throw new MathError(`${predictions.length} predictions for ${samples} samples`);
  const { directions, distances } = frame;
  const total = matrix(Math.min(classes, dim), Math.min(classes, dim));
  const centred = new Float64Array(dim);
  const products = new Float64Array(classes);
  let labelMisses = 0;
  let predictionMisses = 0;
  for (let i = 0; i < samples; i++) {
    const label = labels[i];
    if (!(label >= 0 && label < classes)) throw new MathError(`label ${label} of sample ${i} must be from 0 to ${classes - 1}`);
    const from = i * dim;
    const at = label * dim;
    for (let j = 0; j < dim; j++) centred[j] = features[from + j] - means.data[at + j];
    multiplyRows(directions.data, centred, products);
    const nearest = nearestClass(distances.data, products, label);
    if (nearest !== label) labelMisses++;
    if (predictions && nearest !== predictions[i]) predictionMisses++;
    addOuter(total.data, dim < classes ? centred : products);
  }
  mirrorLower(total);
  return {
    samples,
    moments: total,
    labelMisses,
    predictionMisses: predictions ? predictionMisses : null,
  };
}

/** The sums of two shards together, all measured against the same class statistics. */
export function mergeCentredMoments(a: CentredMoments, b: CentredMoments): CentredMoments {
  return {
    samples: a.samples + b.samples,
    moments: combine(1, a.moments, 1, b.moments),
    labelMisses: a.labelMisses + b.labelMisses,
    predictionMisses: a.predictionMisses === null || b.predictionMisses === null ? null : a.predictionMisses + b.predictionMisses,
  };
}

/** products = rows · vector; five rows at a time (then two), so that each entry of the vector is loaded once for them all. */
export function multiplyRows(rows: Float64Array, vector: Float64Array, products: Float64Array): void {
  const dim = vector.length;
  const count = products.length;
  let k = 0;
  for (; k + 4 < count; k += 5) {
    const r0 = k * dim;
    const r1 = r0 + dim;
    const r2 = r1 + dim;
    const r3 = r2 + dim;
    const r4 = r3 + dim;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let s4 = 0;
    for (let j = 0; j < dim; j++) {
      const value = vector[j];
      s0 += value * rows[r0 + j];
      s1 += value * rows[r1 + j];
      s2 += value * rows[r2 + j];
      s3 += value * rows[r3 + j];
      s4 += value * rows[r4 + j];
    }
    products[k] = s0;
    products[k + 1] = s1;
    products[k + 2] = s2;
    products[k + 3] = s3;
    products[k + 4] = s4;
  }
  for (; k + 1 < count; k += 2) {
    const r0 = k * dim;
    const r1 = r0 + dim;
    let s0 = 0;
    let s1 = 0;
    for (let j = 0; j < dim; j++) {
      const value = vector[j];
      s0 += value * rows[r0 + j];
      s1 += value * rows[r1 + j];
    }
    products[k] = s0;
    products[k + 1] = s1;
  }
  for (; k < count; k++) {
    let sum = 0;
    for (let j = 0; j < dim; j++) sum += vector[j] * rows[k * dim + j];
    products[k] = sum;
  }
}

/**
 * The class whose mean is nearest to a sample of class `label`, the lowest on a tie.
 * @param distances ‖m_k − m_l‖² [K, K] @param products (⟨c, m_k⟩)_k [K]
 */
export function nearestClass(distances: Float64Array, products: Float64Array, label: number): number {
  const classes = products.length;
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < classes; k++) {
    const distance = distances[label * classes + k] - 2 * products[k];
    if (distance < least) {
      least = distance;
      nearest = k;
    }
  }
  return nearest;
}

/** Adds a aᵀ [K, K] to the half of `total` on and below its diagonal. */
export function addOuter(total: Float64Array, vector: Float64Array): void {
  const size = vector.length;
  for (let k = 0; k < size; k++) {
    const factor = vector[k];
    const row = k * size;
    for (let l = 0; l <= k; l++) total[row + l] += factor * vector[l];
  }
}

/** Fills the half above the diagonal from the half below it. */
export function mirrorLower({ rows, data }: Matrix): void {
  for (let k = 0; k < rows; k++) {
    for (let l = 0; l < k; l++) data[l * rows + k] = data[k * rows + l];
  }
}

/**
 * ‖m_k − m_l‖² [K, K] of rows near their mean, from their Gram matrix; from the differences of the two where these are short beside
 * the rows, so that no more than three digits are lost to cancellation.
 */
export function squaredDistances(rows: Matrix, gram: Matrix = gramOfRows(rows)): Matrix {
  const size = rows.rows;
  const result = matrix(size, size);
  for (let k = 0; k < size; k++) {
    for (let l = 0; l < k; l++) {
      const together = gram.data[k * size + k] + gram.data[l * size + l];
      let square = together - 2 * gram.data[k * size + l];
      if (!(square > near * together)) {
        square = 0;
        for (let j = 0; j < rows.cols; j++) square += (rows.data[k * rows.cols + j] - rows.data[l * rows.cols + j]) ** 2;
      }
      result.data[k * size + l] = square;
      result.data[l * size + k] = square;
    }
  }
  return result;
}

const near = 1e-3;
