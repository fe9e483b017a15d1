import type { Features } from "../collapse/classStatistics.ts";
import type { Matrix } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import type { Detector } from "./detector.ts";

/** Every score is higher for samples more like those trained on. */

/** @throws {MathError} if there is no score, or one is NaN */
export function assertScores(set: string, scores: Float64Array): void {
  if (scores.length === 0) throw new MathError(`the ${set} set has no sample to score`);
  const bad = scores.findIndex((score) => Number.isNaN(score));
  if (bad >= 0) throw new MathError(`score ${scores[bad]} of sample ${bad} of the ${set} set must be a number`);
}

/**
 * msp = max_k softmax(z)_k; range [1/K, 1].
 * @param logits [n, K] row-major
 * @throws {MathError} if sizes do not fit or a logit is not finite
 * Source: Hendrycks, Gimpel (2017), ICLR, "A baseline for detecting misclassified and out-of-distribution examples".
 */
export const msp = (logits: Features, classes: number): Float64Array =>
  rows("logit", logits, classes, (at) => {
    const most = largest(logits, at, classes);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp(logits[at + k] - most);
    return 1 / sum;
  });

/**
 * maxlogit = max_k z_k; range (−∞, ∞).
 * @param logits [n, K] row-major
 * @throws {MathError} if sizes do not fit or a logit is not finite
 * Source: Hendrycks et al. (2022), ICML, "Scaling out-of-distribution detection for real-world settings".
 */
export const maxLogit = (logits: Features, classes: number): Float64Array =>
  rows("logit", logits, classes, (at) => largest(logits, at, classes));

/**
 * energy = T log Σ_k exp(z_k/T), the negative free energy; range (−∞, ∞).
 * @param logits [n, K] row-major
 * @param temperature T > 0
 * @throws {MathError} if sizes do not fit, a logit is not finite, or T is not above 0
 * Source: Liu, Wang, Owens, Li (2020), NeurIPS, "Energy-based out-of-distribution detection", equation 4, sign turned.
 */
export function energy(logits: Features, classes: number, temperature: number): Float64Array {
  if (!(temperature > 0 && Number.isFinite(temperature)))
    throw new MathError(`temperature ${temperature} of the energy must be finite and above 0`);
  return rows("logit", logits, classes, (at) => {
    const most = largest(logits, at, classes);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp((logits[at + k] - most) / temperature);
    return most + temperature * Math.log(sum);
  });
}

/**
 * neco = ‖P h‖/‖h‖, P the projection onto the first r principal directions of the training features; h itself is neither centred nor
 * standardized, and the share is not multiplied by a logit; range [0, 1].
 * @param features [n, d] row-major
 * @throws {MathError} if sizes do not fit, a feature is not finite, or a feature is zero and has no direction
 * Source: Ammar, Belkhir, Popescu, Manzanera, Franchi (2024), ICLR, "NECO", equation 6.
 */
export function neco(features: Features, { directions }: Pick<Detector, "directions">): Float64Array {
  const { rows: rank, cols: dim, data } = directions;
  return rows("feature", features, dim, (at, sample) => {
    let kept = 0;
    for (let r = 0; r < rank; r++) {
      let along = 0;
      for (let j = 0; j < dim; j++) along += data[r * dim + j] * features[at + j];
      kept += along * along;
    }
    let whole = 0;
    for (let j = 0; j < dim; j++) whole += features[at + j] * features[at + j];
    if (!(whole > 0)) throw new MathError(`feature ${sample} is zero: it has no direction, and NECO is not defined`);
    return Math.sqrt(Math.min(1, kept / whole));
  });
}

/**
 * nci = ⟨w_ŷ, h − m⟩/‖h − m‖ + α‖h‖₁, ŷ the predicted class, w_ŷ its classifier row (not normalized), m the mean training feature.
 * @param features [n, d] row-major
 * @param logits [n, K] row-major; the lowest class on a tie
 * @param weights W [K, d]
 * @param alpha α ≥ 0
 * @throws {MathError} if sizes do not fit, a number is not finite, α is below 0, or a feature is the mean and has no direction from it
 * Source: Liu, Qin (2025), CVPR, "Detecting out-of-distribution through the lens of neural collapse", arXiv 2311.01479.
 */
export function nci(
  features: Features,
  logits: Features,
  weights: Matrix,
  { mean }: Pick<Detector, "mean">,
  alpha: number,
): Float64Array {
  const { rows: classes, cols: dim, data } = weights;
  if (!(alpha >= 0 && Number.isFinite(alpha))) throw new MathError(`alpha ${alpha} of NCI must be finite and at least 0`);
  if (mean.length !== dim || logits.length * dim !== features.length * classes)
    throw new MathError(
      `${features.length} feature values, ${logits.length} logits, a mean of ${mean.length} and W of ${classes} x ${dim} do not fit`,
    );
  return rows("feature", features, dim, (at, sample) => {
    const row = sample * classes;
    let best = 0;
    for (let k = 1; k < classes; k++) if (logits[row + k] > logits[row + best]) best = k;
    let product = 0;
    let squared = 0;
    let size = 0;
    for (let j = 0; j < dim; j++) {
      const from = features[at + j] - mean[j];
      product += data[best * dim + j] * from;
      squared += from * from;
      size += Math.abs(features[at + j]);
    }
    if (!(squared > 0))
      throw new MathError(`feature ${sample} is the mean feature: it has no direction from it, and NCI is not defined`);
    return product / Math.sqrt(squared) + alpha * size;
  });
}

/**
 * mahalanobis = −min_k (h − μ_k)ᵀ Σ⁺ (h − μ_k), Σ the covariance within the classes of the training features, one for all classes;
 * range (−∞, 0].
 * @param features [n, d] row-major
 * @throws {MathError} if sizes do not fit or a feature is not finite
 * Source: Lee, Lee, Lee, Shin (2018), NeurIPS, "A simple unified framework for detecting out-of-distribution samples", equation 2, at the
 * last layer alone and without input noise; the pseudo-inverse and its rank are `fitDetector`'s.
 */
export function mahalanobis(features: Features, { means, whitening }: Pick<Detector, "means" | "whitening">): Float64Array {
  const { rows: rank, cols: dim, data } = whitening;
  // Whitened: the distance is Euclidean there.
  const centres = new Float64Array(means.rows * rank);
  const whiten = (values: Features, at: number, out: Float64Array, to: number) => {
    for (let r = 0; r < rank; r++) {
      let sum = 0;
      for (let j = 0; j < dim; j++) sum += data[r * dim + j] * (values[at + j] - means.data[j]);
      out[to + r] = sum;
    }
  };
  for (let k = 0; k < means.rows; k++) whiten(means.data, k * dim, centres, k * rank);
  const own = new Float64Array(rank);
  return rows("feature", features, dim, (at) => {
    whiten(features, at, own, 0);
    let least = Number.POSITIVE_INFINITY;
    for (let k = 0; k < means.rows; k++) {
      let squared = 0;
      for (let r = 0; r < rank; r++) squared += (own[r] - centres[k * rank + r]) ** 2;
      if (squared < least) least = squared;
    }
    return -least + 0;
  });
}

function largest(values: Features, at: number, count: number): number {
  let most = values[at];
  for (let k = 1; k < count; k++) if (values[at + k] > most) most = values[at + k];
  return most;
}

/** One score for each row. */
function rows(what: string, values: Features, columns: number, scoreOf: (at: number, sample: number) => number): Float64Array {
  const count = values.length / columns;
  if (!Number.isInteger(count)) throw new MathError(`${values.length} ${what}s do not fit rows of ${columns}`);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new MathError(`${what} ${values[bad]} of sample ${Math.floor(bad / columns)} must be finite`);
  return Float64Array.from({ length: count }, (_, sample) => scoreOf(sample * columns, sample));
}
