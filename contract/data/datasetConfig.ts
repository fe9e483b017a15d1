import { z } from "zod";
import { limits } from "../limits.ts";
import { isTokenTask, modularAddition, nextToken, tokenShape, tokenTaskIds, tokenTaskTraits } from "./tokenTasks.ts";

/** Published image sets the workers know; each is verified by the hash of its bytes. */
export const imageDatasetIds = [
  "fashion-mnist-mini",
  "fashion-mnist",
  "mnist",
  "kmnist",
  "emnist-balanced",
  "emnist-letters",
  "cifar10",
  "cifar100",
  "cifar10-lossless-5k",
] as const;
export type ImageDatasetId = (typeof imageDatasetIds)[number];
/** Published text sets. */
export const textDatasetIds = ["sentence-polarity", "imdb", "sst2"] as const;
export type TextDatasetId = (typeof textDatasetIds)[number];
/** Sets made from a seed. */
export const syntheticDatasetIds = ["gaussian-clusters", "random-labels"] as const;
/** Sets of a person's own, in the data-set folder. */
export const ownDatasetIds = ["image-folder", "text-file"] as const;
export const datasetIds = [
  ...imageDatasetIds,
  ...textDatasetIds,
  ...ownDatasetIds,
  ...syntheticDatasetIds,
  ...tokenTaskIds,
] as const;
export type DatasetId = (typeof datasetIds)[number];

const perClass = z
  .int()
  .min(limits.samplesPerClass.min, `at least ${limits.samplesPerClass.min} sample per class`)
  .max(limits.samplesPerClass.max, `at most ${limits.samplesPerClass.max} samples per class`);

const dataSeed = z.int().min(0).max(limits.seed.max);

/**
 * Symmetric label noise on the training set, apart from the training's seed: in every class the same share of samples, drawn by
 * `seed`, exchange their labels among each other at random, so that the classes keep their sizes (and L* its closed form).
 */
export const labelNoise = z.strictObject({
  rate: z.number().min(0, "a noise rate must be at least 0").max(1, "a noise rate must be at most 1"),
  seed: dataSeed.default(0),
});
export type LabelNoise = z.infer<typeof labelNoise>;

const imbalance = z
  .number()
  .gt(0, "an imbalance ratio must be above 0")
  .max(1, "an imbalance ratio must be at most 1 (balanced)");

/** t of a two-level profile: the first t classes are large, all others have the imbalance's share of them; absent = geometric. */
const largeClasses = z
  .int("the number of large classes must be a whole number")
  .min(1, "at least 1 large class")
  .max(limits.classes.max - 1, `at most ${limits.classes.max - 1} large classes`)
  .optional();

const sampling = {
  /** Training subset: the first n samples of each class in file order; null = the whole set. */
  trainPerClass: perClass.nullable().default(null),
  testPerClass: perClass.nullable().default(null),
  /** Absent = none. */
  labelNoise: labelNoise.optional(),
  /** Size of the smallest training class over that of the largest, geometric in between or of two levels; absent = as it comes. */
  imbalance: imbalance.optional(),
  largeClasses,
};

const imageDataset = z.strictObject({ id: z.enum(imageDatasetIds), ...sampling });

/** One name in the data-set folder: no path. */
const ownName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "a name in the data-set folder: letters, digits, '.', '_' and '-', no path");

/** Folders train/ and val/ (or test/) with a folder of pictures a class, as ImageNet's subsets come; RGB, resized and cropped to size × size. */
const imageFolder = z.strictObject({
  id: z.literal("image-folder"),
  folder: ownName,
  size: z.int().min(8, "a side of at least 8 pixels").max(256, "a side of at most 256 pixels").default(32),
  ...sampling,
});

const words = {
  /** Tokens of a sample, `<cls>` included: longer texts lose their end. */
  maxLength: z.int().min(2, "at least 2 tokens").max(512, "at most 512 tokens").default(32),
  /** Words known, `<pad>`, `<unk>` and `<cls>` included: the most frequent ones of the training samples used. */
  vocabulary: z.int().min(4, "at least 4 words").max(50_000, "at most 50,000 words").default(4_000),
};

const textDataset = z.strictObject({ id: z.enum(textDatasetIds), ...words, ...sampling });

/** A file of lines `label<TAB>text`. */
const textFile = z.strictObject({
  id: z.literal("text-file"),
  file: ownName,
  /** Share of each class's lines, drawn by `splitSeed`, that is the test set. */
  testShare: z.number().gt(0).lt(1).default(0.2),
  splitSeed: dataSeed.default(0),
  ...words,
  ...sampling,
});

const syntheticShape = {
  classes: z.int().min(limits.classes.min).max(limits.classes.max).default(4),
  dimension: z.int().min(1).max(4096).default(10),
  trainPerClass: perClass.default(25),
  testPerClass: perClass.default(25),
  /** Seed of the data, apart from the seed of the training: the same data serve every run of a study. */
  dataSeed: dataSeed.default(0),
};

const gaussianClusters = z.strictObject({
  id: z.literal("gaussian-clusters"),
  ...syntheticShape,
  /** Distance of the class centres from the origin, in standard deviations of a cluster. */
  separation: z.number().min(0).max(100).default(3),
  /** Size of the smallest class over that of the largest, geometric in between or of two levels; 1 = balanced. */
  imbalance: imbalance.default(1),
  largeClasses,
  labelNoise: labelNoise.optional(),
});

const randomLabels = z.strictObject({ id: z.literal("random-labels"), ...syntheticShape });

export const datasetConfig = z.discriminatedUnion("id", [
  imageDataset,
  imageFolder,
  textDataset,
  textFile,
  gaussianClusters,
  randomLabels,
  modularAddition,
  nextToken,
]);
export type DatasetConfig = z.infer<typeof datasetConfig>;
export type ImageDatasetConfig = z.infer<typeof imageDataset>;
export type ImageFolderConfig = z.infer<typeof imageFolder>;
export type TextDatasetConfig = z.infer<typeof textDataset> | z.infer<typeof textFile>;
export type { ModularAdditionConfig, NextTokenConfig, TokenTaskConfig } from "./tokenTasks.ts";
export type SyntheticDatasetConfig = z.infer<typeof gaussianClusters> | z.infer<typeof randomLabels>;

/**
 * How a sample lies in a row of inputs: numbers, pixels [channels, height, width], `length` word numbers below `vocabulary` of which 0 is
 * padding, or `length` token numbers below `vocabulary`, each of which is a token.
 */
export const inputShape = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("vector"), dimension: z.int() }),
  z.strictObject({ kind: z.literal("image"), channels: z.int(), height: z.int(), width: z.int() }),
  z.strictObject({ kind: z.literal("text"), length: z.int(), vocabulary: z.int() }),
  z.strictObject({ kind: z.literal("tokens"), length: z.int(), vocabulary: z.int() }),
]);
export type InputShape = z.infer<typeof inputShape>;
export type InputKind = InputShape["kind"];

export const datasetTitles: Record<DatasetId, string> = {
  "fashion-mnist-mini": "Fashion-MNIST-mini",
  "fashion-mnist": "Fashion-MNIST",
  mnist: "MNIST",
  kmnist: "KMNIST",
  "emnist-balanced": "EMNIST Balanced",
  "emnist-letters": "EMNIST Letters",
  cifar10: "CIFAR-10",
  cifar100: "CIFAR-100",
  "cifar10-lossless-5k": "CIFAR-10 lossless 5k",
  "sentence-polarity": "Sentence polarity",
  imdb: "IMDB",
  sst2: "SST-2",
  "image-folder": "Image folder",
  "text-file": "Text file",
  "gaussian-clusters": "Gaussian clusters",
  "random-labels": "Random labels",
  "modular-addition": "Modular addition",
  "next-token": "Next tokens",
};

const includes = (ids: readonly string[], id: string) => ids.includes(id);

export function inputKind(id: DatasetId): InputKind {
  if (includes(textDatasetIds, id) || id === "text-file") return "text";
  if (includes(tokenTaskIds, id)) return "tokens";
  return includes(syntheticDatasetIds, id) ? "vector" : "image";
}

/** Shape of an image set's pictures, known without reading it; null for other sets. */
export function imageShape(config: DatasetConfig): { channels: number; height: number; width: number } | null {
  if (isTokenTask(config) || inputKind(config.id) !== "image") return null;
  if (config.id === "image-folder") return { channels: 3, height: config.size, width: config.size };
  return config.id.startsWith("cifar") ? { channels: 3, height: 32, width: 32 } : { channels: 1, height: 28, width: 28 };
}

/** How many words or tokens there are; null for other inputs. */
export function vocabularyOf(config: DatasetConfig): number | null {
  if (isTokenTask(config)) return tokenShape(config).vocabulary;
  return "vocabulary" in config ? config.vocabulary : null;
}

/** Numbers that the first matrix of a network without an embedding reads of a sample of so many: of tokens one-hot vectors. */
export const readNumbers = (config: DatasetConfig, inputDim: number): number =>
  isTokenTask(config) ? inputDim * tokenShape(config).vocabulary : inputDim;

export const noiseRate = (config: DatasetConfig): number => ("labelNoise" in config ? (config.labelNoise?.rate ?? 0) : 0);
export const imbalanceOf = (config: DatasetConfig): number => ("imbalance" in config ? (config.imbalance ?? 1) : 1);

/** t, where a set's classes are of two unequal sizes; null where they are not. */
export const largeClassesOf = (config: DatasetConfig): number | null =>
  imbalanceOf(config) < 1 && "largeClasses" in config ? (config.largeClasses ?? null) : null;

/** "imbalance 0.1", "imbalance 0.1 (2 large classes)" */
export function imbalanceText(config: DatasetConfig): string {
  const large = largeClassesOf(config);
  return `imbalance ${imbalanceOf(config)}${large === null ? "" : ` (${large} large ${large === 1 ? "class" : "classes"})`}`;
}

/** Short label that tells apart two dataset configs of one study. */
export function datasetLabel(config: DatasetConfig): string {
  const parts = [datasetTitle(config)];
  if (config.id === "gaussian-clusters" || config.id === "random-labels")
    parts.push(
      `K=${config.classes}`,
      ...(config.trainPerClass === null ? [] : [`n=${config.trainPerClass}`]),
      `D=${config.dimension}`,
    );
  else if (isTokenTask(config)) parts.push(...tokenTaskTraits(config));
  else if (config.trainPerClass !== null) parts.push(`n=${config.trainPerClass}`);
  if (config.id === "gaussian-clusters") parts.push(`separation ${config.separation}`);
  if (config.id === "image-folder") parts.push(`${config.size} px`);
  if ("vocabulary" in config) parts.push(`${config.maxLength} of ${config.vocabulary.toLocaleString("en")} words`);
  if (noiseRate(config) > 0)
    parts.push(`noise ${noiseRate(config)}${seeded("labelNoise" in config ? config.labelNoise?.seed : 0)}`);
  if (imbalanceOf(config) < 1) parts.push(imbalanceText(config));
  parts.push(seeded("dataSeed" in config ? config.dataSeed : "splitSeed" in config ? config.splitSeed : 0).trim());
  return parts.filter(Boolean).join(" ");
}

const seeded = (seed = 0): string => (seed === 0 ? "" : ` (seed ${seed})`);

/** A set's own name, without its numbers. */
export function datasetTitle(config: DatasetConfig): string {
  if (config.id === "image-folder") return config.folder;
  if (config.id === "text-file") return config.file;
  return datasetTitles[config.id];
}
