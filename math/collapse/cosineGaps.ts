import type { Matrix } from "../linear/matrix.ts";
import { rowDot } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import type { Features } from "./classStatistics.ts";

/** How far features point away from the classifier row of their label; shards add up (`mergeCosineGaps`). */
export interface CosineGaps {
  samples: number;
  /** Σ_i (1 − cos(h_i, w_{y_i})), range [0, 2·samples]. */
  sum: number;
  /** Samples left out of the sum because h_i or w_{y_i} is zero and has no direction. */
  zeroVectors: number;
}

/**
 * Sums Σ_i ½‖h_i/‖h_i‖ − w_{y_i}/‖w_{y_i}‖‖², which is 1 − cos(h_i, w_{y_i}) without its cancellation and never negative.
 * @param features [N, d] row-major
 * @param labels [N]
 * @param weights classifier rows [K, d]
 * @throws {MathError} if sizes do not fit or a label is out of range
 */
export function cosineGaps(features: Features, labels: ArrayLike<number>, weights: Matrix): CosineGaps {
  const dim = weights.cols;
  if (features.length !== labels.length * dim) {
    throw new MathError(`${features.length} feature values do not fit ${labels.length} labels in ${dim} dimensions`);
  }
  const unit = weights.data.slice();
  const norms = new Float64Array(weights.rows);
  for (let k = 0; k < weights.rows; k++) {
    norms[k] = Math.sqrt(rowDot(weights, k, weights, k));
    for (let j = 0; j < dim; j++) unit[k * dim + j] /= norms[k];
  }
  let sum = 0;
  let zeroVectors = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (!(label >= 0 && label < weights.rows))
      throw new MathError(`label ${label} of sample ${i} must be from 0 to ${weights.rows - 1}`);
    const from = i * dim;
    const at = label * dim;
    let squared = 0;
    for (let j = 0; j < dim; j++) squared += features[from + j] * features[from + j];
    if (squared === 0 || norms[label] === 0) {
      zeroVectors++;
      continue;
    }
    const inverse = 1 / Math.sqrt(squared);
    let gap = 0;
    for (let j = 0; j < dim; j++) {
      const difference = features[from + j] * inverse - unit[at + j];
      gap += difference * difference;
    }
    sum += gap / 2;
  }
  return { samples: labels.length, sum, zeroVectors };
}

/** The sums of two shards together, measured against the same weights. */
export function mergeCosineGaps(a: CosineGaps, b: CosineGaps): CosineGaps {
  return { samples: a.samples + b.samples, sum: a.sum + b.sum, zeroVectors: a.zeroVectors + b.zeroVectors };
}
