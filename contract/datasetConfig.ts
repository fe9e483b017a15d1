import { z } from "zod";
import { limits } from "./limits.ts";

/** Image sets the workers know; each is verified by the hash of its decompressed bytes. */
export const imageDatasetIds = ["fashion-mnist-mini", "fashion-mnist", "mnist", "cifar10", "cifar10-lossless-5k"] as const;
export type ImageDatasetId = (typeof imageDatasetIds)[number];
/** Sets made from a seed. */
export const syntheticDatasetIds = ["gaussian-clusters", "random-labels"] as const;
export const datasetIds = [...imageDatasetIds, ...syntheticDatasetIds] as const;
export type DatasetId = (typeof datasetIds)[number];

const perClass = z
  .int()
  .min(limits.samplesPerClass.min, `at least ${limits.samplesPerClass.min} sample a class`)
  .max(limits.samplesPerClass.max, `at most ${limits.samplesPerClass.max} samples a class`);

const imageDataset = z.strictObject({
  id: z.enum(imageDatasetIds),
  /** Balanced training subset: the first n samples of each class in file order; null = the whole set. */
  trainPerClass: perClass.nullable().default(null),
  testPerClass: perClass.nullable().default(null),
});

const syntheticShape = {
  classes: z.int().min(limits.classes.min).max(limits.classes.max).default(4),
  dimension: z.int().min(1).max(4096).default(10),
  trainPerClass: perClass.default(25),
  testPerClass: perClass.default(25),
  /** Seed of the data, apart from the seed of the training: the same data serve every run of a study. */
  dataSeed: z.int().min(0).max(limits.seed.max).default(0),
};

const gaussianClusters = z.strictObject({
  id: z.literal("gaussian-clusters"),
  ...syntheticShape,
  /** Distance of the class centres from the origin, in standard deviations of a cluster. */
  separation: z.number().min(0).max(100).default(3),
  /** Size of the smallest class over that of the largest, geometric in between; 1 = balanced. */
  imbalance: z.number().gt(0).max(1).default(1),
});

const randomLabels = z.strictObject({ id: z.literal("random-labels"), ...syntheticShape });

export const datasetConfig = z.discriminatedUnion("id", [imageDataset, gaussianClusters, randomLabels]);
export type DatasetConfig = z.infer<typeof datasetConfig>;
export type ImageDatasetConfig = z.infer<typeof imageDataset>;
export type SyntheticDatasetConfig = z.infer<typeof gaussianClusters> | z.infer<typeof randomLabels>;

export const datasetTitles: Record<DatasetId, string> = {
  "fashion-mnist-mini": "Fashion-MNIST-mini",
  "fashion-mnist": "Fashion-MNIST",
  mnist: "MNIST",
  cifar10: "CIFAR-10",
  "cifar10-lossless-5k": "CIFAR-10 lossless 5k",
  "gaussian-clusters": "Gaussian clusters",
  "random-labels": "Random labels",
};

/** Short label that tells apart two dataset configs of one study. */
export function datasetLabel(config: DatasetConfig): string {
  const title = datasetTitles[config.id];
  if (config.id === "gaussian-clusters" || config.id === "random-labels")
    return `${title} K=${config.classes} n=${config.trainPerClass}`;
  return config.trainPerClass === null ? title : `${title} n=${config.trainPerClass}`;
}
