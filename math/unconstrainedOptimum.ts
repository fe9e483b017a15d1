import { gufmCrossEntropyOptimum, gufmSquaredErrorOptimum } from "./gufmOptimum.ts";
import { MathError } from "./MathError.ts";
import { numericClassLimit, numericOptimum } from "./numericOptimum.ts";
import type { Optimum } from "./optimum.ts";
import { ridgeCrossEntropyOptimum } from "./ridgeCrossEntropyOptimum.ts";
import { ridgeSquaredErrorOptimum } from "./ridgeSquaredErrorOptimum.ts";
import type { SolvableObjective, UnconstrainedObjective } from "./unconstrainedObjective.ts";
import { assertObjective, isBalanced } from "./unconstrainedObjective.ts";

/** Where an objective has no optimum to compare with, and why. */
export interface NoOptimum {
  method: "none";
  reason: string;
}

/**
 * The global optimum of an objective over free features: in closed form where the classes are balanced, else solved numerically;
 * "none" with the reason where there is no minimum (no decay) or none is known (too few dimensions).
 * @throws {MathError} if the objective itself is invalid: K < 2, an empty class, a negative or non-finite number
 */
export function unconstrainedOptimum(objective: UnconstrainedObjective): Optimum | NoOptimum {
  if (objective.kind === "none") return { method: "none", reason: objective.reason };
  assertObjective(objective);
  const reason = whyNone(objective);
  if (reason) return { method: "none", reason };
  if (isBalanced(objective.counts)) return closedForm(objective);
  if (objective.counts.length > numericClassLimit) {
    return {
      method: "none",
      reason: `${objective.counts.length} unequal classes are above ${numericClassLimit}, the limit of the numeric solver`,
    };
  }
  try {
    return numericOptimum(objective);
  } catch (error) {
    if (error instanceof MathError) return { method: "none", reason: error.message };
    throw error;
  }
}

function closedForm(objective: SolvableObjective): Optimum {
  switch (objective.kind) {
    case "gufm-ce":
      return gufmCrossEntropyOptimum(objective);
    case "gufm-mse":
      return gufmSquaredErrorOptimum(objective);
    case "ufm-ce":
      return ridgeCrossEntropyOptimum(objective);
    case "ufm-mse":
      return ridgeSquaredErrorOptimum(objective);
  }
}

/**
 * The dimensions an optimum needs: K−1 for a simplex and K for an orthogonal frame, one more where LayerNorm takes one away.
 */
export function requiredDim(objective: SolvableObjective): number {
  const simplex = objective.kind === "gufm-ce" || objective.kind === "ufm-ce" || objective.bias === "free";
  const rank = objective.counts.length - (simplex ? 1 : 0);
  return objective.kind.startsWith("gufm") ? rank + 1 : rank;
}

function whyNone(objective: SolvableObjective): string | null {
  if (objective.weightDecay === 0) return "weightDecay = 0: without ridge on the classifier the infimum is not attained";
  if ("featureDecay" in objective && objective.featureDecay === 0) {
    return "featureDecay = 0: without ridge on the features the infimum is not attained";
  }
  const bound = requiredDim(objective);
  if (objective.dim < bound) return `dim = ${objective.dim} is below ${bound}, which ${objective.counts.length} classes need`;
  return null;
}
