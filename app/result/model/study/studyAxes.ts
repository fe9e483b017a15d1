import { coupledShare, type OptimizerConfig } from "../../../../contract/config/optimizerConfig.ts";
import type { Regularizer } from "../../../../contract/config/regularizer.ts";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { imbalanceOf, noiseRate } from "../../../../contract/data/datasetConfig.ts";
import type { AxisKind } from "../../../charts/axes/plotCoordinates.ts";
import { dataTagger, type WithData, withData } from "../grid/dataVersions.ts";
import { type Cell, cellNamer, type GridAxisId, groupCells, varyingAxes } from "../grid/gridAxes.ts";
import { withoutImbalance, withoutNoise } from "../grid/plainDataset.ts";

/** Numbers that a curve over the runs of a study can have on its x axis. */
export const numberAxisIds = ["depth", "width", "noise", "imbalance", "share", "lambda", "lambdaH", "rho", "rate"] as const;
/** Axes of the grid without an order of their own: each value is a category on the x axis. */
export const categoryAxisIds = ["optimizer", "regularizer", "dataset", "architecture", "loss", "classifier"] as const;
type CategoryAxisId = (typeof categoryAxisIds)[number];
export const studyAxisIds = [...numberAxisIds, ...categoryAxisIds] as const;
export type StudyAxisId = (typeof studyAxisIds)[number];

interface StudyAxis {
  /** In "NC1 over …". */
  title: string;
  /** At the axis. */
  label: string;
  /** Categories stand at 0, 1, 2, … of a linear axis. */
  kind: AxisKind;
  /** Axis of the grid that it belongs to. */
  grid: GridAxisId;
  /** null: the config has no such number; always, where the axis has categories. */
  value: (config: RunConfig) => number | null;
  /** The config without it: what is equal then is one curve. */
  without: (config: RunConfig) => RunConfig;
}

const inRegularizer = (config: RunConfig, name: "lambda" | "lambdaH" | "rho"): number | null => {
  const { regularizer } = config;
  switch (regularizer.family) {
    case "features":
      return name === "lambda" ? regularizer.lambdaW : name === "lambdaH" ? regularizer.lambdaH : null;
    case "slack":
      return name === "lambda" ? regularizer.lambda : name === "rho" ? regularizer.rho : null;
    case "none":
      return null;
    default:
      return name === "lambda" ? regularizer.lambda : null;
  }
};

function withoutStrength(regularizer: Regularizer, name: "lambda" | "lambdaH" | "rho"): Regularizer {
  switch (regularizer.family) {
    case "features":
      if (name === "rho") return regularizer;
      return name === "lambda" ? { ...regularizer, lambdaW: 0 } : { ...regularizer, lambdaH: 0 };
    case "slack":
      if (name === "lambdaH") return regularizer;
      return name === "lambda" ? { ...regularizer, lambda: 0 } : { ...regularizer, rho: 0 };
    case "weights":
      if (name !== "lambda") return regularizer;
      // Under the uniform objective λ_L has no effect.
      return { ...regularizer, lambda: 0, headLambda: regularizer.objective === "uniform" ? 0 : regularizer.headLambda };
    case "adamw":
      return name === "lambda" ? { ...regularizer, lambda: 0 } : regularizer;
    default:
      return regularizer;
  }
}

const strengthAxis = (name: "lambda" | "lambdaH" | "rho", title: string, label: string): StudyAxis => ({
  title,
  label,
  kind: "log10",
  grid: "regularizer",
  value: (config) => inRegularizer(config, name),
  without: (config) => ({ ...config, regularizer: withoutStrength(config.regularizer, name) }),
});

/** An axis of the grid as categories; `same` is the value that all configs get without it. */
const categoryAxis = (grid: CategoryAxisId, title: string, same: Partial<RunConfig>): StudyAxis => ({
  title,
  label: title,
  kind: "linear",
  grid,
  value: () => null,
  without: (config) => ({ ...config, ...same }),
});

function withOptimizer(config: RunConfig, optimizer: OptimizerConfig, learningRate = config.training.learningRate): RunConfig {
  return { ...config, training: { ...config.training, optimizer, learningRate } };
}

export const studyAxes: Record<StudyAxisId, StudyAxis> = {
  depth: {
    title: "depth",
    label: "depth L",
    kind: "log2",
    grid: "depth",
    value: (config) => config.depth,
    without: (config) => ({ ...config, depth: 1 }),
  },
  width: {
    title: "width",
    label: "width d",
    kind: "log2",
    grid: "width",
    value: (config) => config.width,
    without: (config) => ({ ...config, width: 1 }),
  },
  // Linear, as the clean data's 0 belongs on it.
  noise: {
    title: "label noise",
    label: "label-noise rate",
    kind: "linear",
    grid: "dataset",
    value: ({ dataset }) => noiseRate(dataset),
    without: (config) => ({ ...config, dataset: withoutNoise(config.dataset) }),
  },
  imbalance: {
    title: "imbalance",
    label: "smallest class / largest class",
    kind: "log10",
    grid: "dataset",
    value: ({ dataset }) => imbalanceOf(dataset),
    without: (config) => ({ ...config, dataset: withoutImbalance(config.dataset) }),
  },
  // Linear, as both ends belong on it.
  share: {
    title: "coupled share",
    label: "coupled share c of the decay",
    kind: "linear",
    grid: "optimizer",
    value: ({ regularizer, training }) =>
      regularizer.family === "adamw" || regularizer.family === "none" ? null : coupledShare(training.optimizer),
    without: (config) => withOptimizer(config, { ...config.training.optimizer, share: 1 }),
  },
  rate: {
    title: "learning rate",
    label: "learning rate",
    kind: "log10",
    grid: "optimizer",
    value: ({ training }) => training.learningRate,
    without: (config) => ({ ...config, training: { ...config.training, learningRate: 1 } }),
  },
  optimizer: {
    ...categoryAxis("optimizer", "optimizer", {}),
    without: (config) => withOptimizer(config, { name: "sgd", momentum: 0 }, 1),
  },
  lambda: strengthAxis("lambda", "λ", "λ"),
  lambdaH: strengthAxis("lambdaH", "λ_H", "λ_H"),
  rho: strengthAxis("rho", "ρ", "ρ"),
  regularizer: categoryAxis("regularizer", "regularizer", { regularizer: { family: "none" } }),
  dataset: categoryAxis("dataset", "data set", {
    dataset: { id: "mnist", trainPerClass: null, testPerClass: null },
  }),
  architecture: categoryAxis("architecture", "architecture", {
    architecture: "rn1",
    normalization: "post-ln",
    heads: undefined,
    patch: undefined,
    activation: undefined,
    definition: undefined,
  }),
  classifier: categoryAxis("classifier", "classifier", { classifier: undefined }),
  loss: categoryAxis("loss", "loss", { loss: "ce", smoothing: undefined, gamma: undefined }),
};

export const isCategoryAxis = (axis: StudyAxisId): axis is CategoryAxisId =>
  (categoryAxisIds as readonly string[]).includes(axis);

type WithConfig = { config: RunConfig };

/** "width d", or "channels" where all runs are convolutional. */
export function studyAxisLabel(axis: StudyAxisId, rows: readonly WithConfig[]): string {
  if (axis === "lambda" && rows.every(({ config }) => config.regularizer.family === "features")) return "λ_W";
  if (axis !== "width" || !rows.some(({ config }) => config.architecture === "conv")) return studyAxes[axis].label;
  return rows.every(({ config }) => config.architecture === "conv") ? "channels" : "width d, or channels";
}

/** Axes that can make a line each beside this x axis: all that vary without it, but the seed. */
export const lineAxes = (rows: readonly WithConfig[], axis: StudyAxisId): GridAxisId[] =>
  varyingAxes(rows.map(({ config }) => studyAxes[axis].without(config))).filter((one) => one !== "seed");

/** A regularizer by what it is beside one of its strengths. */
function schemeLabel(regularizer: Regularizer, without: StudyAxisId): string {
  switch (regularizer.family) {
    case "none":
      return "no decay";
    case "adamw":
      return "AdamW (control)";
    case "features":
      return without === "lambda" ? `features λ_H=${regularizer.lambdaH}` : `features λ_W=${regularizer.lambdaW}`;
    case "slack": {
      const frame = regularizer.frame === "orthogonal" ? " (orthogonal)" : "";
      return `slack ${without === "lambda" ? `ρ=${regularizer.rho}` : `λ=${regularizer.lambda}`}${frame}`;
    }
    case "weights": {
      const scaled = regularizer.scaling === "inverse-depth" ? "λ/L" : "constant λ";
      return regularizer.objective === "split" ? `${scaled}, head λ=${regularizer.headLambda}` : scaled;
    }
  }
}

/** Names lines by their values on some axes, leaving out what the x axis says. */
export function lineNamer(
  configs: readonly RunConfig[],
  axes: readonly GridAxisId[],
  axis: StudyAxisId,
): (config: RunConfig) => string {
  const { grid, without, value } = studyAxes[axis];
  const nameOf = cellNamer(configs.map(without));
  return (config) =>
    axes
      .map((one) =>
        one === "regularizer" && grid === "regularizer" && value(config) !== null
          ? schemeLabel(config.regularizer, axis)
          : nameOf(without(config), [one]),
      )
      .join(", ");
}

/** Groups runs that agree on some axes, whatever their place on the x axis; never runs of other data under one name. */
export function groupLines<T extends WithData>(rows: readonly T[], axes: readonly GridAxisId[], axis: StudyAxisId): Cell<T>[] {
  const { without } = studyAxes[axis];
  const nameOf = lineNamer(
    rows.map((row) => row.config),
    axes,
    axis,
  );
  const bare = rows.map((row) => ({ config: without(row.config), row }));
  const tagOf = dataTagger(rows);
  return groupCells(bare, axes, ({ row }) => tagOf(row)).map((cell) => {
    const members = cell.members.map(({ row }) => row);
    const { config } = members[0] as T;
    return { ...cell, label: withData(nameOf(config), cell.data), config, members };
  });
}
