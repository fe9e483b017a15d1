import { z } from "zod";
import { afterTraining } from "./afterTraining.ts";
import { architectureConfig } from "./architecture.ts";
import { headsProblem, readingProblem, transferProblem } from "./compatibility.ts";
import { datasetConfig } from "./datasetConfig.ts";
import { Failure } from "./failure.ts";
import { limits } from "./limits.ts";
import { regularizer } from "./regularizer.ts";
import { depth, deviceChoice, loss, type RunConfig, seed, width } from "./runConfig.ts";
import { measuringConfig, trainingConfig } from "./trainingConfig.ts";

const distinct = <T>(items: T[]) => new Set(items.map((item) => JSON.stringify(item))).size === items.length;
const axis = <T extends z.ZodType>(item: T, what: string) =>
  z
    .array(item)
    .min(1, `choose at least one ${what}`)
    .max(64, `at most 64 values of ${what}`)
    .refine(distinct, `each ${what} once`);

/** The rule by which a study leaves out runs that did not converge; what it leaves out is counted and said. */
export const convergenceRule = z.strictObject({
  /** Finished runs with a last training accuracy below this are drawn faintly and left out of means and slopes. */
  minTrainAccuracy: z.number().min(0).max(1),
});
export type ConvergenceRule = z.infer<typeof convergenceRule>;

const gridConfig = z.strictObject({
  datasets: axis(datasetConfig, "data set"),
  architectures: axis(architectureConfig, "architecture"),
  depths: axis(depth, "depth"),
  widths: axis(width, "width"),
  losses: axis(loss, "loss"),
  regularizers: axis(regularizer, "regularizer"),
  seeds: axis(seed, "seed"),
  headBias: z.boolean().default(false),
  training: trainingConfig,
  measuring: measuringConfig.default({ name: "log", perDecade: 10 }),
  device: deviceChoice.default("auto"),
  /** Absent = runs end with their training. */
  afterTraining: afterTraining.optional(),
  /** Absent = every finished run counts. */
  convergence: convergenceRule.optional(),
});

/** The grid a person defines: every combination of the axes is one run; the rest is common to all runs. */
export const experimentConfig = gridConfig.superRefine((config, context) => {
  const complain = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
  config.architectures.forEach((arch, at) => {
    const path = ["architectures", at];
    for (const dataset of config.datasets) {
      const problem = readingProblem(arch, dataset);
      if (problem) complain(path, problem);
    }
    for (const one of config.widths) {
      const problem = headsProblem(arch, one);
      if (problem) complain(path, problem);
    }
    if (arch.name === "ufm" && config.training.batch !== "full")
      complain(["training", "batch"], 'free features (UFM) train on the full batch: choose "full"');
  });
  const probed = config.afterTraining?.transfer?.dataset;
  if (probed)
    for (const dataset of config.datasets) {
      const problem = transferProblem(dataset, probed);
      if (problem) complain(["afterTraining", "transfer", "dataset"], problem);
    }
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

/** Free features have no depth: their only one is 1. */
const depthsOf = (arch: ExperimentConfig["architectures"][number], config: ExperimentConfig): number[] =>
  arch.name === "ufm" ? [1] : config.depths;

/** Number of runs of a grid, without making them. */
export function countGrid(config: ExperimentConfig): number {
  const { datasets, architectures, widths, losses, regularizers, seeds } = config;
  const networks = architectures.reduce((sum, arch) => sum + depthsOf(arch, config).length, 0);
  return [datasets, widths, losses, regularizers, seeds].reduce((product, values) => product * values.length, networks);
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
              for (const runDepth of depthsOf(arch, config))
                runs.push({
                  dataset,
                  architecture: arch.name,
                  normalization: arch.normalization,
                  ...(arch.heads === undefined ? {} : { heads: arch.heads }),
                  ...(arch.patch === undefined ? {} : { patch: arch.patch }),
                  depth: runDepth,
                  width: runWidth,
                  loss: runLoss,
                  headBias: config.headBias,
                  regularizer: runRegularizer,
                  training: config.training,
                  measuring: config.measuring,
                  seed: runSeed,
                  device: config.device,
                  ...(config.afterTraining === undefined ? {} : { afterTraining: config.afterTraining }),
                });
  return runs;
}
