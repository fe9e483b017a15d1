import { type DatasetConfig, type DatasetId, imageShape, imbalanceOf } from "./datasetConfig.ts";

export interface DatasetSize {
  classes: number;
  /** Numbers a sample; tokens of a text. */
  inputDim: number;
  /** Training samples used. */
  train: number;
}

/** Classes and training samples of the whole published sets. */
export const publishedSizes: Partial<Record<DatasetId, { classes: number; train: number }>> = {
  "fashion-mnist-mini": { classes: 10, train: 2_000 },
  "fashion-mnist": { classes: 10, train: 60_000 },
  mnist: { classes: 10, train: 60_000 },
  kmnist: { classes: 10, train: 60_000 },
  "emnist-balanced": { classes: 47, train: 112_800 },
  "emnist-letters": { classes: 26, train: 124_800 },
  cifar10: { classes: 10, train: 50_000 },
  cifar100: { classes: 100, train: 50_000 },
  "cifar10-lossless-5k": { classes: 10, train: 4_000 },
  "sentence-polarity": { classes: 2, train: 8_530 },
  imdb: { classes: 2, train: 25_000 },
  sst2: { classes: 2, train: 67_349 },
};

/** What is supposed of a person's own set, which the server cannot see: its classes, and its samples where the config takes them all. */
const supposed: Partial<Record<DatasetId, { classes: number; train: number }>> = {
  "image-folder": { classes: 10, train: 10_000 },
  "text-file": { classes: 2, train: 8_000 },
};

/** The size of a data set as far as its config tells; a person's own set is guessed. */
export function datasetSize(config: DatasetConfig): DatasetSize {
  if (config.id === "gaussian-clusters" || config.id === "random-labels")
    return { classes: config.classes, inputDim: config.dimension, train: config.classes * config.trainPerClass };
  const image = imageShape(config);
  const inputDim = image ? image.channels * image.height * image.width : "maxLength" in config ? config.maxLength : 1;
  const { classes, train } = (publishedSizes[config.id] ?? supposed[config.id])!;
  const asked = config.trainPerClass === null ? train : classes * config.trainPerClass;
  return { classes, inputDim, train: publishedSizes[config.id] ? Math.min(train, asked) : asked };
}

/** Training samples that a config will have; null where only the data tell: of a person's own set, and where classes are cut to be unequal. */
export function trainingSamples(config: DatasetConfig): number | null {
  const isKnown = publishedSizes[config.id] !== undefined || "classes" in config;
  return isKnown && imbalanceOf(config) === 1 ? datasetSize(config).train : null;
}
