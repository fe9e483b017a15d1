import { effectiveRidge } from "../../contract/regularizer.ts";
import type { RunConfig } from "../../contract/runConfig.ts";
import type { OptimumSummary } from "../../contract/runEvents.ts";
import type { Optimum } from "../../math/optimum.ts";
import { isBalanced, type UnconstrainedObjective } from "../../math/unconstrainedObjective.ts";
import { type NoOptimum, unconstrainedOptimum } from "../../math/unconstrainedOptimum.ts";

/** The objective of a run with its last features set free: GUFM, as a non-affine LN stands before the head. */
export function runObjective(config: RunConfig, trainCounts: number[]): UnconstrainedObjective {
  const { regularizer, loss, headBias, width } = config;
  if (regularizer.family === "adamw")
    return { kind: "none", reason: "Decoupled decay minimizes no objective with a known optimum." };
  if (regularizer.family === "none") return { kind: "none", reason: "Without ridge on the classifier there is no optimum." };
  const common = { counts: trainCounts, dim: width, weightDecay: effectiveRidge(regularizer, config.depth).head };
  if (loss === "mse") return { kind: "gufm-mse", ...common, bias: headBias ? "free" : "none" };
  // With unequal classes a free bias lowers the loss, and the optimum known is that without a bias.
  if (headBias && !isBalanced(trainCounts))
    return { kind: "none", reason: "Unequal classes with a free last bias under cross entropy: no optimum is known." };
  return { kind: "gufm-ce", ...common };
}

/** L* and where it is taken. */
export function runOptimum(config: RunConfig, trainCounts: number[]): Optimum | NoOptimum {
  return unconstrainedOptimum(runObjective(config, trainCounts));
}

/** What is stored with the run. */
export function optimumSummary(optimum: Optimum | NoOptimum): OptimumSummary {
  if (optimum.method === "none")
    return {
      method: "none",
      reason: optimum.reason.slice(0, 500),
      loss: null,
      fit: null,
      ridge: null,
      scale: null,
      geometry: null,
    };
  const { method, loss, fit, ridge, scale, geometry } = optimum;
  return {
    method,
    reason: method === "closed-form" ? "Equal classes: closed form." : "Unequal classes: solved numerically over class features.",
    loss,
    fit,
    ridge,
    scale,
    geometry: geometry === "between" || geometry === "unequal" ? null : geometry,
  };
}
