import { addProduct, productTransposed, transposeInto } from "../linear/flatProducts.ts";
import type { Matrix } from "../linear/matrix.ts";
import { matrix, scale } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { classFeatures } from "./classFeatures.ts";
import { crossEntropyOfClass, smoothedCrossEntropyOfClass, squaredErrorOfClass } from "./fitOfClass.ts";
import type { SmoothFunction } from "./minimize.ts";
import { type SolvableObjective, totalCount } from "./unconstrainedObjective.ts";

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
  const { counts, weightDecay } = objective;
  const classes = counts.length;
  const samples = totalCount(counts);
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
  const fitOf = squared ? squaredErrorOfClass(fitScale) : crossEntropyOf(objective);
  const features = classFeatures(objective, rank, onSphere);
  const featureGradient = new Float64Array(block);
  const logits = new Float64Array(classes * classes); // a row a class' feature; then the slopes of the fit
  const turned = new Float64Array(classes * classes);

  function terms(x: Float64Array, gradient: Float64Array | null): { fit: number; ridge: number } {
    features.place(x, block);
    gradient?.fill(0);
    featureGradient.fill(0);
    let fit = 0;
    let ridge = 0;
    productTransposed(features.values, x, logits, classes, classes, rank);
    for (let k = 0; k < classes; k++) {
      for (let c = 0; withBias && c < classes; c++) logits[k * classes + c] += x[2 * block + c];
      fit += shares[k] * fitOf(logits, k * classes, classes, k);
      for (let c = 0; c < classes; c++) {
        logits[k * classes + c] *= shares[k];
        if (withBias && gradient) gradient[2 * block + c] += logits[k * classes + c];
      }
    }
    if (gradient) {
      addProduct(logits, x, featureGradient, classes, classes, rank);
      transposeInto(logits, turned, classes, classes);
      addProduct(turned, features.values, gradient, classes, classes, rank);
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
    if (gradient) features.addGradient(featureGradient, gradient, block);
    return { fit, ridge };
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
        features: scale(1 / gain, matrix(classes, rank, features.values.slice())),
        bias: withBias ? x.slice(2 * block) : new Float64Array(classes),
      };
    },
  };
}

function crossEntropyOf(objective: SolvableObjective) {
  if ("gamma" in objective && objective.gamma)
    throw new MathError("a focal loss is not convex: no search over class features ends");
  return "smoothing" in objective && objective.smoothing ? smoothedCrossEntropyOfClass(objective.smoothing) : crossEntropyOfClass;
}
