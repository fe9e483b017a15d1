import { simplexVertices } from "../frames/frames.ts";
import type { FrameShape } from "../frames/idealGram.ts";
import { identity, scale } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { bestMargin, marginFit } from "./marginFit.ts";
import { makeOptimum, type Optimum } from "./optimum.ts";
import type { GufmCrossEntropy, GufmSquaredError, Solvable } from "./unconstrainedObjective.ts";
import { isBalanced } from "./unconstrainedObjective.ts";

/**
 * The optimum of cross entropy over features of norm √d and zero mean, with (λ/2)‖W‖²; balanced, d ≥ K.
 * w_k = s u_k, h_k = √d u_k, u the unit simplex; a = √d K/(K−1); s solves λ s (e^{as} + K − 1) = √d;
 * L* = log(1 + (K−1)e^{−as}) + λKs²/2.
 * With smoothed labels or the focal loss f: the least of f(as) + λKs²/2 over s ≥ 0. That no other classifier is better holds whatever
 * the shape of f, as far as it falls: with q_k = ‖K w_k − Σ_j w_j‖ a class' mean margin is at most √d q_k/(K−1), Jensen gives
 * fit_k ≥ f(√d q_k/(K−1)), and Σ q_k² ≤ K²‖W‖² leaves the same function of one number for each class.
 * Slack towards the simplex changes nothing, being 0 there (slackObjective.ts).
 * @throws {MathError} if the classes are unequal, d < K or there is slack towards another frame
 * Source: derived from Súkeník, Lampert, Mondelli (2025), arXiv 2505.15239, GUFM with cross entropy; with a ridge on the features Zhou
 * et al. (2022), arXiv 2210.02192, show the same of smoothing and of the focal loss.
 */
export function gufmCrossEntropyOptimum(objective: Solvable<GufmCrossEntropy>): Optimum {
  const { classes, dim, decay } = sizesOf(objective, "simplex");
  if (dim < classes) throw new MathError(`dim = ${dim} must be at least ${classes}, the classes`);
  const steepness = (Math.sqrt(dim) * classes) / (classes - 1);
  if (objective.smoothing || objective.gamma) {
    const shape = marginFit(classes, objective);
    const margin = bestMargin(shape, 0, (decay * classes) / steepness ** 2);
    return collapsed(objective, margin / steepness, shape.value(margin), margin > 0 ? "simplex" : "zero", 0);
  }
  const norm = rootOfScale(classes, dim, decay, steepness);
  const fit = Math.log1p((classes - 1) * Math.exp(-steepness * norm));
  return collapsed(objective, norm, fit, "simplex", 0);
}

/**
 * The optimum of (α/N)‖WH + b1ᵀ − Y‖² over features of norm √d and zero mean, with (λ/2)‖W‖²; balanced.
 * No bias (d ≥ K+1): orthogonal, s = 2α√d/(2αd + λK), L* = αλK/(2αd + λK).
 * Free bias (d ≥ K), t = K/(K−1): simplex, s = 2α√d/(2αdt + λK), L* = (αλK/t)/(2αdt + λK), b = 1/K.
 * Slack towards the frame named changes nothing, being 0 there (slackObjective.ts).
 * @throws {MathError} if the classes are unequal, d is too small or there is slack towards another frame
 * Source: derived; Súkeník, Lampert, Mondelli (2025), Lemma 4.2 states the scale √d/(d + λK) with a slip.
 */
export function gufmSquaredErrorOptimum(objective: Solvable<GufmSquaredError>): Optimum {
  const free = objective.bias === "free";
  const { classes, dim, decay } = sizesOf(objective, free ? "simplex" : "orthogonal");
  const bound = free ? classes : classes + 1;
  if (dim < bound)
    throw new MathError(`dim = ${dim} must be at least ${bound} for ${classes} classes with bias "${objective.bias}"`);
  const alpha = objective.fitScale ?? 0.5;
  const stretch = free ? classes / (classes - 1) : 1;
  const denominator = 2 * alpha * dim * stretch + decay * classes;
  const norm = (2 * alpha * Math.sqrt(dim)) / denominator;
  const fit = (alpha / stretch) * ((decay * classes) / denominator) ** 2;
  return collapsed(objective, norm, fit, free ? "simplex" : "orthogonal", free ? 1 / classes : 0);
}

function sizesOf(objective: Solvable<GufmCrossEntropy | GufmSquaredError>, frame: FrameShape) {
  if (objective.slack && objective.slack.rho > 0 && objective.slack.frame !== frame)
    throw new MathError(`a slack towards the ${objective.slack.frame} frame has no closed form: it must be ${frame}`);
  if (!isBalanced(objective.counts)) throw new MathError(`counts ${objective.counts} must be equal for a closed form`);
  return { classes: objective.counts.length, dim: objective.dim, decay: objective.weightDecay };
}

/** The root of log(λ s) + log(e^{as} + K − 1) = log √d, by bisection down to neighbouring floats: the left side only rises. */
function rootOfScale(classes: number, dim: number, decay: number, steepness: number): number {
  const target = Math.log(Math.sqrt(dim) / decay);
  const side = (s: number) => {
    const exponent = steepness * s; // e^{as} itself may overflow
    return Math.log(s) + exponent + Math.log1p((classes - 1) * Math.exp(-exponent));
  };
  let low = 0;
  let high = Math.sqrt(dim) / (decay * classes);
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (side(middle) < target) low = middle;
    else high = middle;
  }
}

function collapsed(
  objective: GufmCrossEntropy | GufmSquaredError,
  norm: number,
  fit: number,
  geometry: "simplex" | "orthogonal" | "zero",
  bias: number,
): Optimum {
  const { counts, dim, weightDecay } = objective;
  const unit = geometry === "orthogonal" ? identity(counts.length) : simplexVertices(counts.length);
  const ridge = (weightDecay * counts.length * norm * norm) / 2;
  return makeOptimum({
    method: "gamma" in objective && objective.gamma ? "numeric" : "closed-form",
    fit,
    ridge,
    geometry,
    scale: norm,
    featureScale: Math.sqrt(dim),
    counts,
    weights: scale(norm, unit),
    features: scale(Math.sqrt(dim), unit),
    bias: new Float64Array(counts.length).fill(bias),
    zeroMean: true,
  });
}
