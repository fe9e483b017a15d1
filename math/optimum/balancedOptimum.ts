import { gufmCrossEntropyOptimum, gufmSquaredErrorOptimum } from "./gufmOptimum.ts";
import type { Optimum } from "./optimum.ts";
import { ridgeCrossEntropyOptimum } from "./ridgeCrossEntropyOptimum.ts";
import { ridgeSquaredErrorOptimum } from "./ridgeSquaredErrorOptimum.ts";
import { balancedCounts, type SolvableObjective } from "./unconstrainedObjective.ts";

/**
 * The optimum in closed form of an objective with equal classes, and with slack, if any, towards the frame of that form.
 * @throws {MathError} as the single forms
 */
export function balancedOptimum(objective: SolvableObjective): Optimum {
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
 * @throws {MathError} if the objective is invalid or a decay is not positive
 */
export function evenedOptimum(objective: SolvableObjective): Optimum {
  const classes = objective.counts.length;
  const samples = objective.counts.reduce((sum, count) => sum + count, 0);
  const even = {
    counts: balancedCounts(classes, Math.max(1, Math.round(samples / classes))),
    dim: Math.max(objective.dim, classes + 1),
  };
  return balancedOptimum({ ...objective, ...even, ...("slack" in objective ? { slack: undefined } : {}) } as SolvableObjective);
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
