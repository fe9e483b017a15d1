import { assertAtLeast, assertInteger, MathError } from "../MathError.ts";
import type { Slack } from "./slackObjective.ts";

/** What makes another loss of cross entropy; at most one of both. */
interface ShapedCrossEntropy {
  /** ε of label smoothing, in [0, 1): the target is (1 − ε) e_y + ε/K; absent = 0. */
  smoothing?: number;
  /** γ ≥ 0 of the focal loss (1 − p)^γ (−log p); absent = 0. */
  gamma?: number;
}

/** Features that are normalized once more, by a head with a temperature. */
interface Tempered {
  /** τ: logits are τ⟨h/‖h‖, w⟩; absent = √d, which is ⟨h, w⟩. */
  temperature?: number;
}

/**
 * The paper's model: features of norm √d and zero mean (LayerNorm), ridge on W only; cross entropy. A bias changes nothing while the
 * classes are balanced.
 */
export interface GufmCrossEntropy extends ShapedCrossEntropy, Tempered {
  kind: "gufm-ce";
  /** Samples of each class [K]. */
  counts: readonly number[];
  dim: number;
  /** λ of (λ/2)‖W‖². */
  weightDecay: number;
  bias?: "none" | "free";
  /** W held to a frame besides; absent = not. */
  slack?: Slack;
}

/** The paper's model with fit (fitScale/N)‖WH + b1ᵀ − Y‖². */
export interface GufmSquaredError extends Tempered {
  kind: "gufm-mse";
  counts: readonly number[];
  dim: number;
  weightDecay: number;
  bias: "none" | "free";
  slack?: Slack;
  /** α of (α/N)‖·‖²: 1/2 by default; 1/K for a mean over samples and classes. */
  fitScale?: number;
}

/** Ridge on W and on all N features; cross entropy. A bias changes nothing while the classes are balanced. */
export interface RidgeCrossEntropy extends ShapedCrossEntropy {
  kind: "ufm-ce";
  counts: readonly number[];
  dim: number;
  weightDecay: number;
  /** λ_H of (λ_H/2)‖H‖², the sum over all N samples. */
  featureDecay: number;
  bias?: "none" | "free" | "penalized";
  /** λ_b of (λ_b/2)‖b‖², with bias "penalized". */
  biasDecay?: number;
}

/** Ridge on W and on all N features; fit (fitScale/N)‖WH + b1ᵀ − Y‖². */
export interface RidgeSquaredError {
  kind: "ufm-mse";
  counts: readonly number[];
  dim: number;
  weightDecay: number;
  featureDecay: number;
  bias: "none" | "free" | "penalized";
  /** λ_b of (λ_b/2)‖b‖², with bias "penalized". */
  biasDecay?: number;
  fitScale?: number;
}

/** A classifier whose rows cannot grow: held to a simplex, or to norm 1. Fit alone, and the features' ridge where they have one. */
export interface HeldRows {
  kind: "held-rows";
  counts: readonly number[];
  dim: number;
  /** simplex: W = unit rows of cosine −1/(K−1), fixed; unit: any rows of norm 1. */
  rows: "simplex" | "unit";
  fit: { name: "ce" | "mse" | "focal"; smoothing?: number; gamma?: number } | { name: "dot" };
  /** Norm of the features as logits see them (√d, or τ), of zero mean; or λ_H of free ones. */
  features: { norm: number } | { decay: number };
}

/** An objective that has no unconstrained-features optimum to compare with, for example with decoupled decay. */
interface NoObjective {
  kind: "none";
  reason: string;
}

/** The head of a training objective with the features set free. */
export type UnconstrainedObjective =
  | GufmCrossEntropy
  | GufmSquaredError
  | RidgeCrossEntropy
  | RidgeSquaredError
  | HeldRows
  | NoObjective;

/** The objectives that may have an optimum. */
export type SolvableObjective = Exclude<UnconstrainedObjective, NoObjective | HeldRows>;

/** Counts of K classes with n samples each. @throws {MathError} if K < 2 or n < 1 */
export function balancedCounts(classes: number, samplesPerClass: number): number[] {
  assertInteger("classes", classes, 2);
  assertInteger("samplesPerClass", samplesPerClass, 1);
  return new Array<number>(classes).fill(samplesPerClass);
}

/** N, the samples of all classes. */
export function totalCount(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** True where all classes have the same number of samples. */
export function isBalanced(counts: readonly number[]): boolean {
  return counts.every((count) => count === counts[0]);
}

/**
 * Checks every number of an objective.
 * @throws {MathError} if K < 2, a class is empty, a decay is negative or not finite, or the dimension is not an integer ≥ 1
 */
export function assertObjective(objective: SolvableObjective): void {
  assertInteger("classes", objective.counts.length, 2);
  objective.counts.forEach((count, k) => {
    assertInteger(`count of class ${k}`, count, 1);
  });
  assertInteger("dim", objective.dim, 1);
  assertAtLeast("weightDecay", objective.weightDecay, 0);
  if ("featureDecay" in objective) assertAtLeast("featureDecay", objective.featureDecay, 0);
  if ("fitScale" in objective && objective.fitScale !== undefined) assertAtLeast("fitScale", objective.fitScale, 0, true);
  if ("smoothing" in objective || "gamma" in objective) assertShape(objective);
  if ("temperature" in objective && objective.temperature !== undefined)
    assertAtLeast("temperature", objective.temperature, 0, true);
  if ("slack" in objective && objective.slack) assertAtLeast("rho", objective.slack.rho, 0);
  if (objective.bias === "penalized") {
    if (objective.biasDecay === undefined) throw new MathError("biasDecay is missing for a penalized bias");
    assertAtLeast("biasDecay", objective.biasDecay, 0, true);
  }
}

/** @throws {MathError} if ε is outside [0, 1), γ is negative, or both are above 0 */
export function assertShape({ smoothing = 0, gamma = 0 }: ShapedCrossEntropy): void {
  assertAtLeast("smoothing", smoothing, 0);
  assertAtLeast("gamma", gamma, 0);
  if (smoothing >= 1) throw new MathError(`smoothing = ${smoothing} must be below 1`);
  if (smoothing > 0 && gamma > 0)
    throw new MathError("a focal loss of smoothed labels is not known here: give smoothing or gamma");
}

declare const checked: unique symbol;

/** An objective whose numbers have been checked and whose decays are above 0: what the solvers take. */
export type Solvable<Objective extends SolvableObjective> = Objective & { readonly [checked]: true };

/**
 * Checks an objective for the solvers.
 * @throws {MathError} as `assertObjective`, and if a decay is 0
 */
export function solvable<Objective extends SolvableObjective>(objective: Objective): Solvable<Objective> {
  assertObjective(objective);
  assertAtLeast("weightDecay", objective.weightDecay, 0, true);
  if ("featureDecay" in objective) assertAtLeast("featureDecay", objective.featureDecay, 0, true);
  return objective as Solvable<Objective>;
}
