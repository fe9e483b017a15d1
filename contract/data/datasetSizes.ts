import { balanced, cifar10Names, cifar100Names, clothes, digits, hiragana, letters, opinions } from "./classNamesOfSets.ts";
import { type Choice, chosenSizes, profileSizes, type SizeProfile } from "./classSizes.ts";
import {
  type DatasetConfig,
  type DatasetId,
  type ImageDatasetId,
  imageShape,
  type SyntheticDatasetConfig,
  type TextDatasetId,
} from "./datasetConfig.ts";
import { isTokenTask, pairsPerSum, type TokenTaskConfig, tokenShape } from "./tokenTasks.ts";

/** Samples of each class, in the order of the classes' numbers [K]. */
export interface ClassCounts {
  train: readonly number[];
  test: readonly number[];
  /** What the classes are called [K], where somebody named them. */
  names?: readonly string[];
}

/** The samples of a person's own set as a worker counted them, before a config takes a number a class; null = not counted. */
export type CountOwnSet = (config: DatasetConfig) => ClassCounts | null;

export interface DatasetSizes {
  /** K */
  classes: number;
  /** Numbers a sample; tokens of a text. */
  inputDim: number;
  /** Samples of each class that there are to choose from; null for sets made to order and for those nobody counted. */
  there: ClassCounts | null;
  /** Samples of each class that the config asks for, which may be more than there are. */
  asked: ClassCounts;
  /** Samples in all: as many as are asked for, or as there are. */
  train: number;
  test: number;
  /** False for a person's own set that nobody counted: classes, and samples where all are taken, are then supposed. */
  known: boolean;
}

const equal = (classes: number, train: number, test: number): ClassCounts => ({
  train: new Array<number>(classes).fill(train),
  test: new Array<number>(classes).fill(test),
});

/** Samples and names of each class of the published sets: pages, the server and workers know them from here. */
export const publishedSizes: Record<ImageDatasetId | TextDatasetId, Required<ClassCounts>> = {
  "fashion-mnist-mini": { ...equal(10, 200, 50), names: clothes },
  "fashion-mnist": { ...equal(10, 6_000, 1_000), names: clothes },
  mnist: {
    names: digits,
    train: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    test: [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
  },
  kmnist: { ...equal(10, 6_000, 1_000), names: hiragana },
  "emnist-balanced": { ...equal(47, 2_400, 400), names: balanced },
  "emnist-letters": { ...equal(26, 4_800, 800), names: letters },
  cifar10: { ...equal(10, 5_000, 1_000), names: cifar10Names },
  cifar100: { ...equal(100, 500, 100), names: cifar100Names },
  "cifar10-lossless-5k": {
    names: cifar10Names,
    train: [396, 366, 420, 384, 422, 393, 414, 385, 407, 413],
    test: [103, 89, 100, 103, 90, 86, 112, 102, 106, 109],
  },
  "sentence-polarity": { ...equal(2, 4_265, 1_066), names: opinions },
  imdb: { ...equal(2, 12_500, 12_500), names: opinions },
  sst2: { train: [29_780, 37_569], test: [428, 444], names: opinions },
};

/** What is supposed of a person's own set that nobody counted. */
const supposed: Partial<Record<DatasetId, ClassCounts>> = {
  "image-folder": equal(10, 1_000, 200),
  "text-file": equal(2, 4_000, 1_000),
};

const sum = (counts: readonly number[]) => counts.reduce((total, n) => total + n, 0);
const counted: CountOwnSet = () => null;

/** How the class sizes of a synthetic set fall. */
export const sizeProfile = (config: SyntheticDatasetConfig): SizeProfile =>
  config.id === "random-labels" ? { ratio: 1 } : { ratio: config.imbalance, large: config.largeClasses };

/** Of a language the samples alone are known: its classes are as large as they are drawn, and are supposed to be equal. */
function tokenTaskSizes(config: TokenTaskConfig): DatasetSizes {
  const { length, vocabulary: classes } = tokenShape(config);
  const shared = (samples: number) => {
    const [each, more] = [Math.floor(samples / classes), samples % classes];
    return Array.from({ length: classes }, (_, k) => each + (k < more ? 1 : 0));
  };
  const trained = config.id === "modular-addition" ? pairsPerSum(config) * classes : config.trainSamples;
  const tested = config.id === "modular-addition" ? classes ** 2 - trained : config.testSamples;
  const asked = { train: shared(trained), test: shared(tested) };
  return { classes, inputDim: length, there: null, asked, train: trained, test: tested, known: true };
}

/** The sizes of a data set as its config takes it, as far as they are known without reading it. */
export function datasetSizes(config: DatasetConfig, countOwn: CountOwnSet = counted): DatasetSizes {
  if (config.id === "gaussian-clusters" || config.id === "random-labels") {
    const { classes, dimension, trainPerClass, testPerClass } = config;
    const asked = {
      train: profileSizes(trainPerClass, classes, sizeProfile(config)),
      test: profileSizes(testPerClass, classes, { ratio: 1 }),
    };
    return { classes, inputDim: dimension, there: null, asked, train: sum(asked.train), test: sum(asked.test), known: true };
  }
  if (isTokenTask(config)) return tokenTaskSizes(config);
  const image = imageShape(config);
  const inputDim = image ? image.channels * image.height * image.width : "maxLength" in config ? config.maxLength : 1;
  const there = config.id in publishedSizes ? publishedSizes[config.id as keyof typeof publishedSizes] : countOwn(config);
  const base = there ?? (supposed[config.id] as ClassCounts);
  const choices: Record<"train" | "test", Choice> = {
    train: { perClass: config.trainPerClass, imbalance: config.imbalance, largeClasses: config.largeClasses },
    test: { perClass: config.testPerClass },
  };
  const asked = { train: chosenSizes(base.train, choices.train), test: chosenSizes(base.test, choices.test) };
  const used = (split: "train" | "test") =>
    sum(there ? asked[split].map((n, k) => Math.min(n, there[split][k] ?? 0)) : asked[split]);
  return {
    classes: base.train.length,
    inputDim,
    there,
    asked,
    train: used("train"),
    test: used("test"),
    known: there !== null,
  };
}

/** Training samples of each class, of those that are asked for as many as there are. */
export const usedCounts = ({ asked, there }: Pick<DatasetSizes, "asked" | "there">): number[] =>
  asked.train.map((count, k) => Math.min(count, there?.train[k] ?? count));

/** Training samples that a config will have; null where only the data tell, of a person's own set. */
export function trainingSamples(config: DatasetConfig): number | null {
  const { known, train } = datasetSizes(config);
  return known ? train : null;
}
