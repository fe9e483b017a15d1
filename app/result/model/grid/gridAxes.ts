import {
  activationOf,
  architectureLabel,
  architectures,
  definitionOf,
  headsOf,
  isTransformer,
  trainedNormalization,
} from "../../../../contract/config/architecture.ts";
import { classifierIn, classifierLabel } from "../../../../contract/config/classifier.ts";
import { lossLabel, lossNames } from "../../../../contract/config/loss.ts";
import { coupledShare, optimizerNames } from "../../../../contract/config/optimizerConfig.ts";
import { optimizerLabel, optimizerNamer } from "../../../../contract/config/optimizerLabel.ts";
import { regularizerFamilies, regularizerLabel } from "../../../../contract/config/regularizer.ts";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { datasetLabel } from "../../../../contract/data/datasetConfig.ts";
import { type DataTag, dataTagger, type WithData, withData } from "./dataVersions.ts";
import { datasetNamer } from "./plainDataset.ts";

export const gridAxisIds = [
  "architecture",
  "dataset",
  "width",
  "loss",
  "classifier",
  "optimizer",
  "regularizer",
  "depth",
  "seed",
] as const;
export type GridAxisId = (typeof gridAxisIds)[number];

interface GridAxis {
  title: string;
  /** Text of a run's value, alone in a column. */
  label: (config: RunConfig) => string;
  /** The same when shown among others. */
  short: (config: RunConfig) => string;
  /** What sorts the values first; equal ones sort by label. */
  order: (config: RunConfig) => number;
}

const zero = () => 0;

/** The axes of a grid, as a person names them. */
export const gridAxes: Record<GridAxisId, GridAxis> = {
  architecture: axisOf(
    "Architecture",
    (config) => architectureLabel(config.architecture, config),
    (config) => architectures.indexOf(config.architecture),
  ),
  dataset: axisOf("Data set", (config) => datasetLabel(config.dataset)),
  width: axisOf(
    "Width",
    (config) => String(config.width),
    (config) => config.width,
    (config) => `d = ${config.width}`,
  ),
  loss: axisOf("Loss", lossLabel, ({ loss }) => lossNames.indexOf(loss)),
  classifier: axisOf("Classifier", (config) => classifierLabel(classifierIn(config))),
  // Of one optimizer, the coupled before the decoupled.
  optimizer: axisOf(
    "Optimizer",
    ({ training }) => optimizerLabel(training),
    ({ training: { optimizer } }) => optimizerNames.indexOf(optimizer.name) + (1 - coupledShare(optimizer)) / 2,
  ),
  // The paper's own first, controls last.
  regularizer: axisOf(
    "Regularizer",
    (config) => regularizerLabel(config.regularizer),
    (config) => regularizerFamilies.indexOf(config.regularizer.family),
  ),
  depth: axisOf(
    "Depth",
    (config) => String(config.depth),
    (config) => config.depth,
    (config) => `L = ${config.depth}`,
  ),
  seed: axisOf(
    "Seed",
    (config) => String(config.seed),
    (config) => config.seed,
    (config) => `seed ${config.seed}`,
  ),
};

/** "data set": an axis within a sentence. */
export const axisTitle = (axis: GridAxisId): string => gridAxes[axis].title.toLowerCase();

function axisOf(title: string, label: GridAxis["label"], order: GridAxis["order"] = zero, short = label): GridAxis {
  return { title, label, short, order };
}

/** Networks of one definition and another are never one cell, unless the definitions agree in them. */
function networkOf(config: RunConfig): string {
  const { architecture, patch } = config;
  const blocks = isTransformer(architecture) ? definitionOf(architecture, config) : "";
  const between = architecture === "dufm" || architecture === "mlp" ? [activationOf(config), config.widths?.join("–") ?? ""] : [];
  return [architecture, trainedNormalization(architecture, config), headsOf(config), patch ?? "", blocks, ...between].join(" ");
}

/** A share of 1 need not be said. */
function optimizerValue({ optimizer, learningRate }: RunConfig["training"]): string {
  return JSON.stringify(Object.entries({ ...optimizer, share: coupledShare(optimizer), learningRate }).sort());
}

/** What tells values of an axis apart: more than the label, which leaves out what rarely differs. */
function axisValue(axis: GridAxisId, config: RunConfig): string {
  switch (axis) {
    case "architecture":
      return networkOf(config);
    case "dataset":
      return JSON.stringify(config.dataset);
    case "optimizer":
      return optimizerValue(config.training);
    case "regularizer":
      return JSON.stringify(config.regularizer);
    case "loss":
      return [config.loss, config.smoothing, config.gamma].filter((part) => part !== undefined).join(" ");
    case "classifier":
      return JSON.stringify(classifierIn(config) ?? null);
    default:
      return String(config[axis]);
  }
}

/** The axes on which these runs differ, in the order of `gridAxisIds`. */
export function varyingAxes(configs: readonly RunConfig[]): GridAxisId[] {
  return gridAxisIds.filter((axis) => new Set(configs.map((config) => axisValue(axis, config))).size > 1);
}

/** Key of a config's values on some axes: equal keys are one line, or one cell. */
export const cellKey = (config: RunConfig, axes: readonly GridAxisId[]): string =>
  axes.map((axis) => axisValue(axis, config)).join(" | ");

/** "RN1, λ=0.005/L": a config by its values on some axes. */
export const cellLabel = (config: RunConfig, axes: readonly GridAxisId[]): string =>
  saidAxes(config, axes)
    .map((axis) => gridAxes[axis].short(config))
    .join(", ");

/** Without the classifier where it is the usual one and something else is said, or where the loss that is said brings it. */
const saidAxes = (config: RunConfig, axes: readonly GridAxisId[]) =>
  axes.filter(
    (axis) =>
      axis !== "classifier" ||
      axes.length === 1 ||
      (classifierIn(config) !== undefined && !(config.loss === "dot-regression" && axes.includes("loss"))),
  );

/** Names configs among others: of data sets and optimizers it says what they differ in. */
export function cellNamer(configs: readonly RunConfig[]): (config: RunConfig, axes: readonly GridAxisId[]) => string {
  const datasetName = datasetNamer(configs.map((config) => config.dataset));
  const optimizerName = optimizerNamer(configs.map((config) => config.training));
  const nameOf = (config: RunConfig, axis: GridAxisId) => {
    if (axis === "dataset") return datasetName(config.dataset);
    return axis === "optimizer" ? optimizerName(config.training) : gridAxes[axis].short(config);
  };
  return (config, axes) =>
    saidAxes(config, axes)
      .map((axis) => nameOf(config, axis))
      .join(", ");
}

const number = /(\d+(?:\.\d+)?(?:e[+-]?\d+)?)/;

/** Orders texts with the numbers in them by size: "λ=0.0025" before "λ=0.005", which a collator would turn round. */
export function compareTexts(a: string, b: string): number {
  const [first, second] = [a.split(number), b.split(number)];
  for (let i = 0; i < Math.min(first.length, second.length); i++) {
    const [one, other] = [first[i] as string, second[i] as string];
    // Odd parts are the numbers.
    const difference = i % 2 === 1 ? Number(one) - Number(other) : one.localeCompare(other, "en");
    if (difference !== 0) return difference;
  }
  return first.length - second.length;
}

/** Orders configs by their values on some axes, never by when they were made. */
export function compareConfigs(a: RunConfig, b: RunConfig, axes: readonly GridAxisId[] = gridAxisIds): number {
  for (const axis of axes) {
    const { order, label } = gridAxes[axis];
    const difference = order(a) - order(b);
    if (difference !== 0) return difference;
    const [first, second] = [label(a), label(b)];
    if (first !== second) return compareTexts(first, second);
  }
  return 0;
}

export interface Cell<T> {
  key: string;
  label: string;
  config: RunConfig;
  /** Which of several data sets of one name its runs are of. */
  data: DataTag;
  members: T[];
}

/**
 * Groups runs whose configs agree on some axes, and whose data are the same where they should be; cells and members are ordered by
 * value.
 * @param tagOf tells data apart, by default those of these runs
 */
export function groupCells<T extends WithData>(
  items: readonly T[],
  axes: readonly GridAxisId[],
  tagOf: (item: T) => DataTag = dataTagger(items),
): Cell<T>[] {
  const cells = new Map<string, Cell<T>>();
  const nameOf = cellNamer(items.map((item) => item.config));
  for (const item of items) {
    const data = tagOf(item);
    const key = withData(cellKey(item.config, axes), data);
    const cell = cells.get(key);
    if (cell) cell.members.push(item);
    else cells.set(key, { key, label: withData(nameOf(item.config, axes), data), config: item.config, data, members: [item] });
  }
  for (const cell of cells.values()) cell.members.sort((a, b) => compareConfigs(a.config, b.config));
  return [...cells.values()].sort((a, b) => compareConfigs(a.config, b.config, axes) || a.data.index - b.data.index);
}
