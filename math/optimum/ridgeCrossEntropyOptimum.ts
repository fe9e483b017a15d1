import { simplexVertices } from "../frames/frames.ts";
import { matrix, scale } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { bestMargin, marginFit } from "./marginFit.ts";
import { makeOptimum, type Optimum } from "./optimum.ts";
import type { RidgeCrossEntropy, Solvable } from "./unconstrainedObjective.ts";
import { isBalanced } from "./unconstrainedObjective.ts";

/**
 * The optimum of cross entropy + (λ_W/2)‖W‖² + (λ_H/2)‖H‖² over free features; balanced, n samples a class, d ≥ K − 1.
 * y = √(n λ_W λ_H), x = K y. x < 1: margin ρ = log(1/y − K + 1), L* = −log(1 − (K−1)y) + (K−1) y ρ,
 * WWᵀ = √(λ_H/λ_W) ρ√n E. x ≥ 1: L* = log K at W = H = 0. A bias, penalized or not, is 0 there.
 * With smoothed labels y + ε/K stands in place of y in all but the ridge, (K−1) y ρ; the focal loss f is the least of f(ρ) + (K−1) y ρ.
 * @throws {MathError} if the classes are unequal or d < K − 1
 * Source: derived; for the form see Zhu et al. (2021), NeurIPS, theorem 3.1; smoothing and focal: Zhou et al. (2022), arXiv 2210.02192.
 */
export function ridgeCrossEntropyOptimum(objective: Solvable<RidgeCrossEntropy>): Optimum {
  const { counts, dim, weightDecay, featureDecay } = objective;
  const classes = counts.length;
  const samples = counts[0];
  if (!isBalanced(counts)) throw new MathError(`counts ${counts} must be equal for a closed form`);
  if (dim < classes - 1) throw new MathError(`dim = ${dim} must be at least ${classes - 1}, one below the classes`);
  const strength = Math.sqrt(samples * weightDecay * featureDecay);
  const common = { method: objective.gamma ? "numeric" : "closed-form", counts, zeroMean: false } as const;
  const shape = marginFit(classes, objective);
  const margin = marginOf(objective, strength);
  if (margin === 0) {
    const zero = matrix(classes, classes - 1);
    const none = { ridge: 0, geometry: "zero", scale: 0, featureScale: 0, weights: zero, features: zero } as const;
    return makeOptimum({ ...common, fit: shape.value(0), ...none });
  }
  const fit = objective.smoothing || objective.gamma ? shape.value(margin) : -Math.log1p(-(classes - 1) * strength);
  const ridge = (classes - 1) * strength * margin;
  // ‖w_k‖² = g (K−1)/K where WWᵀ = g E
  const share = (classes - 1) / classes;
  const weightNorm = Math.sqrt(Math.sqrt(featureDecay / weightDecay) * margin * Math.sqrt(samples) * share);
  const featureNorm = Math.sqrt((Math.sqrt(weightDecay / featureDecay) * margin * share) / Math.sqrt(samples));
  const unit = simplexVertices(classes);
  return makeOptimum({
    ...common,
    fit,
    ridge,
    geometry: "simplex",
    scale: weightNorm,
    featureScale: featureNorm,
    weights: scale(weightNorm, unit),
    features: scale(featureNorm, unit),
  });
}

/** ρ, 0 where no W and H are worth their ridge. @param strength y */
function marginOf(objective: RidgeCrossEntropy, strength: number): number {
  const classes = objective.counts.length;
  if (objective.gamma) return bestMargin(marginFit(classes, objective), (classes - 1) * strength, 0);
  const softened = strength + (objective.smoothing ?? 0) / classes;
  return classes * softened >= 1 ? 0 : Math.log1p((1 - classes * softened) / softened);
}
