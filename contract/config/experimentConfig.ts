import { z } from "zod";
import { datasetConfig, datasetTitles, imageShape } from "../data/datasetConfig.ts";
import { Failure } from "../failure.ts";
import { limits } from "../limits.ts";
import { priorities } from "../priority.ts";
import { isVisible, typedText } from "../wireText.ts";
import { afterTraining } from "./afterTraining.ts";
import { architectureConfig, hasFreeFeatures, isVersioned, withCurrentDefinition } from "./architecture.ts";
import { classifierConfig, classifierIn, classifierOfRun, classifierProblem, classifiersFor } from "./classifier.ts";
import {
  depthProblem,
  headsProblem,
  networkProblem,
  readingProblem,
  ridgeProblem,
  transferProblem,
  widthProblem,
} from "./compatibility.ts";
import { growthProblem } from "./growth.ts";
import { lossConfig, lossOfRun } from "./loss.ts";
import { coupledShare, type OptimizerEntry, optimizerEntry } from "./optimizerConfig.ts";
import { otherSetConfig } from "./otherSet.ts";
import { polishProblem } from "./polishing.ts";
import { regularizer } from "./regularizer.ts";
import { depth, deviceChoice, type RunConfig, seed, width } from "./runConfig.ts";
import { measuringConfig, type TrainingConfig, trainingConfig } from "./trainingConfig.ts";
import { type ValidAxes, validAxes } from "./validAxes.ts";

const distinct = <T>(items: T[]) => new Set(items.map((item) => JSON.stringify(item))).size === items.length;
const maxValues = limits.axisValues;
const axis = <T extends z.ZodType>(item: T, what: string) =>
  z
    .array(item)
    .min(1, `choose at least one ${what}`)
    .max(maxValues, `at most ${maxValues} values of ${what}`)
    .refine(distinct, `each ${what} once`);

/** The rule by which a study leaves out runs that did not converge; the page says how many it leaves out. */
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
  losses: axis(lossConfig, "loss"),
  regularizers: axis(regularizer, "regularizer"),
  seeds: axis(seed, "seed"),
  headBias: z.boolean().default(false),
  /** Absent = one linear layer. */
  classifiers: axis(classifierConfig, "classifier").optional(),
  training: trainingConfig,
  /** Absent = the training's own alone. */
  optimizers: axis(optimizerEntry, "optimizer").optional(),
  measuring: measuringConfig.default({ name: "log", perDecade: 10 }),
  device: deviceChoice.default("auto"),
  /** Absent = runs end with their training. */
  afterTraining: afterTraining.optional(),
  /** A second set; absent = none. */
  other: otherSetConfig.optional(),
  /** Absent = every finished run counts. */
  convergence: convergenceRule.optional(),
});

type UnfinishedGrid = Partial<z.infer<typeof gridConfig>>;
type Complain = (path: (string | number)[], message: string) => void;

/**
 * What does not go together, said of all values that are valid by themselves: a person who fills in the form sees it beside what is
 * wrong with single values, not only after that.
 */
function complainOfPairs(config: UnfinishedGrid, complain: Complain): void {
  const valid = validAxes(config);
  const { datasets, architectures, depths, widths, regularizers } = valid;
  const batch = trainingConfig.shape.batch.safeParse(config.training?.batch);
  for (const { value: arch, at } of architectures) {
    for (const { value } of datasets) {
      const problem = readingProblem(arch, value);
      if (problem) complain(["architectures", at], problem);
    }
    for (const one of widths) {
      const problem = headsProblem(arch, one);
      if (problem) complain(["architectures", at], problem);
    }
    for (const problem of [networkProblem(arch), depthProblem(arch, depths), widthProblem(arch, widths)])
      if (problem) complain(["architectures", at], problem);
    if (arch.name === "resnet" && batch.success && batch.data === 1)
      complain(["training", "batch"], "BatchNorm takes its statistics over a batch: choose at least 2 samples");
    if (arch.name === "resnet" && config.training?.polish !== undefined)
      complain(
        ["training", "polish"],
        "BatchNorm's objective in training is another one than in evaluation: choose no polishing, or another network",
      );
    for (const { value, at: index } of regularizers) {
      const problem = ridgeProblem(arch, value, depths);
      if (problem) complain(["regularizers", index], problem);
    }
    if (hasFreeFeatures(arch.name) && batch.success && batch.data !== "full")
      complain(["training", "batch"], 'free features (UFM) train on the full batch: choose "full"');
  }
  complainOfOptimizers(config, valid, complain);
  complainOfGrowth(config, valid, complain);
  if (config.training?.augmentation !== undefined) {
    if (batch.success && batch.data === "full")
      complain(["training", "augmentation"], "cropping and flipping make other pictures of each batch: choose mini-batches");
    for (const { value } of datasets)
      if (imageShape(value) === null)
        complain(
          ["training", "augmentation"],
          `only pictures can be cropped and flipped, and ${datasetTitles[value.id]} has none`,
        );
  }
  complainOfClassifiers(config, valid, complain);
  complainOfSecond(valid, config.afterTraining?.transfer?.dataset, ["afterTraining", "transfer", "dataset"], complain);
  complainOfSecond(valid, config.other?.dataset, ["other", "dataset"], complain);
}

/** A second set that the networks cannot read. */
function complainOfSecond({ datasets }: Pick<ValidAxes, "datasets">, second: unknown, path: string[], complain: Complain): void {
  const { success, data } = datasetConfig.safeParse(second);
  if (!success) return;
  for (const { value } of datasets) {
    const problem = transferProblem(value, data);
    if (problem) complain(path, problem);
  }
}

/** The training with an optimizer, at the rate that goes with it. */
function trainedBy(training: TrainingConfig, { learningRate, ...optimizer }: OptimizerEntry): TrainingConfig {
  return { ...training, optimizer, learningRate: learningRate ?? training.learningRate };
}

/** One training for each of a grid's optimizers. */
export const trainingsOf = ({ training, optimizers }: Pick<ExperimentConfig, "training" | "optimizers">): TrainingConfig[] =>
  optimizers === undefined ? [training] : optimizers.map((one) => trainedBy(training, one));

/** Optimizers that are one, though written in two ways, and a share of what is decoupled already. */
function complainOfOptimizers({ training }: UnfinishedGrid, { regularizers, optimizers }: ValidAxes, complain: Complain): void {
  const decoupled = regularizers.filter(({ value }) => value.family === "adamw");
  if (optimizers.some(({ value }) => value.share !== undefined))
    for (const { at } of decoupled)
      complain(
        ["regularizers", at],
        'the family "adamw" is decoupled decay already: leave the optimizer\'s share out, or choose the family "weights" with a share of 0',
      );
  const rate = training?.learningRate;
  const known = new Set<string>();
  for (const { value, at } of optimizers) {
    const key = JSON.stringify(
      Object.entries({ ...value, share: coupledShare(value), learningRate: value.learningRate ?? rate }).sort(),
    );
    if (known.has(key))
      complain(["optimizers", at], "this optimizer is there twice: a share of 1 and the training's rate need not be said");
    known.add(key);
  }
}

/** Grown starts and polishing, each with what it does not go together with. */
function complainOfGrowth(
  { training }: UnfinishedGrid,
  { architectures, regularizers, optimizers }: ValidAxes,
  complain: Complain,
): void {
  const { shape } = trainingConfig;
  const { data: grown } = shape.grown.safeParse(training?.grown);
  const { data: polish } = shape.polish.safeParse(training?.polish);
  const { data: batch = "full" } = shape.batch.safeParse(training?.batch);
  if (grown)
    for (const { value: arch, at } of architectures) {
      const problem = regularizers.map(({ value }) => growthProblem(arch.name, value)).find((text) => text !== null);
      if (problem) complain(["architectures", at], problem);
    }
  if (!polish) return;
  for (const { value, at } of regularizers) {
    const problem = polishProblem(batch, value);
    if (problem) complain(["regularizers", at], problem);
  }
  if (optimizers.some(({ value }) => coupledShare(value) < 1))
    complain(
      ["training", "polish"],
      "with a share of the decay beside the gradient the steps minimize another objective than polishing does: choose a share of 1, or no polishing",
    );
}

/** What the classifiers of a grid, also those that a loss brings with it, do not go with. */
function complainOfClassifiers(
  { headBias }: UnfinishedGrid,
  { architectures, losses, classifiers = [], regularizers }: ValidAxes,
  complain: Complain,
): void {
  const isDot = losses.includes("dot-regression");
  const used = [...classifiers, ...(isDot ? [classifierIn({ loss: "dot-regression" })] : [])];
  for (const { value, at } of regularizers) {
    const problem = used.map((one) => classifierProblem(one, value.family)).find((text) => text !== null);
    if (problem) complain(["regularizers", at], problem);
  }
  if (used.some((one) => classifierOfRun(one).classifier !== undefined))
    for (const { value, at } of architectures)
      if (value.name === "dufm")
        complain(["architectures", at], "deep free features end in a layer of their own: choose one linear layer as classifier");
  if (headBias === true && used.some((one) => one?.name === "fixed-simplex"))
    complain(["headBias"], `a fixed simplex${isDot ? ", which dot regression has," : ""} has no bias: turn the head's bias off`);
}

/** The grid a person defines: every combination of the axes is one run; the rest is common to all runs. */
export const experimentConfig = gridConfig.superRefine(
  (config, context) => complainOfPairs(config, (path, message) => context.addIssue({ code: "custom", path, message })),
  // Also beside invalid values, where a schema's own checks would be skipped.
  { when: ({ value }) => typeof value === "object" && value !== null },
);
export type ExperimentConfig = z.infer<typeof experimentConfig>;

export const experimentName = typedText(limits.nameLength, "a name")
  .trim()
  .min(1, "give the experiment a name")
  .refine((text) => text === "" || isVisible(text), "a name needs visible letters, digits or symbols");
export const experimentNote = typedText(limits.noteLength, "a note");
export const experimentTags = z
  .array(
    typedText(limits.tagLength, "a tag")
      .trim()
      .min(1)
      .refine((text) => text === "" || isVisible(text), "a tag needs visible characters"),
  )
  .max(limits.tags, `at most ${limits.tags} tags`);

/** A grid that is about to be trained: networks of which no definition is said are those of the current one. */
export const newExperimentConfig = experimentConfig
  .transform((config) => ({ ...config, architectures: withCurrentDefinition(config.architectures, true) }))
  .refine(({ architectures }) => distinct(architectures), {
    path: ["architectures"],
    message: "list each architecture only once",
  });

export const launchInput = z.strictObject({
  name: experimentName,
  note: experimentNote.default(""),
  tags: experimentTags.default([]),
  priority: z.enum(priorities).default("normal"),
  config: newExperimentConfig,
});
export type LaunchInput = z.infer<typeof launchInput>;

type Arch = ExperimentConfig["architectures"][number];

/** Free features without layers have no depth: their only one is 1. A list of widths has its own, which is one of the study's. */
const depthsOf = ({ name, widths }: Arch, { depths }: Pick<ExperimentConfig, "depths">): number[] => {
  if (name === "ufm") return [1];
  return widths === undefined ? depths : depths.filter((depth) => depth === widths.length);
};
const widthsOf = ({ widths }: Arch, config: Pick<ExperimentConfig, "widths">): number[] =>
  widths === undefined ? config.widths : config.widths.filter((width) => width === widths.at(-1));

/** Each loss with each classifier that it is trained with. */
export const lossesOf = ({ losses, classifiers }: Pick<ExperimentConfig, "losses" | "classifiers">) =>
  losses.flatMap((entry) => {
    const own = lossOfRun(entry);
    return classifiersFor(own.loss, classifiers).map((one) => ({ ...own, ...classifierOfRun(one) }));
  });

/** Number of runs of a grid, without creating them. */
export function countGrid(config: ExperimentConfig): number {
  const { datasets, architectures, regularizers, seeds } = config;
  const losses = lossesOf(config);
  const networks = architectures.reduce((sum, arch) => sum + depthsOf(arch, config).length * widthsOf(arch, config).length, 0);
  const others = [datasets, losses, regularizers, config.optimizers ?? [config.training], seeds];
  return others.reduce((product, values) => product * values.length, networks);
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

/** Only where it makes a difference: equal networks are equal cells. */
const definitionIn = ({ name, normalization, definition }: ExperimentConfig["architectures"][number]) =>
  definition !== undefined && isVersioned(name, normalization) ? { definition } : {};

/** The runs of a grid: seeds slowest, then depths, so that the first seed's depth curve is complete first. */
export function expandGrid(config: ExperimentConfig): RunConfig[] {
  requireGridWithinLimit(config);
  const runs: RunConfig[] = [];
  const trainings = trainingsOf(config);
  const losses = lossesOf(config);
  for (const runSeed of config.seeds)
    for (const dataset of config.datasets)
      for (const arch of config.architectures)
        for (const runLoss of losses)
          for (const training of trainings)
            for (const runRegularizer of config.regularizers)
              for (const runWidth of widthsOf(arch, config))
                for (const runDepth of depthsOf(arch, config))
                  runs.push({
                    dataset,
                    architecture: arch.name,
                    normalization: arch.normalization,
                    ...(arch.heads === undefined ? {} : { heads: arch.heads }),
                    ...(arch.patch === undefined ? {} : { patch: arch.patch }),
                    ...(arch.activation === undefined ? {} : { activation: arch.activation }),
                    ...(arch.widths === undefined ? {} : { widths: arch.widths }),
                    ...definitionIn(arch),
                    depth: runDepth,
                    width: runWidth,
                    ...runLoss,
                    headBias: config.headBias,
                    regularizer: runRegularizer,
                    training,
                    measuring: config.measuring,
                    seed: runSeed,
                    device: config.device,
                    ...(config.afterTraining === undefined ? {} : { afterTraining: config.afterTraining }),
                    ...(config.other === undefined ? {} : { other: config.other }),
                  });
  return runs;
}
