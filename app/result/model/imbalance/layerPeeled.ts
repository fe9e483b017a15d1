import { effectiveRidge } from "../../../../contract/config/regularizer.ts";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { MathError } from "../../../../math/MathError.ts";
import {
  findMinorityThreshold,
  type MinorityCosines,
  minorityCosines,
  ridgeMinorityThreshold,
} from "../../../../math/optimum/minorityThreshold.ts";
import { finish } from "../../../../math/optimum/search.ts";
import type { SolvableObjective } from "../../../../math/optimum/unconstrainedObjective.ts";
import { unconstrainedOptimum } from "../../../../math/optimum/unconstrainedOptimum.ts";

/** Classes of two sizes. */
export interface TwoSizes {
  /** K */
  classes: number;
  /** t */
  large: number;
  /** Samples of a large class. */
  samples: number;
}

/** The optimum of a family of runs at any ratio of class sizes, or in words why there is none to draw. */
export type LayerPeeled =
  | { objectiveAt: (ratio: number) => SolvableObjective; small: number; closed: number | null }
  | { problem: string };

/** More classes take the page too long. */
const mostClasses = 24;
/** Samples of a large class in the objective that is solved, so that any ratio is a whole number of them. */
const fine = 100_000;

/** The head's objective with free features, as the run's L* has it, of classes of two sizes. */
export function layerPeeled(config: RunConfig, { classes, large, samples }: TwoSizes): LayerPeeled {
  const { regularizer, depth, loss, headBias, width: dim, architecture } = config;
  const small = classes - large;
  const ridge = effectiveRidge(regularizer, depth);
  if (small < 2) return { problem: "a single small class has no other to coincide with" };
  if (classes > mostClasses)
    return { problem: `the optimum is drawn for at most ${mostClasses} classes, and there are ${classes}` };
  if (loss !== "ce" && loss !== "mse") return { problem: "the optimum of this loss with unequal classes is not drawn" };
  if (architecture === "dufm") return { problem: "under several layers the optimum of unequal classes is not drawn" };
  const bias = headBias ? ("free" as const) : ("none" as const);
  const countsAt = (ratio: number) =>
    Array.from({ length: classes }, (_, k) => (k < large ? fine : Math.max(1, Math.round(fine * ratio))));
  switch (regularizer.family) {
    case "features": {
      if (ridge.headBias > 0 && headBias) return { problem: "with a penalized bias the optimum of unequal classes is not drawn" };
      if (!(ridge.head > 0 && ridge.features > 0)) return { problem: "without a ridge on head and features there is no optimum" };
      const decays = { weightDecay: ridge.head, featureDecay: (ridge.features * samples) / fine };
      return {
        objectiveAt: (ratio) => ({ kind: loss === "ce" ? "ufm-ce" : "ufm-mse", counts: countsAt(ratio), dim, ...decays, bias }),
        small,
        closed: ridgeMinorityThreshold({ large, small, samples, weightDecay: ridge.head, featureDecay: ridge.features }),
      };
    }
    case "weights":
      if (!(ridge.head > 0)) return { problem: "without a ridge on the head there is no optimum" };
      return {
        objectiveAt: (ratio) => ({
          ...{ kind: loss === "ce" ? "gufm-ce" : "gufm-mse", counts: countsAt(ratio), dim, weightDecay: ridge.head, bias },
        }),
        small,
        closed: null,
      };
    default:
      return { problem: "this regularizer's optimum of unequal classes is not drawn" };
  }
}

/** Mean cosines among the small classes at the optimum of a ratio; null where there is no optimum or it is zero. */
export function optimumCosines(model: Exclude<LayerPeeled, { problem: string }>, ratio: number): MinorityCosines {
  try {
    const optimum = unconstrainedOptimum(model.objectiveAt(ratio));
    return optimum.method === "none" ? { head: null, means: null } : minorityCosines(optimum, model.small);
  } catch (error) {
    if (error instanceof MathError) return { head: null, means: null };
    throw error;
  }
}

export interface OptimumCurve {
  ratios: number[];
  cosines: MinorityCosines[];
  /** r*, at and below which the small classes' vectors coincide; null where the model has none within the ratios drawn. */
  threshold: number | null;
  /** How the threshold was found. */
  found: "closed form" | "numerically" | null;
  done: boolean;
}

const points = 25;

/** The curve of the optimum from the least ratio to balance, and its threshold, a part at a time. */
export function* minorityCurve(model: Exclude<LayerPeeled, { problem: string }>, least: number): Generator<OptimumCurve> {
  const from = Math.max(1e-4, Math.min(least, model.closed ?? 1) / 2);
  const ratios = Array.from({ length: points }, (_, at) => from ** (1 - at / (points - 1)));
  const curve: OptimumCurve = {
    ...{ ratios: [], cosines: [], done: false, threshold: model.closed },
    found: model.closed === null ? null : "closed form",
  };
  for (const ratio of ratios) {
    curve.ratios.push(ratio);
    curve.cosines.push(optimumCosines(model, ratio));
    yield { ...curve };
  }
  if (model.closed === null) {
    curve.threshold = finish(findMinorityThreshold((ratio) => optimumCosines(model, ratio).head, from));
    curve.found = curve.threshold === null ? null : "numerically";
  }
  yield { ...curve, done: true };
}
