import { z } from "zod";
import { datasetConfig } from "../data/datasetConfig.ts";
import { limits } from "../limits.ts";
import { afterTraining } from "./afterTraining.ts";
import { activation, architecture, definition, heads, layerWidths, normalization, patch } from "./architecture.ts";
import { classifierConfig } from "./classifier.ts";
import { depthProblem, networkProblem, widthProblem } from "./compatibility.ts";
import { gamma, loss, smoothing } from "./loss.ts";
import { otherSetConfig } from "./otherSet.ts";
import { regularizer } from "./regularizer.ts";
import { measuringConfig, trainingConfig } from "./trainingConfig.ts";

export const deviceChoices = ["auto", "cpu", "webgpu", "cuda"] as const;
export const deviceChoice = z.enum(deviceChoices);
export type DeviceChoice = z.infer<typeof deviceChoice>;

export const depth = z
  .int("a depth must be a whole number")
  .min(limits.depth.min, `a depth must be at least ${limits.depth.min}`)
  .max(limits.depth.max, `a depth must be at most ${limits.depth.max}`);
export const width = z
  .int("a width must be a whole number")
  .min(limits.width.min, `a width must be at least ${limits.width.min}`)
  .max(limits.width.max, `a width must be at most ${limits.width.max}`);
export const seed = z
  .int("a seed must be a whole number")
  .min(limits.seed.min, `a seed must be at least ${limits.seed.min}`)
  .max(limits.seed.max, `a seed must be at most ${limits.seed.max}`);

const fields = z.strictObject({
  dataset: datasetConfig,
  architecture,
  normalization,
  /** Of a transformer; see architecture.ts. */
  heads,
  patch,
  /** Of an MLP, absent = ReLU; of deep free features, absent = linear. */
  activation,
  /** Of an MLP whose layers are not all as wide as the last: X_1 to X_L. */
  widths: layerWidths,
  /** Of the networks that it makes a difference to; absent = 1. */
  definition,
  /** L, see networkForm.ts; 1 for free features without layers. */
  depth: z.int().min(1).max(limits.depth.max),
  /** d; the channel count of a convolutional network. */
  width,
  loss,
  /** ε of cross entropy with smoothed labels, γ of the focal loss; see loss.ts. */
  smoothing: smoothing.optional(),
  gamma: gamma.optional(),
  /** Whether the classifier has a bias (never penalized but by λ_b); without effect on the optimum under cross entropy. */
  headBias: z.boolean(),
  /** Absent = one linear layer. */
  classifier: classifierConfig.optional(),
  regularizer,
  training: trainingConfig,
  measuring: measuringConfig,
  seed,
  device: deviceChoice,
  afterTraining: afterTraining.optional(),
  /** Absent = no second set is looked at. */
  other: otherSetConfig.optional(),
});

/** One cell of an experiment's grid: everything that decides a run's numbers. */
export const runConfig = fields.superRefine(({ architecture: name, ...run }, context) => {
  const complain = (path: keyof RunConfig, message: string | null) =>
    message === null ? undefined : context.addIssue({ code: "custom", path: [path], message });
  complain("architecture", networkProblem({ name, ...run }));
  complain("depth", depthProblem({ name, ...run }, [run.depth]));
  complain("width", widthProblem({ name, ...run }, [run.width]));
});
export type RunConfig = z.infer<typeof fields>;
