import { architectureLabel } from "../../../contract/config/architecture.ts";
import { classifierLabel } from "../../../contract/config/classifier.ts";
import { countGrid, type ExperimentConfig, trainingsOf } from "../../../contract/config/experimentConfig.ts";
import { lossOfRun, lossText } from "../../../contract/config/loss.ts";
import { optimizerLabel } from "../../../contract/config/optimizerLabel.ts";
import { regularizerLabel } from "../../../contract/config/regularizer.ts";
import { datasetLabel } from "../../../contract/data/datasetConfig.ts";
import { formatDuration } from "../../../contract/formatDuration.ts";
import { isOnCpu, placeText } from "../../../contract/launch/memoryFindings.ts";
import { bytesText, slotBytes, type WorkerPlace } from "../../../contract/launch/workerPlace.ts";
import { packsText } from "../../../contract/pack/packsText.ts";
import type { Estimate } from "../../../contract/wire/views.ts";
import { count } from "../count.ts";

/** The axes of a grid with their values as people read them. */
export function axesOf(config: ExperimentConfig): Record<string, string[]> {
  return {
    "data sets": config.datasets.map(datasetLabel),
    architectures: config.architectures.map((one) => architectureLabel(one.name, one)),
    depths: config.depths.map(String),
    widths: config.widths.map(String),
    losses: config.losses.map((loss) => lossText(lossOfRun(loss))),
    ...(config.classifiers && { classifiers: config.classifiers.map(classifierLabel) }),
    regularizers: config.regularizers.map(regularizerLabel),
    ...(config.optimizers && { optimizers: trainingsOf(config).map(optimizerLabel) }),
    seeds: config.seeds.map(String),
  };
}

export function gridLines(name: string, config: ExperimentConfig): string[] {
  const isFree = config.architectures.some((one) => one.name === "ufm") && config.depths.length > 1;
  const axes = Object.entries(axesOf(config)).map(([axis, values]) => `  ${axis.padEnd(14)}${values.join(", ")}`);
  return [
    `${name}: ${count(countGrid(config), "run")}`,
    ...axes,
    ...(isFree ? ["  free features (UFM) have depth 1 only"] : []),
    `  ${"steps".padEnd(14)}${config.training.steps.toLocaleString("en")}`,
  ];
}

/** Time and memory, as the form says them. */
export function estimateText(estimate: Estimate, config: ExperimentConfig, workers: readonly WorkerPlace[]): string[] {
  const { timeMs, memoryBytes, slots, packs, basis } = estimate;
  const time =
    timeMs === null
      ? `unknown: ${basis}`
      : `about ${formatDuration(timeMs)} on ${count(slots, "slot")}${packs ? `: ${packsText(packs)}` : ""} (${basis})`;
  return [`Time: ${time}.`, ...(memoryBytes === null ? [] : [`Memory: ${memoryText(memoryBytes, config, workers)}.`])];
}

function memoryText(bytes: number, { device }: ExperimentConfig, workers: readonly WorkerPlace[]): string {
  const onCpu = workers.filter((worker) => isOnCpu({ device }, worker));
  const needed = `about ${bytesText(bytes)} per run`;
  if (onCpu.length === 0) return needed;
  if (onCpu.length === 1) return `${needed}; ${placeText(onCpu[0]!)}`;
  const holding = onCpu.filter((worker) => bytes <= slotBytes(worker)).length;
  return `${needed}; ${holding} of ${count(onCpu.length, "worker")} can give that much to a slot`;
}
