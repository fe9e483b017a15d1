import { activationOf } from "../../contract/config/architecture.ts";
import { decoupledText, isDecoupled } from "../../contract/config/decayParts.ts";
import { effectiveRidge, layerStrengths } from "../../contract/config/regularizer.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import { deepLinearOptimum } from "../../math/optimum/deepLinearOptimum.ts";
import type { Optimum } from "../../math/optimum/optimum.ts";
import type { NoOptimum } from "../../math/optimum/unconstrainedOptimum.ts";

const none = (reason: string): NoOptimum => ({ method: "none", reason });

/** L* of deep free features, known of linear layers under squared error; "none" with the reason otherwise. */
export function deepOptimum(config: RunConfig, counts: readonly number[]): Optimum | NoOptimum {
  const { regularizer, depth, width, loss, headBias } = config;
  const ridge = effectiveRidge(regularizer, depth);
  const { features, headBias: biasDecay } = ridge;
  if (isDecoupled(config)) return none(decoupledText);
  if (regularizer.family !== "features")
    return none("Deep free features without a ridge on features and layers have no optimum.");
  if (activationOf(config) === "relu")
    return none(
      "Under ReLU layers the optimum is not known: deep neural collapse is a value from above, and solutions of lower rank may reach less.",
    );
  if (loss !== "mse") return none("Under several layers the optimum is known for squared error.");
  if (headBias && biasDecay > 0) return none("With a penalized bias the optimum of a deep network is not known.");
  const decays = layerStrengths(ridge, depth);
  return deepLinearOptimum({ counts, dim: width, decays, featureDecay: features, bias: headBias ? "free" : "none" });
}
