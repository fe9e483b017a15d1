import { z } from "zod";
import { imageShape } from "../data/datasetConfig.ts";
import type { ResolvedDataset } from "../data/resolvedDataset.ts";
import { headsOf, isTransformer, patchOf } from "./architecture.ts";
import { blocksOf } from "./networkForm.ts";
import { effectiveRidge } from "./regularizer.ts";
import type { RunConfig } from "./runConfig.ts";
import { stepsPerEpoch } from "./stepsPerEpoch.ts";

const count = z.number().nullable();

/** What a config resolves to: its open choices, and numbers that follow from it and the data. null = does not apply, or not known yet. */
export const resolvedConfig = z.strictObject({
  /** Residual blocks: what L counts depends on the network, see networkForm.ts. */
  blocks: z.int(),
  heads: count,
  patch: count,
  /** Ridge strengths in effect, (λ/2)‖·‖² each: of W_L, of every other penalized matrix, of the features, of the head's bias, of other biases. `layers`: of each hidden matrix, where they have their own. */
  lambda: z.strictObject({
    head: z.number(),
    hidden: z.number(),
    features: z.number(),
    headBias: z.number(),
    layers: z.array(z.number()).readonly().optional(),
    free: z.number().optional(),
  }),
  /** N */
  trainSamples: count,
  /** Samples a step. */
  batch: count,
  stepsPerEpoch: count,
  epochs: count,
});
export type ResolvedConfig = z.infer<typeof resolvedConfig>;

export function resolveConfig(config: RunConfig, data: ResolvedDataset | null): ResolvedConfig {
  const { architecture, dataset, depth, regularizer, training } = config;
  const image = isTransformer(architecture) ? imageShape(dataset) : null;
  const samples = data?.trainCounts.reduce((sum, n) => sum + n, 0) ?? null;
  const perEpoch = samples === null ? null : stepsPerEpoch(training.batch, samples);
  return {
    blocks: blocksOf(config),
    heads: isTransformer(architecture) ? headsOf(config) : null,
    patch: image && patchOf(config, image),
    lambda: effectiveRidge(regularizer, depth),
    trainSamples: samples,
    batch: training.batch === "full" ? samples : training.batch,
    stepsPerEpoch: perEpoch,
    epochs: perEpoch && training.steps / perEpoch,
  };
}
