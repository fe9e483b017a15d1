import { z } from "zod";
import { type DatasetConfig, datasetConfig } from "../data/datasetConfig.ts";
import { limits } from "../limits.ts";

/**
 * A second set that the network never sees in training: what it makes of it is measured on the way (NC5), and after training how well
 * scores tell it from the set trained on. The numbers are those of the scores; see contract/metrics/detectionScores.ts.
 */
export const otherSetConfig = z.strictObject({
  dataset: datasetConfig,
  /** Of its test set, spaced evenly through it; all where there are fewer. */
  samples: z
    .int("a number of samples must be a whole number")
    .min(2, "at least 2 samples of the second set")
    .max(10_000, "at most 10,000 samples of the second set")
    .default(1_000),
  /** r of NECO; absent = K − 1. */
  rank: z.int("a rank must be a whole number").min(1, "a rank must be at least 1").max(limits.width.max).optional(),
  /** α of NCI. */
  alpha: z.number().min(0, "α must be at least 0").max(1_000, "α must be at most 1000").default(1e-4),
  /** T of the energy. */
  temperature: z.number().gt(0, "a temperature must be above 0").max(1_000, "a temperature must be at most 1000").default(1),
});
export type OtherSetConfig = z.infer<typeof otherSetConfig>;

/** What of a second set is read: its test set. Of the training samples one a class, since no set is without any; tasks on tokens have all. */
export function readOfOther({ dataset }: Pick<OtherSetConfig, "dataset">): DatasetConfig {
  if (!("trainPerClass" in dataset)) return dataset;
  const { labelNoise: _noise, largeClasses: _large, ...rest } = { labelNoise: undefined, largeClasses: undefined, ...dataset };
  const one = { ...rest, trainPerClass: 1 } as DatasetConfig;
  if (one.id === "gaussian-clusters") return { ...one, imbalance: 1 };
  if (!("imbalance" in one)) return one;
  const { imbalance: _imbalance, ...balanced } = one;
  return balanced;
}

/** r in effect. */
export const necoRank = ({ rank }: Pick<OtherSetConfig, "rank">, classes: number): number => rank ?? classes - 1;
