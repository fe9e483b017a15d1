import { type ExternalObjective, gammaOf } from "../../../contract/external/externalObjective.ts";
import type { OptimumSummary } from "../../../contract/wire/runEvents.ts";
import { MathError } from "../../../math/MathError.ts";
import type { Optimum } from "../../../math/optimum/optimum.ts";
import { isBalanced, type UnconstrainedObjective } from "../../../math/optimum/unconstrainedObjective.ts";
import { findUnconstrainedOptimum, type NoOptimum } from "../../../math/optimum/unconstrainedOptimum.ts";

/** Optima that are kept: a request that gave up waiting for one finds it when it comes again. */
const kept = 64;
/** How long a search holds up the event loop at most, ms. */
const maxTurnMs = 20;

const known = new Map<string, Promise<Optimum | NoOptimum>>();

/**
 * L* of a stated objective with its last features set free, and where it is taken.
 * @param counts samples of each class [K] @param dim of the last features
 */
export function externalOptimum(
  objective: ExternalObjective,
  counts: readonly number[],
  dim: number,
): Promise<Optimum | NoOptimum> {
  const name = JSON.stringify([objective, counts, dim]);
  const found = known.get(name) ?? search(objective, counts, dim);
  known.delete(name);
  known.set(name, found);
  for (const [oldest] of known) if (known.size > kept) known.delete(oldest);
  return found;
}

async function search(objective: ExternalObjective, counts: readonly number[], dim: number): Promise<Optimum | NoOptimum> {
  try {
    const steps = findUnconstrainedOptimum(unconstrained(objective, counts, dim));
    for (let since = performance.now(); ; ) {
      const { done, value } = steps.next();
      if (done) return value;
      if (performance.now() - since < maxTurnMs) continue;
      await new Promise(setImmediate);
      since = performance.now();
    }
  } catch (error) {
    if (!(error instanceof MathError)) throw error;
    return { method: "none", reason: error.message };
  }
}

function unconstrained(objective: ExternalObjective, counts: readonly number[], dim: number): UnconstrainedObjective {
  const { loss, smoothing, features, temperature, rows, weightDecay = 0, featureDecay = 0, bias, biasDecay } = objective;
  const shape = { smoothing, gamma: gammaOf(objective) };
  if (rows === "unit" || rows === "simplex")
    return {
      ...{ kind: "held-rows", counts, dim, rows, fit: { name: loss, ...shape } },
      features: features === "ridge" ? { decay: featureDecay } : { norm: temperature ?? Math.sqrt(dim) },
    };
  const common = { counts, dim, weightDecay };
  if (features === "ridge") {
    const given = { ...common, featureDecay, bias, ...(biasDecay !== undefined && { biasDecay }) };
    return loss === "mse" ? { kind: "ufm-mse", ...given } : { kind: "ufm-ce", ...given, ...shape };
  }
  const given = { ...common, bias: bias === "none" ? ("none" as const) : ("free" as const), temperature };
  return loss === "mse" ? { kind: "gufm-mse", ...given } : { kind: "gufm-ce", ...given, ...shape };
}

/** What is stored with the run. */
export function externalOptimumSummary(optimum: Optimum | NoOptimum): OptimumSummary {
  if (optimum.method === "none") {
    const nothing = { loss: null, fit: null, ridge: null, scale: null, geometry: null };
    return { method: "none", reason: optimum.reason.slice(0, 500), ...nothing };
  }
  const { method, loss, fit, ridge, scale, geometry, counts } = optimum;
  const how = method === "closed-form" ? "closed form" : "solved numerically over class features";
  return {
    method,
    reason: `Of the objective that its program stated. ${isBalanced(counts) ? "Equal" : "Unequal"} classes: ${how}.`,
    ...{ loss, fit, ridge, scale },
    geometry: geometry === "between" || geometry === "unequal" ? null : geometry,
  };
}
