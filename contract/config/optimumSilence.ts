import type { RunConfig } from "./runConfig.ts";

/**
 * Why no optimum L* over free features is known for a network's objective, whatever its data; null if there is one or only the
 * regularizer or the data tell. It takes features that are bounded: by a LayerNorm without trained scales, or by a ridge of their own.
 */
export function optimumSilence({ architecture, regularizer }: Pick<RunConfig, "architecture" | "regularizer">): string | null {
  if (architecture === "resnet" && regularizer.family !== "features")
    return "A ResNet with BatchNorm has no known optimum L*: nothing but trained scales bounds its features.";
  if (regularizer.family === "weights" && regularizer.decayed === "all")
    return "With decay of all parameters, biases and scales too, no optimum L* is known.";
  return null;
}
