import { architectureLabel, headsOf, trainedNormalization } from "../config/architecture.ts";
import { classifierIn, classifierLabel, hasOrthogonalFrame } from "../config/classifier.ts";
import { isDecoupled } from "../config/decayParts.ts";
import { lossText } from "../config/loss.ts";
import type { Regularizer } from "../config/regularizer.ts";
import type { RunConfig } from "../config/runConfig.ts";
import { type DatasetConfig, datasetTitle, imbalanceOf } from "../data/datasetConfig.ts";
import { datasetSizes, usedCounts } from "../data/datasetSizes.ts";
import { type LayerMetric, layerMetrics, metricInfo } from "../metrics/metricInfo.ts";
import type { Split } from "../metrics/seriesKey.ts";

/** Whether the paper's theorems say how a metric's last-layer value falls with depth for runs of this config. */
export const theorySpeaks = (metric: string, split: Split, config: RunConfig): boolean =>
  theorySilence(metric, split, config) === null;

/**
 * Why the theorems say nothing of a metric over depth for runs of this config; null where they speak. They are of the training set; of
 * NC1 as tr Σ_W/tr Σ_B, NC2 of the head's rows against the frame of the loss (orthogonal under squared error without a bias), and NC3 as
 * a cosine; of residual networks and single-head transformers with one linear layer per block under objective (7), one constant λ, or with
 * two under objective (11), a hidden λ(L) that falls and a constant one of the head; of equal classes and a width that holds the frame.
 */
export function theorySilence(metric: string, split: Split, config: RunConfig): string | null {
  const metrics = metricsOf(config);
  const classes = classesOf(config.dataset);
  const least = classes === null ? 0 : classes + (isOrthogonal(config) ? 1 : 0);
  if (split !== "train") return "the theorems are about the training set";
  if (!(metrics as string[]).includes(metric))
    return `the theorems are about ${metrics.map((one) => metricInfo[one].label).join(", ")} as ${metrics.map((one) => metricInfo[one].formula).join(", ")}`;
  return (
    silenceOfNetwork(config) ??
    (hasEqualClasses(config.dataset)
      ? null
      : `the theorems assume classes of equal size, and those of ${datasetTitle(config.dataset)} differ`) ??
    (config.width >= least ? null : `the theorems need a width of at least ${least}, and it is ${config.width}`)
  );
}

/** Under squared error without a bias the optimal frame is orthogonal. */
const isOrthogonal = hasOrthogonalFrame;

/** What the theorems are of, under the frame that is optimal. */
const metricsOf = (config: RunConfig): LayerMetric[] =>
  layerMetrics.filter((metric) => {
    const { theory } = metricInfo[metric];
    return theory !== null && (theory.frame === "any" || (theory.frame === "orthogonal") === isOrthogonal(config));
  });

function silenceOfNetwork(config: RunConfig): string | null {
  const name = architectureLabel(config.architecture, config);
  const needed = objectiveOf(config.architecture);
  if (needed === null) return `no theorem covers ${name}`;
  // Without an LN after the embedding the stream can be scaled through, and the hidden ridge has infimum 0.
  if (trainedNormalization(config.architecture, config) === "pre-ln-open")
    return `no theorem covers ${name}, whose stream may have any scale`;
  if (config.normalization !== "post-ln") return `the theorems used here are about post-LN, not about ${name}`;
  if (config.regularizer.family !== "adamw" && isDecoupled(config))
    return "the theorems are about a ridge whose gradient is followed, and some of the decay is decoupled";
  if (headsOf(config) > 1) return `the theorems assume one attention head, and there are ${headsOf(config)}`;
  const classifier = classifierIn(config);
  if (classifier) return `the theorems assume a classifier of one linear layer, and this one is "${classifierLabel(classifier)}"`;
  if (config.loss === "focal" || config.smoothing)
    return `the theorems are about cross entropy and squared error, not about ${lossText(config)}`;
  if (needed === "(7)")
    return isUniform(config.regularizer)
      ? null
      : `the theorem on ${name} assumes ridge on the weights with one constant λ (objective 7)`;
  return isSplit(config.regularizer)
    ? null
    : `the theorem on ${name} assumes ridge on the weights with λ/L and a constant λ of the head (objective 11)`;
}

function objectiveOf(architecture: RunConfig["architecture"]): "(7)" | "(11)" | null {
  switch (architecture) {
    case "rn1":
    case "t11":
    case "t21":
      return "(7)";
    case "rn2":
    case "t12":
    case "t22":
      return "(11)";
    default:
      return null;
  }
}

/** One constant λ for every matrix. */
const isUniform = (config: Regularizer): boolean =>
  config.family === "weights" &&
  config.decayed === undefined &&
  config.scaling === "constant" &&
  config.lambda > 0 &&
  (config.objective === "uniform" || config.headLambda === config.lambda);

/** λ(L) → 0 for hidden matrices, a constant λ_L for the head. */
const isSplit = (config: Regularizer): boolean =>
  config.family === "weights" &&
  config.decayed === undefined &&
  config.objective === "split" &&
  config.scaling === "inverse-depth" &&
  config.lambda > 0 &&
  config.headLambda > 0;

/** Of a set that nobody counted it is what the config says. */
function hasEqualClasses(dataset: DatasetConfig): boolean {
  const sizes = datasetSizes(dataset);
  if (!sizes.known) return imbalanceOf(dataset) === 1;
  const used = usedCounts(sizes);
  return used.every((count) => count === used[0]);
}

/** null: only the data tell, and they are taken to fit. */
function classesOf(dataset: DatasetConfig): number | null {
  const { known, classes } = datasetSizes(dataset);
  return known ? classes : null;
}
