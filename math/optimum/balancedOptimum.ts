import { gufmCrossEntropyOptimum, gufmSquaredErrorOptimum } from "./gufmOptimum.ts";
import type { Optimum } from "./optimum.ts";
import { ridgeCrossEntropyOptimum } from "./ridgeCrossEntropyOptimum.ts";
import { ridgeSquaredErrorOptimum } from "./ridgeSquaredErrorOptimum.ts";
import { balancedCounts, type Solvable, type SolvableObjective, totalCount } from "./unconstrainedObjective.ts";

/**
 * The optimum in closed form of an objective with equal classes, and with slack, if any, towards the frame of that form.
 * @throws {MathError} as the single forms
 */
export function balancedOptimum(objective: Solvable<SolvableObjective>): Optimum {
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
 * The optimum of the same objective with its samples spread evenly over its classes, in enough dimensions and without slack: what the
 * loss and the scales of W and H of any class sizes are measured in, however small the decay.
 */
export function evenedOptimum(objective: Solvable<SolvableObjective>): Optimum {
  const classes = objective.counts.length;
  const even = {
    counts: balancedCounts(classes, Math.max(1, Math.round(totalCount(objective.counts) / classes))),
    dim: Math.max(objective.dim, classes + 1),
  };
  return balancedOptimum({
    ...objective,
    ...even,
    ...("slack" in objective ? { slack: undefined } : {}),
  });
}

/**
 * What rounding leaves of an objective's gradient, in units of the loss with equal classes. An error of the squared fit is a difference of numbers of the size of 1, so
 * that at decays of 1e-9 no gradient falls to 1e-10 of the loss, although the loss is right to that; where the rounding is above 1e-3
 * (decays of 1e-11) the loss is not either, and the search counts as failed.
 */
export function gradientNoise({ kind, dim }: SolvableObjective, even: Optimum): number {
  const noise = kind.endsWith("mse") ? (4 * Number.EPSILON * Math.sqrt(dim)) / even.loss : 0;
  return noise <= 1e-3 ? noise : 0;
}
