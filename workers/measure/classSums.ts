import { type ClassStatistics, classStatisticsFromSums } from "../../math/collapse/classStatistics.ts";

/**
 * Class sums of one layer, added up chunk by chunk in one pass in float64. Each class is measured from its own first sample:
 * near enough to its mean that nothing is lost however far the classes have collapsed.
 */
export class ClassSums {
  private readonly classes: number;
  private readonly dim: number;
  private readonly counts: Float64Array;
  private readonly squares: Float64Array;
  /** [K, d] */
  private readonly sums: Float64Array;
  private readonly reference: Float64Array;

  constructor(classes: number, dim: number) {
    this.classes = classes;
    this.dim = dim;
    this.counts = new Float64Array(classes);
    this.squares = new Float64Array(classes);
    this.sums = new Float64Array(classes * dim);
    this.reference = new Float64Array(classes * dim);
  }

  /** @param features [N, d] @param labels [N] */
  add(features: Float32Array, labels: ArrayLike<number>): void {
    const { dim, counts, squares, sums, reference } = this;
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i];
      const to = label * dim;
      const from = i * dim;
      if (counts[label]++ === 0) for (let j = 0; j < dim; j++) reference[to + j] = features[from + j];
      let square = 0;
      for (let j = 0; j < dim; j++) {
        const deviation = features[from + j] - reference[to + j];
        sums[to + j] += deviation;
        square += deviation * deviation;
      }
      squares[label] += square;
    }
  }

  /** @throws MathError if a feature was not finite */
  statistics(): ClassStatistics {
    // Rounding may leave less than nothing where all samples of a class are one point.
    for (let k = 0; k < this.classes; k++) {
      let norm = 0;
      for (let j = k * this.dim; j < (k + 1) * this.dim; j++) norm += this.sums[j] ** 2;
      this.squares[k] = Math.max(this.squares[k], this.counts[k] > 0 ? norm / this.counts[k] : 0);
    }
    const { counts, sums, squares, reference } = this;
    return classStatisticsFromSums({ counts, sums, squares, reference });
  }
}
