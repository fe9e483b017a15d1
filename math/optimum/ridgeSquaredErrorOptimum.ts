import { zeroMeanBasis } from "../frames/frames.ts";
import type { Matrix } from "../linear/matrix.ts";
import { frobeniusNorm, matrix, scale } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { makeOptimum, type Optimum, type OptimumGeometry } from "./optimum.ts";
import type { RidgeSquaredError, Solvable } from "./unconstrainedObjective.ts";
import { isBalanced } from "./unconstrainedObjective.ts";

/**
 * The optimum of (α/N)‖WH + b1ᵀ − Y‖² + (λ_W/2)‖W‖² + (λ_H/2)‖H‖² [+ (λ_b/2)‖b‖²] over free features; balanced, n samples a class.
 * With x = K√(n λ_W λ_H): K−1 singular values of WH are √n (1 − x/(2α))₊; the one along the all-ones vector is the same without
 * bias, 0 with a free bias, and √n (1 − x/(2αc))₊ with c = λ_b/(2α + λ_b) in between. A direction of strength α costs
 * (α/K)[1 − (1 − x/(2α))₊²]: no bias L* = ½[1 − (1−x)₊²] at α = ½, a free bias (K−1)/K of that.
 * Needs d ≥ K, or d ≥ K − 1 with a free bias.
 * @throws {MathError} if the classes are unequal or d is too small
 * Source: derived; for the form see Tirer, Bruna (2022), ICML, theorems 3.1 and 3.2.
 */
export function ridgeSquaredErrorOptimum(objective: Solvable<RidgeSquaredError>): Optimum {
  const { counts, dim, weightDecay, featureDecay, bias } = objective;
  const classes = counts.length;
  const samples = counts[0];
  if (!isBalanced(counts)) throw new MathError(`counts ${counts} must be equal for a closed form`);
  const bound = bias === "free" ? classes - 1 : classes;
  if (dim < bound) throw new MathError(`dim = ${dim} must be at least ${bound} for ${classes} classes with bias "${bias}"`);
  const alpha = objective.fitScale ?? 0.5;
  const biasDecay = bias === "free" ? 0 : bias === "none" ? Number.POSITIVE_INFINITY : (objective.biasDecay ?? 0);
  // What the best bias leaves of the fit's strength along the all-ones vector.
  const left = biasDecay === Number.POSITIVE_INFINITY ? 1 : biasDecay / (2 * alpha + biasDecay);
  const x = classes * Math.sqrt(samples * weightDecay * featureDecay);
  const across = direction(alpha, x, classes);
  const along = direction(alpha * left, x, classes);
  const offset = ((1 - left) * (1 - along.kept)) / classes;
  const biasRidge = bias === "penalized" ? (biasDecay / 2) * classes * offset ** 2 : 0;
  const fit = (classes - 1) * across.fit + along.fit - biasRidge;
  const ridge = (classes - 1) * across.ridge + along.ridge + biasRidge;
  // Both factors of a singular value √n τ of WH get its root, shared by the decays.
  const weightGain = Math.sqrt(Math.sqrt(featureDecay / weightDecay) * Math.sqrt(samples));
  const featureGain = Math.sqrt(Math.sqrt(weightDecay / featureDecay) / Math.sqrt(samples));
  const unit = frameOf(classes, Math.sqrt(across.kept), Math.sqrt(along.kept), bias !== "free");
  const norm = frobeniusNorm(unit) / Math.sqrt(classes);
  return makeOptimum({
    method: "closed-form",
    fit,
    ridge,
    geometry: geometryOf(across.kept, along.kept),
    scale: weightGain * norm,
    featureScale: featureGain * norm,
    counts,
    weights: scale(weightGain, unit),
    features: scale(featureGain, unit),
    bias: new Float64Array(classes).fill(offset),
    zeroMean: false,
  });
}

/** Loss of one singular direction whose fit (with the ridge of a penalized bias) has strength α, and the share kept of √n. */
function direction(alpha: number, x: number, classes: number) {
  const kept = alpha > 0 ? Math.max(0, 1 - x / (2 * alpha)) : 0;
  return { kept, fit: (alpha / classes) * (1 - kept) ** 2, ridge: (x / classes) * kept };
}

/** Rows [K, r] with Gram matrix across² E + along² 11ᵀ/K; the all-ones direction is left out where it is never used. */
function frameOf(classes: number, across: number, along: number, withOnes: boolean): Matrix {
  const rank = withOnes ? classes : classes - 1;
  const basis = zeroMeanBasis(classes);
  const result = matrix(classes, rank);
  for (let k = 0; k < classes; k++) {
    for (let j = 0; j < classes - 1; j++) result.data[k * rank + j] = across * basis.data[j * classes + k];
    if (withOnes) result.data[k * rank + classes - 1] = along / Math.sqrt(classes);
  }
  return result;
}

function geometryOf(across: number, along: number): OptimumGeometry {
  if (across === 0) return "zero";
  if (along === 0) return "simplex";
  return along === across ? "orthogonal" : "between";
}
