import { z } from "zod";
import { datasetConfig } from "./datasetConfig.ts";
import { limits } from "./limits.ts";
import { regularizer } from "./regularizer.ts";
import { measuringConfig, trainingConfig } from "./trainingConfig.ts";

/** rn1: one linear layer a residual block; rn2: two. Súkeník, Lampert, Mondelli (2025), section 3. */
export const architectures = ["rn1", "rn2"] as const;
export const architecture = z.enum(architectures);
export type Architecture = z.infer<typeof architecture>;

export const normalization = z.enum(["post-ln", "pre-ln"]);
export type Normalization = z.infer<typeof normalization>;

export const loss = z.enum(["ce", "mse"]);
export type Loss = z.infer<typeof loss>;

export const deviceChoices = ["auto", "cpu", "webgpu", "cuda"] as const;
export const deviceChoice = z.enum(deviceChoices);
export type DeviceChoice = z.infer<typeof deviceChoice>;

export const depth = z
  .int("a depth is a whole number")
  .min(limits.depth.min, `a depth is at least ${limits.depth.min}`)
  .max(limits.depth.max, `a depth is at most ${limits.depth.max}`);
export const width = z
  .int("a width is a whole number")
  .min(limits.width.min, `a width is at least ${limits.width.min}`)
  .max(limits.width.max, `a width is at most ${limits.width.max}`);
export const seed = z
  .int("a seed is a whole number")
  .min(limits.seed.min, `a seed is at least ${limits.seed.min}`)
  .max(limits.seed.max, `a seed is at most ${limits.seed.max}`);

/** One cell of an experiment's grid: everything that decides a run's numbers. */
export const runConfig = z.strictObject({
  dataset: datasetConfig,
  architecture,
  normalization,
  depth,
  width,
  loss,
  /** Whether the classifier has a bias (never penalized); without effect on the optimum under cross entropy. */
  headBias: z.boolean(),
  regularizer,
  training: trainingConfig,
  measuring: measuringConfig,
  seed,
  device: deviceChoice,
});
export type RunConfig = z.infer<typeof runConfig>;

export function architectureLabel(name: Architecture, norm: Normalization): string {
  const label = name === "rn1" ? "RN1" : "RN2";
  return norm === "pre-ln" ? `${label} pre-LN` : label;
}
