import { activationOf, headsOf, isTransformer, patchOf, trainedNormalization } from "../config/architecture.ts";
import { isDecoupled } from "../config/decayParts.ts";
import { blocksOf } from "../config/networkForm.ts";
import type { OptimizerConfig } from "../config/optimizerConfig.ts";
import { coupledShare } from "../config/optimizerConfig.ts";
import { effectiveRidge, type Regularizer } from "../config/regularizer.ts";
import type { RunConfig } from "../config/runConfig.ts";
import { type DatasetConfig, imageShape } from "../data/datasetConfig.ts";
import { textDigest } from "./textDigest.ts";

/**
 * Names the graph that a run trains and is measured by: runs of equal keys differ in numbers alone, and may train as one pack. Those
 * numbers are the seed, the rates with their schedule and warm-up, momentum, a coupled share between 0 and 1, the initialization's gains, every λ and ρ that is above 0,
 * label noise, the seeds and probabilities that generated data are drawn by, and a second set, which each run reads by itself. A λ or ρ of 0 leaves its operations out of the graph, and is told from others.
 * Every run has a key; whether packing it pays is told by packLimit.
 * @returns 32 hexadecimal digits
 */
export const packKey = (config: RunConfig): string => textDigest(JSON.stringify(packShape(config)));

/** What decides a run's graph. */
function packShape(config: RunConfig): unknown[] {
  const { architecture, depth, width, loss, headBias, training, measuring, device, afterTraining } = config;
  return [
    ...[architecture, trainedNormalization(architecture, config), blocksOf(config), depth, width, loss, headBias],
    ...(isTransformer(architecture) ? transformerShape(config) : []),
    ...(architecture === "dufm" || architecture === "mlp" ? [activationOf(config)] : []),
    ...(config.widths === undefined ? [] : [config.widths]),
    ...lossShape(config),
    ...(config.classifier === undefined ? [] : [sorted(config.classifier)]),
    dataShape(config.dataset),
    regularizerShape(config.regularizer, depth),
    [...optimizerShape(training.optimizer), ...shareShape(config)],
    ...(training.augmentation === undefined ? [] : [training.augmentation]),
    ...[training.batch, training.steps, sorted(measuring), device, sorted(afterTraining ?? null)],
    // How a run begins is numbers alone; those that polish train alone (packLimit.ts).
    ...(training.polish ? [sorted(training.polish)] : []),
  ];
}

/** Only of losses that have a number. */
const lossShape = ({ smoothing, gamma }: RunConfig): unknown[] =>
  smoothing === undefined && gamma === undefined
    ? []
    : [
        ["smoothing", smoothing ?? 0],
        ["gamma", gamma ?? 0],
      ];

function transformerShape(config: RunConfig): unknown[] {
  const image = imageShape(config.dataset);
  return [headsOf(config), image && patchOf(config, image)];
}

/**
 * A set by its name and the samples taken of it, whatever their labels. The split of a text file by its seed is part of it: the words
 * of the training texts make the vocabulary, and with it the shape of the embedding.
 */
function dataShape(config: DatasetConfig): unknown {
  const drawnBy = ["labelNoise", "dataSeed", "separation", "factors", "values", "exponent", "strength"];
  return sorted(Object.fromEntries(Object.entries(config).filter(([name]) => !drawnBy.includes(name))));
}

/** The family, and which of its terms there are. */
function regularizerShape(config: Regularizer, depth: number): unknown[] {
  const { free, ...ridges } = effectiveRidge(config, depth);
  const present = Object.entries(ridges).flatMap(([what, strength]) => [strength].flat().map((one) => (one > 0 ? what : "")));
  if (free > 0) present.push("free");
  if (config.family === "slack") return [config.family, config.frame, config.rho > 0, ...present];
  return [config.family, ...(config.family === "adamw" ? [config.lambda > 0] : present)];
}

function optimizerShape(config: OptimizerConfig): unknown[] {
  switch (config.name) {
    case "sgd":
    case "signum":
      return [config.name];
    case "muon":
      return [config.name, config.nesterov, config.beta1, config.beta2, config.epsilon];
    case "adam":
      return [config.name, config.beta1, config.beta2, config.epsilon];
  }
}

/** A share between 0 and 1 is a number; at the ends one of the two decays is not there. */
function shareShape(config: RunConfig): string[] {
  if (config.regularizer.family === "adamw" || !isDecoupled(config)) return [];
  return [coupledShare(config.training.optimizer) === 0 ? "decoupled" : "shared"];
}

/** The same whatever the order of keys; what is absent or undefined is left out. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, sorted(inner)]);
}
