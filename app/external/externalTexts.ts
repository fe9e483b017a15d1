import type { ExternalRunConfig, ExternalSource } from "../../contract/external/externalConfig.ts";

/** Where numbers come from that were not measured here, after "trained elsewhere, ". */
export const sourceTexts: Record<ExternalSource, string> = {
  client: "reported by its own program",
  features: "measured from files of features",
  wandb: "imported from Weights & Biases",
  tensorboard: "imported from TensorBoard",
  csv: "imported from a CSV file",
};

/** "depth 18, seed 0" */
export const configText = ({ values }: ExternalRunConfig): string =>
  Object.entries(values)
    .map(([key, value]) => `${key} ${value}`)
    .join(", ");
