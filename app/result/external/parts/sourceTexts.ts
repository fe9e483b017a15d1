import type { ExternalSource } from "../../../../contract/external/externalConfig.ts";

/** Where numbers come from that were not measured here, after "trained elsewhere, ". */
export const sourceTexts: Record<ExternalSource, string> = {
  client: "reported while it trained",
  features: "measured here from files of features",
  wandb: "imported from Weights & Biases",
  tensorboard: "imported from TensorBoard",
  csv: "imported from a CSV file",
};
