import { coupledShare } from "./optimizerConfig.ts";
import { effectiveRidge } from "./regularizer.ts";
import type { RunConfig } from "./runConfig.ts";

type Strengths = ReturnType<typeof effectiveRidge>;
type Decayed = Pick<RunConfig, "regularizer" | "depth" | "training">;

/**
 * λ's of the decay of parameters, by how they act: as part of the gradient (coupled, cλ), or subtracted beside the update (decoupled,
 * (1 − c)λ). A ridge on features that a network computes, and the slack's ρ, are part of the gradient whatever the share.
 */
export function decayParts({ regularizer, depth, training }: Decayed): { coupled: Strengths; decoupled: Strengths } {
  const ridge = effectiveRidge(regularizer, depth);
  if (regularizer.family === "adamw")
    return { coupled: ridge, decoupled: { ...ridge, head: regularizer.lambda, hidden: regularizer.lambda } };
  const share = coupledShare(training.optimizer);
  return { coupled: times(ridge, share), decoupled: times(ridge, 1 - share) };
}

function times(ridge: Strengths, factor: number): Strengths {
  const { head, hidden, features, headBias, free, layers } = ridge;
  return {
    ...{
      head: head * factor,
      hidden: hidden * factor,
      features: features * factor,
      headBias: headBias * factor,
      free: free * factor,
    },
    ...(layers && { layers: layers.map((strength) => strength * factor) }),
  };
}

/** Whether some of the decay is no part of any objective, for which there is then no optimum. */
export const isDecoupled = (config: Decayed): boolean =>
  config.regularizer.family === "adamw" ||
  Object.values(decayParts(config).decoupled).some((strength) => [strength].flat().some((one) => one > 0));

/** Why what is compared with an optimum is absent there. */
export const decoupledText = "Decoupled decay minimizes no objective with a known optimum.";
