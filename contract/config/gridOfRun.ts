import { limits } from "../limits.ts";
import type { ExperimentConfig } from "./experimentConfig.ts";
import { lossOfGrid } from "./loss.ts";
import type { RunConfig } from "./runConfig.ts";

/** The grid of one cell: `expandGrid` gives that cell back. */
export function gridOfRun(run: RunConfig): ExperimentConfig {
  return {
    datasets: [run.dataset],
    architectures: [
      {
        name: run.architecture,
        normalization: run.normalization,
        ...(run.heads === undefined ? {} : { heads: run.heads }),
        ...(run.patch === undefined ? {} : { patch: run.patch }),
        ...(run.activation === undefined ? {} : { activation: run.activation }),
        ...(run.widths === undefined ? {} : { widths: run.widths }),
        ...(run.definition === undefined ? {} : { definition: run.definition }),
      },
    ],
    // Free features are of depth 1, which no network may have.
    depths: [Math.max(limits.depth.min, run.depth)],
    widths: [run.width],
    losses: [lossOfGrid(run)],
    ...(run.classifier === undefined ? {} : { classifiers: [run.classifier] }),
    regularizers: [run.regularizer],
    seeds: [run.seed],
    headBias: run.headBias,
    training: run.training,
    measuring: run.measuring,
    device: run.device,
    ...(run.afterTraining === undefined ? {} : { afterTraining: run.afterTraining }),
    ...(run.other === undefined ? {} : { other: run.other }),
  };
}
