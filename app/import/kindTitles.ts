import type { ImportKindName } from "../../contract/wire/imports.ts";

export const kindTitles: Record<ImportKindName, string> = {
  archive: "Archive of Collapsar",
  tensorboard: "TensorBoard event files",
  features: "Features with labels",
  wandb: "Tables of Weights & Biases",
  csv: "Table of runs (CSV)",
};
