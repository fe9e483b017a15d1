import type { ResolvedDataset } from "../data/resolvedDataset.ts";
import { activationNames, activationOf, hasFreeFeatures } from "./architecture.ts";
import { classifierIn, hasOrthogonalFrame } from "./classifier.ts";
import type { RunConfig } from "./runConfig.ts";

type Objective = Pick<
  RunConfig,
  "architecture" | "normalization" | "activation" | "regularizer" | "loss" | "headBias" | "classifier"
>;

/**
 * Why no optimum L* over free features is known for a network's objective, whatever its data; null if there is one or only the
 * regularizer or the data tell. It takes features that are bounded, by a LayerNorm without trained scales, or by a ridge of their own, and
 * that the network can have.
 */
export function optimumSilence(config: Objective): string | null {
  const { architecture, regularizer } = config;
  if (architecture === "resnet" && regularizer.family !== "features")
    return "A ResNet with BatchNorm has no known optimum L*: nothing but trained scales bounds its features.";
  if (regularizer.family === "weights" && regularizer.decayed === "all")
    return "With decay of all parameters, biases and scales too, no optimum L* is known.";
  return architecture === "mlp" ? silenceOfMlp(config) : null;
}

/** Of the last features σ(…) as the classifier reads them: with a LayerNorm behind, of every direction of mean 0. */
function silenceOfMlp(config: Objective): string | null {
  const { normalization, regularizer } = config;
  const kind = activationOf(config);
  const isSigned = kind !== "relu";
  if (regularizer.family === "features") {
    if (kind === "linear" || (!isSigned && hasOrthogonalFrame(config))) return null;
    return `Behind ${activationNames[kind]} the last features have bounds of their own, which the optimum over free features does not keep: no L*.`;
  }
  if (normalization === "post-ln") return null;
  if (classifierIn(config)?.name !== "normalized")
    return "An MLP without LayerNorm has no known optimum L*: nothing but its weights' decay bounds its features.";
  return isSigned ? null : "Behind ReLU no feature is negative, and the optimum over free directions has negative ones: no L*.";
}

/** Why the training data leave no optimum L* to compare with; null if they do. Free features are of samples, whatever their inputs. */
export function ambiguitySilence(
  { architecture }: Pick<RunConfig, "architecture">,
  { ambiguity }: Pick<ResolvedDataset, "ambiguity">,
): string | null {
  if (!ambiguity || ambiguity.ambiguous === 0 || hasFreeFeatures(architecture)) return null;
  return `${ambiguity.ambiguous} training samples have an input that has other labels too: no network can give them features of their own, as L* supposes. The floor of the fit takes its place.`;
}
