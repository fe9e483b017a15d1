import { z } from "zod";
import { datasetConfig } from "./datasetConfig.ts";
import { Failure } from "./failure.ts";
import { limits } from "./limits.ts";
import { regularizer } from "./regularizer.ts";
import { architecture, depth, deviceChoice, loss, normalization, type RunConfig, seed, width } from "./runConfig.ts";
import { measuringConfig, trainingConfig } from "./trainingConfig.ts";

const distinct = <T>(items: T[]) => new Set(items.map((item) => JSON.stringify(item))).size === items.length;
const axis = <T extends z.ZodType>(item: T, what: string) =>
  z
    .array(item)
    .min(1, `choose at least one ${what}`)
    .max(64, `at most 64 values of ${what}`)
    .refine(distinct, `each ${what} once`);

/** The grid a person defines: every combination of the axes is one run; the rest is common to all runs. */
export const experimentConfig = z.strictObject({
  datasets: axis(datasetConfig, "data set"),
  architectures: axis(z.strictObject({ name: architecture, normalization: normalization.default("post-ln") }), "architecture"),
  depths: axis(depth, "depth"),
  widths: axis(width, "width"),
  losses: axis(loss, "loss"),
  regularizers: axis(regularizer, "regularizer"),
  seeds: axis(seed, "seed"),
  headBias: z.boolean().default(false),
  training: trainingConfig,
  measuring: measuringConfig.default({ name: "log", perDecade: 10 }),
  device: deviceChoice.default("auto"),
});
export type ExperimentConfig = z.infer<typeof experimentConfig>;

export const experimentName = z
  .string()
  .trim()
  .min(1, "give the experiment a name")
  .max(limits.nameLength, `a name has at most ${limits.nameLength} characters`);
export const experimentNote = z.string().max(limits.noteLength, `a note has at most ${limits.noteLength} characters`);
export const experimentTags = z
  .array(z.string().trim().min(1).max(limits.tagLength))
  .max(limits.tags, `at most ${limits.tags} tags`);

export const launchInput = z.strictObject({
  name: experimentName,
  note: experimentNote.default(""),
  tags: experimentTags.default([]),
  config: experimentConfig,
});
export type LaunchInput = z.infer<typeof launchInput>;

/** Number of runs of a grid, without making them. */
export function countGrid(config: ExperimentConfig): number {
  const { datasets, architectures, depths, widths, losses, regularizers, seeds } = config;
  return [datasets, architectures, depths, widths, losses, regularizers, seeds].reduce(
    (product, values) => product * values.length,
    1,
  );
}

/** @throws Failure GRID_TOO_LARGE naming the count and the limit. */
export function requireGridWithinLimit(config: ExperimentConfig): number {
  const count = countGrid(config);
  if (count > limits.gridRuns)
    throw new Failure(
      "GRID_TOO_LARGE",
      `This grid has ${count.toLocaleString("en")} runs; the limit is ${limits.gridRuns.toLocaleString("en")} an experiment. Remove values from an axis or split it into several experiments.`,
    );
  return count;
}

/** The runs of a grid: seeds slowest, then depths, so that the first seed's depth curve is complete first. */
export function expandGrid(config: ExperimentConfig): RunConfig[] {
  requireGridWithinLimit(config);
  const runs: RunConfig[] = [];
  for (const runSeed of config.seeds)
    for (const dataset of config.datasets)
      for (const arch of config.architectures)
        for (const runLoss of config.losses)
          for (const runRegularizer of config.regularizers)
            for (const runWidth of config.widths)
              for (const runDepth of config.depths)
                runs.push({
                  dataset,
                  architecture: arch.name,
                  normalization: arch.normalization,
                  depth: runDepth,
                  width: runWidth,
                  loss: runLoss,
                  headBias: config.headBias,
                  regularizer: runRegularizer,
                  training: config.training,
                  measuring: config.measuring,
                  seed: runSeed,
                  device: config.device,
                });
  return runs;
}
