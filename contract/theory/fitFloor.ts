import type { RunConfig } from "../config/runConfig.ts";
import type { Ambiguity } from "../data/resolvedDataset.ts";

/**
 * What the mean fit on the training set cannot go below where equal inputs have several labels: under cross entropy the mean entropy H of
 * the labels given the input, with smoothed labels (1 − ε) H + ε ln K, which concavity of the entropy gives; under squared error its own
 * floor. null of other losses.
 */
export function fitFloor(
  { loss, smoothing = 0, gamma = 0 }: Pick<RunConfig, "loss" | "smoothing" | "gamma">,
  { entropy, squaredError }: Ambiguity,
  classes: number,
): number | null {
  if (loss === "mse") return squaredError;
  if (loss !== "ce" && !(loss === "focal" && gamma === 0)) return null;
  return (1 - smoothing) * entropy + smoothing * Math.log(classes);
}
