import { centreRows, matrix } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { addOuter, mirrorLower, multiplyRows, nearestClass, squaredDistances } from "./centredMoments.ts";

/**
 * Counts and means of each class from features that come part by part, in float64. Each class is summed relative to its first sample, so
 * that no digits are lost however far it has collapsed, and equal features give exactly equal means.
 */
export class StreamedMeans {
  readonly counts: Float64Array; // [K]
  private readonly sums: Float64Array; // [K, d]
  private readonly references: Float64Array; // [K, d]
  readonly classes: number;
  readonly dim: number;

  constructor(classes: number, dim: number) {
    this.classes = classes;
    this.dim = dim;
    this.counts = new Float64Array(classes);
    this.sums = new Float64Array(classes * dim);
    this.references = new Float64Array(classes * dim);
  }

  /**
   * @param features [n, d]; @param labels of the whole set, those of this part from `first` on
   * @throws {MathError} for a feature that is not finite, by sample and place
   */
  add(features: Float64Array, labels: ArrayLike<number>, first: number): void {
    const { dim, counts, sums, references } = this;
    const samples = features.length / dim;
    for (let i = 0; i < samples; i++) {
      const label = labels[first + i];
      const [at, from] = [label * dim, i * dim];
      if (counts[label] === 0) references.set(features.subarray(from, from + dim), at);
      counts[label]++;
      let check = 0;
      for (let j = 0; j < dim; j++) {
        const value = features[from + j];
        sums[at + j] += value - references[at + j];
        check += value * 0;
      }
      if (check !== 0) throw notFinite(features, from, dim, first + i);
    }
  }

  /** Class means [K, d]; zeros where a class is empty. */
  means(): Float64Array {
    const { classes, dim, counts, sums, references } = this;
    const means = new Float64Array(classes * dim);
    for (let k = 0; k < classes; k++) {
      if (counts[k] === 0) continue;
      for (let j = k * dim; j < (k + 1) * dim; j++) means[j] = references[j] + sums[j] / counts[k];
    }
    return means;
  }
}

function notFinite(features: Float64Array, from: number, dim: number, sample: number): MathError {
  const place = features.subarray(from, from + dim).findIndex((value) => !Number.isFinite(value));
  return new MathError(`sample ${sample} has ${features[from + place]} as its number ${place}: features must be finite`);
}

/**
 * The second pass over the same parts: within-class scatter Σ‖h − μ_k‖² about the set's own means, and, with c = h − μ_y and
 * m_k = μ_k − μ_G of the training set, the moments Σ a aᵀ of a = (⟨c, m_k⟩)_k and the nearest class mean of each sample. Without
 * training means the scatter alone.
 */
export class StreamedMoments {
  readonly within: Float64Array; // [K]
  readonly moments: Float64Array | null; // [K, K]
  labelMisses = 0;
  predictionMisses = 0;
  private readonly own: Float64Array; // [K, d]
  private readonly training: Float64Array | null; // [K, d]
  private readonly directions: Float64Array; // [K, d]
  private readonly distances: Float64Array; // [K, K]
  private readonly classes: number;
  private readonly dim: number;

  /** @param own class means of this set [K, d]; @param training those that directions are taken from; null: no moments */
  constructor(classes: number, dim: number, own: Float64Array, training: Float64Array | null) {
    this.classes = classes;
    this.dim = dim;
    this.own = own;
    this.training = training;
    this.within = new Float64Array(classes);
    this.moments = training ? new Float64Array(classes * classes) : null;
    const directions = training && centreRows(matrix(classes, dim, training));
    this.directions = directions?.data ?? new Float64Array();
    this.distances = directions ? squaredDistances(directions).data : new Float64Array();
  }

  /** @param predictions of the whole set, as labels are */
  add(features: Float64Array, labels: ArrayLike<number>, first: number, predictions: ArrayLike<number> | null = null): void {
    const { classes, dim, own, training, moments, directions, distances } = this;
    const deviation = new Float64Array(dim);
    const products = new Float64Array(classes);
    const samples = features.length / dim;
    for (let i = 0; i < samples; i++) {
      const label = labels[first + i];
      const [at, from] = [label * dim, i * dim];
      let square = 0;
      for (let j = 0; j < dim; j++) square += (features[from + j] - own[at + j]) ** 2;
      this.within[label] += square;
      if (training === null || moments === null) continue;
      for (let j = 0; j < dim; j++) deviation[j] = features[from + j] - training[at + j];
      multiplyRows(directions, deviation, products);
      addOuter(moments, products);
      const nearest = nearestClass(distances, products, label);
      if (nearest !== label) this.labelMisses++;
      if (predictions && nearest !== predictions[first + i]) this.predictionMisses++;
    }
  }

  /** Fills the other half of the moments. */
  end(): void {
    const { classes, moments } = this;
    if (moments) mirrorLower(matrix(classes, classes, moments));
  }
}
