import { addProduct, productTransposed, transposeInto } from "../linear/flatProducts.ts";
import type { Matrix } from "../linear/matrix.ts";
import { matrix, scale } from "../linear/matrix.ts";
import type { SmoothFunction } from "./minimize.ts";
import type { SolvableObjective } from "./unconstrainedObjective.ts";

/** The terms of an objective at one point where all samples of a class share one feature. */
export interface CollapsedPoint {
  fit: number;
  ridge: number;
  slack: number;
  weights: Matrix;
  features: Matrix;
  bias: Float64Array;
}

/** An objective as a smooth function of one flat vector, and the way back to its point. */
export interface CollapsedObjective {
  size: number;
  evaluate: SmoothFunction;
  read(x: Float64Array): CollapsedPoint;
}

/**
 * An unconstrained-features objective over class features, as a function of x = [W (K·r), Z (K·r), b (K where there is a bias)],
 * Σ_k (n_k/N) fit_k + (λ_W/2)‖W‖² [+ (λ_H/2) Σ_k n_k‖h_k‖²] [+ (λ_b/2)‖b‖²], without any slack, with h_k = √d z_k/‖z_k‖ on the sphere
 * (GUFM). With a ridge on both, x = [W/g, g√n_k h_k, b], g⁴ = λ_H/λ_W: both then have the ridge √(λ_Wλ_H), and like scales.
 * @param rank r, the coordinates used for W and H
 */
export function collapsedObjective(objective: SolvableObjective, rank: number): CollapsedObjective {
  const { counts, dim, weightDecay } = objective;
  const classes = counts.length;
  const samples = counts.reduce((sum, count) => sum + count, 0);
  const shares = counts.map((count) => count / samples);
  const onSphere = objective.kind === "gufm-ce" || objective.kind === "gufm-mse";
  const featureDecay = "featureDecay" in objective ? objective.featureDecay : 0;
  const squared = objective.kind === "gufm-mse" || objective.kind === "ufm-mse";
  const fitScale = "fitScale" in objective ? (objective.fitScale ?? 0.5) : 0.5;
  const withBias = "bias" in objective && objective.bias !== undefined && objective.bias !== "none";
  const biasDecay = objective.bias === "penalized" ? (objective.biasDecay ?? 0) : 0;
  const gain = onSphere ? 1 : Math.sqrt(Math.sqrt(featureDecay / weightDecay));
  const decay = onSphere ? weightDecay : Math.sqrt(featureDecay * weightDecay);
  const block = classes * rank;
  const size = 2 * block + (withBias ? classes : 0);
  const features = new Float64Array(block);
  const norms = new Float64Array(classes);
  const featureGradient = new Float64Array(block);
  const logits = new Float64Array(classes * classes); // a row a class' feature; then the slopes of the fit
  const turned = new Float64Array(classes * classes);

  /** Feature of class k from its free coordinates; remembers the factor between them. */
  function setFeatures(x: Float64Array): void {
    for (let k = 0; k < classes; k++) {
      let sum = 0;
      for (let j = 0; j < rank; j++) sum += x[block + k * rank + j] ** 2;
      norms[k] = onSphere ? Math.sqrt(dim / sum) : 1 / Math.sqrt(counts[k]);
      for (let j = 0; j < rank; j++) features[k * rank + j] = norms[k] * x[block + k * rank + j];
    }
  }

  /** Fit of class k and, in place of its logits, its derivative by each of them. */
  function fitOf(k: number): number {
    const row = logits.subarray(k * classes, (k + 1) * classes);
    if (squared) {
      let sum = 0;
      for (let c = 0; c < classes; c++) {
        const error = row[c] - (c === k ? 1 : 0);
        sum += error * error;
        row[c] = 2 * fitScale * error;
      }
      return fitScale * sum;
    }
    const own = row[k];
    let rest = 0; // Σ_{c≠k} e^{z_c − z_k}: log1p keeps a fit far below 1 precise
    let most = 0;
    for (let c = 0; c < classes; c++) most = Math.max(most, row[c] - own);
    for (let c = 0; c < classes; c++) {
      row[c] = Math.exp(row[c] - own - most);
      if (c !== k) rest += row[c];
    }
    const all = rest + Math.exp(-most);
    for (let c = 0; c < classes; c++) row[c] /= all;
    row[k] = -rest / all;
    return most === 0 ? Math.log1p(rest) : most + Math.log(all);
  }

  function terms(x: Float64Array, gradient: Float64Array | null): { fit: number; ridge: number } {
    setFeatures(x);
    gradient?.fill(0);
    featureGradient.fill(0);
    let fit = 0;
    let ridge = 0;
    productTransposed(features, x, logits, classes, classes, rank);
    for (let k = 0; k < classes; k++) {
      for (let c = 0; withBias && c < classes; c++) logits[k * classes + c] += x[2 * block + c];
      fit += shares[k] * fitOf(k);
      for (let c = 0; c < classes; c++) {
        logits[k * classes + c] *= shares[k];
        if (withBias && gradient) gradient[2 * block + c] += logits[k * classes + c];
      }
    }
    if (gradient) {
      addProduct(logits, x, featureGradient, classes, classes, rank);
      transposeInto(logits, turned, classes, classes);
      addProduct(turned, features, gradient, classes, classes, rank);
    }
    for (let i = 0; i < block; i++) {
      ridge += (decay / 2) * x[i] * x[i];
      if (gradient) gradient[i] += decay * x[i];
      if (onSphere) continue;
      const z = x[block + i];
      ridge += (decay / 2) * z * z;
      if (gradient) gradient[block + i] += decay * z;
    }
    for (let c = 0; withBias && c < classes; c++) {
      ridge += (biasDecay / 2) * x[2 * block + c] ** 2;
      if (gradient) gradient[2 * block + c] += biasDecay * x[2 * block + c];
    }
    if (gradient) addFeatureGradient(gradient);
    return { fit, ridge };
  }

  /** The chain rule from h_k back to z_k; on the sphere only the part across h_k passes. */
  function addFeatureGradient(gradient: Float64Array): void {
    for (let k = 0; k < classes; k++) {
      let along = 0;
      if (onSphere) for (let j = 0; j < rank; j++) along += (featureGradient[k * rank + j] * features[k * rank + j]) / dim;
      for (let j = 0; j < rank; j++) {
        const i = k * rank + j;
        gradient[block + i] += norms[k] * (featureGradient[i] - along * features[i]);
      }
    }
  }

  return {
    size,
    evaluate(x, gradient) {
      const { fit, ridge } = terms(x, gradient);
      return fit + ridge;
    },
    read(x) {
      const { fit, ridge } = terms(x, null);
      return {
        fit,
        ridge,
        slack: 0,
        weights: scale(gain, matrix(classes, rank, x.slice(0, block))),
        features: scale(1 / gain, matrix(classes, rank, features.slice())),
        bias: withBias ? x.slice(2 * block) : new Float64Array(classes),
      };
    },
  };
}
