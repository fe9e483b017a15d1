import type { Matrix } from "../linear/matrix.ts";
import { matrix, rowDot } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";

/** Features as they come from a device: row-major [N, d], float32 or float64. */
export type Features = Float32Array | Float64Array;

/** What one pass over features keeps of each class; shards of it add up (`mergeClassStatistics`). */
export interface ClassStatistics {
  classes: number;
  dim: number;
  /** Samples of each class [K]. A shard may lack a class; a metric may not. */
  counts: Float64Array;
  /** Class means μ_k [K, d]; a row of zeros where the class is empty. */
  means: Matrix;
  /** Sum of squared deviations of each class [K]: Σ_{i in k} ‖h_i − μ_k‖². */
  scatter: Float64Array;
}

/**
 * Counts, means and scatter of each class, in float64: μ_k = (1/n_k) Σ h_i, scatter_k = Σ ‖h_i − μ_k‖².
 * Two passes; the sums are taken relative to the first row, so equal features give exactly equal means.
 * @param features [N, d] row-major
 * @param labels [N], integers 0..K−1
 * @throws {MathError} if a size or label is out of range or a feature is not finite
 * Source: Chan, Golub, LeVeque (1983), The American Statistician 37, the shifted two-pass algorithm.
 */
export function classStatistics(features: Features, labels: ArrayLike<number>, classes: number, dim: number): ClassStatistics {
  checkSizes(features, labels, classes, dim);
  const means = matrix(classes, dim);
  const mean = means.data;
  const counts = new Float64Array(classes);
  const samples = labels.length;
  const reference = Float64Array.from(features.subarray(0, dim));
  for (let i = 0; i < samples; i++) {
    const label = labels[i];
    counts[label]++;
    const to = label * dim;
    const from = i * dim;
    for (let j = 0; j < dim; j++) mean[to + j] += features[from + j] - reference[j];
  }
  for (let k = 0; k < classes; k++) {
    if (counts[k] === 0) continue;
    for (let j = 0; j < dim; j++) mean[k * dim + j] = reference[j] + mean[k * dim + j] / counts[k];
  }
  const scatter = new Float64Array(classes);
  for (let i = 0; i < samples; i++) {
    const at = labels[i] * dim;
    const from = i * dim;
    let sum = 0;
    for (let j = 0; j < dim; j++) {
      const deviation = features[from + j] - mean[at + j];
      sum += deviation * deviation;
    }
    scatter[labels[i]] += sum;
  }
  const result = { classes, dim, counts, means, scatter };
  assertFiniteStatistics(result);
  return result;
}

/** Class sums that a device has already reduced, taken relative to a reference point of each class. */
interface ShiftedClassSums {
  /** Samples of each class [K]. */
  counts: ArrayLike<number>;
  /** Σ_{i in k} (h_i − r_k), row-major [K, d]. */
  sums: ArrayLike<number>;
  /** Σ_{i in k} ‖h_i − r_k‖² [K]. */
  squares: ArrayLike<number>;
  /** The reference r_k, row-major [K, d]; near the class means, or the scatter is lost to cancellation. */
  reference: ArrayLike<number>;
}

/**
 * Class statistics from sums reduced elsewhere: μ_k = r_k + s_k/n_k, scatter_k = q_k − ‖s_k‖²/n_k.
 * @throws {MathError} if a size is wrong, a sum is not finite, or a scatter comes out negative (the reference is too far away)
 * Source: Chan, Golub, LeVeque (1983), the shifted one-pass algorithm.
 */
export function classStatisticsFromSums(input: ShiftedClassSums): ClassStatistics {
  const classes = input.counts.length;
  const dim = input.sums.length / classes;
  if (!Number.isInteger(dim) || input.reference.length !== input.sums.length || input.squares.length !== classes) {
    throw new MathError(
      `${input.sums.length} sums, ${input.reference.length} references, ${input.squares.length} squares do not fit ${classes} classes`,
    );
  }
  const counts = Float64Array.from(input.counts);
  const means = matrix(classes, dim);
  const scatter = new Float64Array(classes);
  for (let k = 0; k < classes; k++) {
    if (counts[k] === 0) continue;
    let squaredSum = 0;
    for (let j = 0; j < dim; j++) {
      const sum = input.sums[k * dim + j];
      means.data[k * dim + j] = input.reference[k * dim + j] + sum / counts[k];
      squaredSum += sum * sum;
    }
    scatter[k] = input.squares[k] - squaredSum / counts[k];
    if (scatter[k] < 0)
      throw new MathError(`scatter of class ${k} is ${scatter[k]}, below 0: its reference is too far from its mean`);
  }
  const result = { classes, dim, counts, means, scatter };
  assertFiniteStatistics(result);
  return result;
}

/**
 * The statistics of two shards together: with δ = μ_b − μ_a and n = n_a + n_b,
 * μ = μ_a + δ n_b/n and scatter = scatter_a + scatter_b + ‖δ‖² n_a n_b/n.
 * @throws {MathError} if the shards differ in classes or dimension
 * Source: Chan, Golub, LeVeque (1979), "Updating formulae and a pairwise algorithm for computing sample variances".
 */
export function mergeClassStatistics(a: ClassStatistics, b: ClassStatistics): ClassStatistics {
  if (a.classes !== b.classes || a.dim !== b.dim) {
    throw new MathError(`shards of ${a.classes} classes in ${a.dim} and ${b.classes} classes in ${b.dim} dimensions do not fit`);
  }
  const { classes, dim } = a;
  const counts = a.counts.map((count, k) => count + b.counts[k]);
  const means = matrix(classes, dim, a.means.data.slice());
  const scatter = a.scatter.slice();
  for (let k = 0; k < classes; k++) {
    if (b.counts[k] === 0) continue;
    const share = b.counts[k] / counts[k];
    let squared = 0;
    for (let j = 0; j < dim; j++) {
      const at = k * dim + j;
      const delta = b.means.data[at] - a.means.data[at];
      squared += delta * delta;
      means.data[at] += delta * share;
    }
    scatter[k] += b.scatter[k] + squared * a.counts[k] * share;
  }
  return { classes, dim, counts, means, scatter };
}

/** ‖H‖² = Σ_i ‖h_i‖² over all samples, Σ_k (n_k‖μ_k‖² + scatter_k); range [0, ∞). */
export function squaredFeatures({ counts, means, scatter }: ClassStatistics): number {
  let sum = 0;
  for (let k = 0; k < counts.length; k++) sum += counts[k] * rowDot(means, k, means, k) + scatter[k];
  return sum;
}

function checkSizes(features: Features, labels: ArrayLike<number>, classes: number, dim: number): void {
  if (!Number.isInteger(classes) || classes < 2) throw new MathError(`classes = ${classes} must be an integer of at least 2`);
  if (!Number.isInteger(dim) || dim < 1) throw new MathError(`dim = ${dim} must be an integer of at least 1`);
  if (features.length !== labels.length * dim) {
    throw new MathError(`${features.length} feature values do not fit ${labels.length} labels in ${dim} dimensions`);
  }
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (!(label >= 0 && label < classes) || !Number.isInteger(label)) {
      throw new MathError(`label ${label} of sample ${i} must be an integer from 0 to ${classes - 1}`);
    }
  }
}

function assertFiniteStatistics(statistics: ClassStatistics): void {
  const { classes, dim, counts, means, scatter } = statistics;
  for (let k = 0; k < classes; k++) {
    if (!Number.isInteger(counts[k]) || counts[k] < 0)
      throw new MathError(`count ${counts[k]} of class ${k} must be an integer of at least 0`);
    const row = means.data.subarray(k * dim, (k + 1) * dim);
    if (!Number.isFinite(scatter[k]) || row.some((value) => !Number.isFinite(value))) {
      throw new MathError(`class ${k} has a non-finite feature (or one too large to square)`);
    }
  }
}
