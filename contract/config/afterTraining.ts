import { z } from "zod";
import { datasetConfig } from "../data/datasetConfig.ts";
import { limits } from "../limits.ts";

export const attackNorms = ["linf", "l2"] as const;
export type AttackNorm = (typeof attackNorms)[number];
export const attacks = ["fgsm", "pgd"] as const;
export type Attack = (typeof attacks)[number];

/** What ε is measured in, for people. */
export const epsilonUnits = { pixels: "pixel range [0, 1]", inputs: "units of the inputs" } as const;

/**
 * Accuracy on test samples moved by at most ε in a norm. ε is in units of the pixel range [0, 1] for images (moved pixels stay in
 * it), in units of the inputs otherwise. FGSM (Goodfellow et al. 2015) takes one step of size ε; PGD (Madry et al. 2018) takes
 * `pgdSteps` steps of 2.5 ε/pgdSteps from the sample itself, projected back after each.
 */
export const robustnessConfig = z.strictObject({
  norms: z.array(z.enum(attackNorms)).min(1).max(2).default(["linf", "l2"]),
  /** Tried under ℓ∞; under ℓ2 each is multiplied by `l2Factor`, as balls of one ε differ much in size. */
  epsilons: z
    .array(z.number().gt(0, "ε must be above 0").max(100))
    .min(1, "at least one ε")
    .max(16, "at most 16 values of ε")
    .default([0.005, 0.01, 0.02, 0.04, 0.08]),
  l2Factor: z.number().gt(0).max(1000).default(10),
  pgdSteps: z.int().min(1).max(100).default(10),
  /** Test samples that are attacked, spaced evenly through the test set. */
  samples: z.int().min(1).max(10_000).default(500),
});
export type RobustnessConfig = z.infer<typeof robustnessConfig>;

/** Linear probe of the frozen features of each layer on a second data set: ridge regression on one-hot labels. */
export const transferConfig = z.strictObject({
  dataset: datasetConfig,
  ridge: z.number().gt(0).max(limits.decay.max).default(1e-3),
});
export type TransferConfig = z.infer<typeof transferConfig>;

/** What a run does once it is trained; absent = nothing. */
export const afterTraining = z.strictObject({
  robustness: robustnessConfig.nullable().default(null),
  transfer: transferConfig.nullable().default(null),
});
export type AfterTraining = z.infer<typeof afterTraining>;
