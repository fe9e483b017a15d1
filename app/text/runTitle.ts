import { architectureLabel } from "../../contract/config/architecture.ts";
import { classifierLabel } from "../../contract/config/classifier.ts";
import { lossText } from "../../contract/config/loss.ts";
import { regularizerLabel } from "../../contract/config/regularizer.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import { datasetLabel } from "../../contract/data/datasetConfig.ts";

/** What a run is, in a line: "RN1 · L = 8 · d = 64 · λ=0.005 · seed 0". */
export function runTitle(config: RunConfig): string {
  const { architecture } = config;
  return [
    architectureLabel(architecture, config),
    // Free features have no depth.
    ...(architecture === "ufm" ? [] : [`L = ${config.depth}`]),
    architecture === "conv" || architecture === "resnet" ? `${config.width} channels` : `d = ${config.width}`,
    regularizerLabel(config.regularizer),
    ...(lossText(config) === "cross entropy" ? [] : [lossText(config)]),
    ...(config.classifier === undefined ? [] : [`${classifierLabel(config.classifier)} classifier`]),
    `seed ${config.seed}`,
  ].join(" · ");
}

/** The data set beside it. */
export const runDataset = (config: RunConfig): string => datasetLabel(config.dataset);
