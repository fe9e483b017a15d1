import type { FrameShape } from "../frames/idealGram.ts";
import { scale } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { balancedOptimum } from "./balancedOptimum.ts";
import { heldRowsOptimum } from "./heldRowsOptimum.ts";
import { findNumericOptimum, numericClassLimit } from "./numericOptimum.ts";
import type { NoOptimum, Optimum } from "./optimum.ts";

export type { NoOptimum };

import { finish, type Search } from "./search.ts";
import type { Slack } from "./slackObjective.ts";
import type { Solvable, SolvableObjective, UnconstrainedObjective } from "./unconstrainedObjective.ts";
import { assertObjective, isBalanced } from "./unconstrainedObjective.ts";
import { findGufmSquaredErrorOptimum, unequalGufmSquaredErrorOptimum } from "./unequalGufmSquaredError.ts";
import { findUnequalRidgeSquaredErrorOptimum } from "./unequalRidgeSquaredError.ts";

/**
 * The global optimum of an objective over free features: in closed form where there is one (balanced classes, with slack, if any,
 * towards the frame of that form, where it is 0; squared error without a bias, or with a ridge and a free bias), else solved
 * numerically; "none" with the reason where there is no minimum (no decay) or none is known (too few dimensions).
 * @throws {MathError} if the objective itself is invalid: K < 2, an empty class, a negative or non-finite number
 */
export function unconstrainedOptimum(objective: UnconstrainedObjective): Optimum | NoOptimum {
  return finish(findUnconstrainedOptimum(objective));
}

/** The same, with a pause after each iteration where it is solved numerically. */
export function* findUnconstrainedOptimum(objective: UnconstrainedObjective): Search<Optimum | NoOptimum> {
  if (objective.kind === "none") return { method: "none", reason: objective.reason };
  if (objective.kind === "held-rows") return heldRowsOptimum(objective);
  assertObjective(objective);
  const reason = whyNone(objective);
  if (reason) return { method: "none", reason };
  const solvable = objective as Solvable<SolvableObjective>; // its numbers are checked, and without decay there is a reason
  const cooled = withoutTemperature(solvable);
  if (cooled) {
    const { weightDecay, slack } = cooled.objective as { weightDecay: number; slack?: { rho: number } };
    if (!Number.isFinite(weightDecay) || !Number.isFinite(slack?.rho ?? 0))
      return { method: "none", reason: "the temperature τ is so small that the ridge λ d/τ² is beyond what a number holds" };
    const found = yield* findUnconstrainedOptimum(cooled.objective);
    return found.method === "none"
      ? found
      : { ...found, scale: found.scale / cooled.gain, weights: scale(1 / cooled.gain, found.weights) };
  }
  if (hasClosedForm(solvable)) return balancedOptimum(solvable);
  if (solvable.kind === "gufm-mse" && !isHeld(solvable) && solvable.bias === "none")
    return unequalGufmSquaredErrorOptimum(solvable);
  if (objective.counts.length > numericClassLimit) {
    return {
      method: "none",
      reason: `${objective.counts.length} ${isBalanced(objective.counts) ? "" : "unequal "}classes are above ${numericClassLimit}, the limit of the numeric solver`,
    };
  }
  try {
    return yield* search(solvable);
  } catch (error) {
    if (error instanceof MathError) return { method: "none", reason: error.message };
    throw error;
  }
}

/**
 * The same objective without its temperature: with g = τ/√d, logits g⟨w, h⟩ are those of W' = gW, whose ridge is λ/g², slack ρ/g⁴.
 */
function withoutTemperature(objective: SolvableObjective): { objective: SolvableObjective; gain: number } | null {
  if (!("temperature" in objective) || objective.temperature === undefined) return null;
  const { temperature, ...rest } = objective;
  const gain = temperature / Math.sqrt(rest.dim);
  const slack = rest.slack && { slack: { ...rest.slack, rho: rest.slack.rho / gain ** 4 } };
  return { objective: { ...rest, weightDecay: rest.weightDecay / gain ** 2, ...slack }, gain };
}

function* search(objective: Solvable<SolvableObjective>): Search<Optimum> {
  if (objective.kind === "ufm-mse") return yield* findUnequalRidgeSquaredErrorOptimum(objective);
  if (objective.kind === "gufm-mse" && !isHeld(objective)) return yield* findGufmSquaredErrorOptimum(objective);
  return yield* findNumericOptimum(objective);
}

function hasClosedForm(objective: SolvableObjective): boolean {
  return isBalanced(objective.counts) && (!isHeld(objective) || slackOf(objective)?.frame === ownFrame(objective));
}

/** The frame on which the classifier of a balanced optimum lies by itself. */
export function ownFrame(objective: SolvableObjective): FrameShape {
  return objective.kind.endsWith("ce") || objective.bias === "free" ? "simplex" : "orthogonal";
}

const slackOf = (objective: SolvableObjective): Slack | undefined => ("slack" in objective ? objective.slack : undefined);
const isHeld = (objective: SolvableObjective) => (slackOf(objective)?.rho ?? 0) > 0;

/**
 * The dimensions an optimum needs: K−1 for a simplex and K for an orthogonal frame, one more where LayerNorm takes one away; with slack that is not 0 there,
 * K + 2, from which on the numeric optimum is known to be the global one.
 */
export function requiredDim(objective: SolvableObjective): number {
  if (isHeld(objective) && !hasClosedForm(objective)) return objective.counts.length + 2;
  const rank = objective.counts.length - (ownFrame(objective) === "simplex" ? 1 : 0);
  return objective.kind.startsWith("gufm") ? rank + 1 : rank;
}

function whyNone(objective: SolvableObjective): string | null {
  if (objective.weightDecay === 0) return "weightDecay = 0: without ridge on the classifier the infimum is 0, or is not attained";
  if ("featureDecay" in objective && objective.featureDecay === 0) {
    return "featureDecay = 0: without ridge on the features the infimum is not attained";
  }
  if ("gamma" in objective && objective.gamma) {
    if (!hasClosedForm(objective))
      return "The focal loss is not convex: its optimum is known for equal classes without a frame of another kind.";
    if (objective.bias !== undefined && objective.bias !== "none")
      return "The focal loss is not convex: with a bias its optimum is not known.";
  }
  const bound = requiredDim(objective);
  if (objective.dim < bound) return `dim = ${objective.dim} is below ${bound}, which ${objective.counts.length} classes need`;
  return null;
}
