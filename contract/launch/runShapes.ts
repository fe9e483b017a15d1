import { type ExperimentConfig, expandGrid } from "../config/experimentConfig.ts";
import type { RunConfig } from "../config/runConfig.ts";

/** A grid's runs as far as their networks and data differ: a seed, a loss and a regularizer change nothing of what a run takes. */
export const runShapes = (config: ExperimentConfig): RunConfig[] =>
  expandGrid({
    ...config,
    seeds: config.seeds.slice(0, 1),
    losses: config.losses.slice(0, 1),
    regularizers: config.regularizers.slice(0, 1),
  });
