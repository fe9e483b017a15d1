import { classifierIn, isFixed } from "../../contract/config/classifier.ts";
import { decoupledText, isDecoupled } from "../../contract/config/decayParts.ts";
import { optimumSilence } from "../../contract/config/optimumSilence.ts";
import { effectiveRidge } from "../../contract/config/regularizer.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { OptimumSummary } from "../../contract/wire/runEvents.ts";
import type { Optimum } from "../../math/optimum/optimum.ts";
import { type HeldRows, isBalanced, type UnconstrainedObjective } from "../../math/optimum/unconstrainedObjective.ts";
import { findUnconstrainedOptimum, type NoOptimum, unconstrainedOptimum } from "../../math/optimum/unconstrainedOptimum.ts";
import { deepOptimum } from "./deepOptimum.ts";

/**
 * The objective of a run with its last features set free: GUFM where a non-affine LN stands before the head, the classic
 * unconstrained-features model where the features have a ridge instead.
 */
function runObjective(config: RunConfig, trainCounts: number[]): UnconstrainedObjective {
  const { regularizer, loss, headBias, width } = config;
  const classifier = classifierIn(config);
  const ridge = effectiveRidge(regularizer, config.depth);
  const common = { counts: trainCounts, dim: width, weightDecay: ridge.head };
  if (classifier?.name === "linear" && classifier.layers > 1)
    return { kind: "none", reason: "No optimum is known for a classifier of several linear layers." };
  const tempered = classifier?.name === "normalized" ? { temperature: classifier.temperature } : {};
  const norm = classifier?.name === "normalized" ? classifier.temperature : Math.sqrt(width);
  const rows = heldRows(config, trainCounts);
  const shape = { smoothing: config.smoothing, gamma: config.gamma };
  const free = headBias ? ("free" as const) : ("none" as const);
  const silence = optimumSilence(config);
  if (silence) return { kind: "none", reason: silence };
  if (isDecoupled(config)) return { kind: "none", reason: decoupledText };
  switch (regularizer.family) {
    case "adamw":
    case "none":
      if (rows) return { ...rows, features: { norm } };
      return { kind: "none", reason: "Without ridge on the classifier there is no optimum." };
    case "features": {
      if (rows) return { ...rows, features: { decay: ridge.features } };
      const bias = headBias && ridge.headBias > 0 ? ({ bias: "penalized", biasDecay: ridge.headBias } as const) : { bias: free };
      const given = { ...common, featureDecay: ridge.features, ...bias };
      return loss === "mse" ? { kind: "ufm-mse", ...given } : { kind: "ufm-ce", ...given, ...shape };
    }
    case "weights":
    case "slack": {
      if (rows) return { ...rows, features: { norm } };
      const { rho, frame } = regularizer.family === "slack" ? regularizer : { rho: 0, frame: "simplex" as const };
      const given = { ...common, bias: free, ...(rho > 0 && { slack: { rho, frame } }), ...tempered };
      return loss === "mse" ? { kind: "gufm-mse", ...given } : { kind: "gufm-ce", ...given, ...shape };
    }
  }
}

/** The objective of a classifier whose rows cannot grow, but for its features; null for one with a ridge. */
function heldRows(config: RunConfig, counts: number[]): Omit<HeldRows, "features"> | null {
  const classifier = classifierIn(config);
  const isUnit = classifier?.name === "normalized" && classifier.unitRows;
  if (classifier?.name !== "fixed-simplex" && !isUnit) return null;
  const { loss: name, smoothing, gamma } = config;
  const fit = name === "dot-regression" ? { name: "dot" as const } : { name, smoothing, gamma };
  return { kind: "held-rows", counts, dim: config.width, rows: isUnit ? "unit" : "simplex", fit };
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
export function optimumSummary(optimum: Optimum | NoOptimum, config: RunConfig): OptimumSummary {
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
    reason: howFound(optimum, config),
    loss,
    fit,
    ridge,
    scale,
    geometry: geometry === "between" || geometry === "unequal" ? null : geometry,
  };
}

function howFound({ method, counts }: Optimum, config: RunConfig): string {
  const { loss } = config;
  if (isFixed(config)) return "The classifier is fixed: each class at the feature that suits it best.";
  if (loss === "focal") return "Equal classes: the best margin of a simplex, found numerically.";
  if (method === "closed-form") return `${isBalanced(counts) ? "Equal" : "Unequal"} classes: closed form.`;
  if (!isBalanced(counts)) return "Unequal classes: solved numerically over class features.";
  return "Slack towards another frame than the classifier's own: solved numerically over class features.";
}
