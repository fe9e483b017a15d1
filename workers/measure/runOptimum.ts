import { decoupledText, isDecoupled } from "../../contract/config/decayParts.ts";
import { optimumSilence } from "../../contract/config/optimumSilence.ts";
import { effectiveRidge } from "../../contract/config/regularizer.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { OptimumSummary } from "../../contract/wire/runEvents.ts";
import type { Optimum } from "../../math/optimum/optimum.ts";
import { isBalanced, type UnconstrainedObjective } from "../../math/optimum/unconstrainedObjective.ts";
import { findUnconstrainedOptimum, type NoOptimum, unconstrainedOptimum } from "../../math/optimum/unconstrainedOptimum.ts";
import { deepOptimum } from "./deepOptimum.ts";

/**
 * The objective of a run with its last features set free: GUFM where a non-affine LN stands before the head, the classic
 * unconstrained-features model where the features have a ridge instead.
 */
function runObjective(config: RunConfig, trainCounts: number[]): UnconstrainedObjective {
  const { regularizer, loss, headBias, width } = config;
  const ridge = effectiveRidge(regularizer, config.depth);
  const common = { counts: trainCounts, dim: width, weightDecay: ridge.head };
  const free = headBias ? ("free" as const) : ("none" as const);
  const silence = optimumSilence(config);
  if (silence) return { kind: "none", reason: silence };
  if (isDecoupled(config)) return { kind: "none", reason: decoupledText };
  switch (regularizer.family) {
    case "adamw":
    case "none":
      return { kind: "none", reason: "Without ridge on the classifier there is no optimum." };
    case "features": {
      const bias = headBias && ridge.headBias > 0 ? ({ bias: "penalized", biasDecay: ridge.headBias } as const) : { bias: free };
      return { kind: loss === "ce" ? "ufm-ce" : "ufm-mse", ...common, featureDecay: ridge.features, ...bias };
    }
    case "weights":
      return { kind: loss === "ce" ? "gufm-ce" : "gufm-mse", ...common, bias: free };
    case "slack": {
      const { rho, frame } = regularizer;
      return { kind: loss === "ce" ? "gufm-ce" : "gufm-mse", ...common, bias: free, slack: { rho, frame } };
    }
  }
}

/** L* and where it is taken. */
export function runOptimum(config: RunConfig, trainCounts: number[]): Optimum | NoOptimum {
  if (config.architecture === "dufm") return deepOptimum(config, trainCounts);
  return unconstrainedOptimum(runObjective(config, trainCounts));
}

/** How long a search for L* holds up the event loop at most, ms. */
const maxTurnMs = 50;

/**
 * The same, without holding up the event loop: with many unequal classes it takes seconds, in which a run may be cancelled.
 * @param turn called each time the event loop has had its turn; throws to give up
 */
export async function findRunOptimum(config: RunConfig, trainCounts: number[], turn: () => void): Promise<Optimum | NoOptimum> {
  if (config.architecture === "dufm") return deepOptimum(config, trainCounts);
  const search = findUnconstrainedOptimum(runObjective(config, trainCounts));
  for (let since = performance.now(); ; ) {
    const { done, value } = search.next();
    if (done) return value;
    if (performance.now() - since < maxTurnMs) continue;
    await new Promise(setImmediate);
    turn();
    since = performance.now();
  }
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
    reason: howFound(optimum),
    loss,
    fit,
    ridge,
    scale,
    geometry: geometry === "between" || geometry === "unequal" ? null : geometry,
  };
}

function howFound({ method, counts }: Optimum): string {
  if (method === "closed-form") return `${isBalanced(counts) ? "Equal" : "Unequal"} classes: closed form.`;
  if (!isBalanced(counts)) return "Unequal classes: solved numerically over class features.";
  return "Slack towards another frame than the classifier's own: solved numerically over class features.";
}
