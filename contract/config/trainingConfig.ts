import { z } from "zod";
import { limits } from "../limits.ts";
import { growthConfig } from "./growth.ts";
import { learningRate, optimizerConfig } from "./optimizerConfig.ts";
import { polishConfig } from "./polishing.ts";

/** Learning-rate schedule; `floor` is the last rate over the first one. */
export const scheduleConfig = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("constant") }),
  z.strictObject({
    name: z.literal("step"),
    /** Fractions of the training after which the rate is multiplied by `factor`. */
    at: z
      .array(z.number().gt(0, "a fraction of the training must be above 0").lt(1, "a fraction of the training must be below 1"))
      .min(1, "at least one fraction of the training, or a constant rate")
      .max(10, "at most 10 fractions of the training")
      .default([0.5, 0.75]),
    factor: z.number().gt(0, "the factor must be above 0").max(1, "the factor must be at most 1: the rate falls").default(0.1),
  }),
  z.strictObject({ name: z.literal("cosine"), floor: z.number().min(0).max(1).default(0) }),
]);
export type ScheduleConfig = z.infer<typeof scheduleConfig>;

export const trainingConfig = z.strictObject({
  optimizer: optimizerConfig.default({ name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }),
  learningRate: learningRate.default(0.005),
  schedule: scheduleConfig.default({ name: "cosine", floor: 0 }),
  /** Steps over which the rate rises linearly from 0. */
  warmupSteps: z.int().min(0).max(limits.steps.max).default(0),
  /** "full" trains on the whole training set at each step. */
  batch: z.union([z.literal("full"), z.int().min(limits.batch.min).max(limits.batch.max)]).default("full"),
  /** Pictures of each batch are moved by up to four pixels and mirrored at random; absent = as they are. */
  augmentation: z.literal("crop-flip").optional(),
  steps: z
    .int()
    .min(limits.steps.min, `at least ${limits.steps.min} step`)
    .max(limits.steps.max, `at most ${limits.steps.max.toLocaleString("en")} steps`)
    .default(2000),
  /** Standard deviation of every weight is gain·√(1/fan-in); a residual branch's last matrix is scaled by `branchGain` once more. */
  initialization: z
    .strictObject({ gain: z.number().gt(0).max(10).default(1), branchGain: z.number().min(0).max(10).default(1) })
    .default({ gain: 1, branchGain: 1 }),
  /** Absent = random first values. */
  grown: growthConfig.optional(),
  /** Absent = training ends with the optimizer's steps. */
  polish: polishConfig.optional(),
});
export type TrainingConfig = z.infer<typeof trainingConfig>;

/** The most steps that a run may take: those of its optimizer, and the iterations of its polishing. */
export const mostSteps = ({ steps, polish }: Pick<TrainingConfig, "steps" | "polish">): number =>
  steps + (polish?.iterations ?? 0);

/** How often the layers are surveyed: at few steps, as metrics/surveyBudget.ts allows; where there is a picture; at every measurement; never. */
export const surveyCadences = ["few", "pictured", "every", "off"] as const;
export type SurveyCadence = (typeof surveyCadences)[number];
/** Absent = few. */
const layers = z.enum(surveyCadences).optional();
/** Which classes a picture of the geometry shows, counted from 0 as labels are; absent = all, or of many as many as it may have, evenly spread. */
const pictured = z
  .array(
    z
      .int()
      .min(0)
      .max(limits.classes.max - 1),
  )
  .min(2, "picture at least 2 classes, or leave it empty for an even sample")
  .max(limits.picturedClasses, `picture at most ${limits.picturedClasses} classes`)
  .refine((classes) => new Set(classes).size === classes.length, "name each pictured class only once")
  .optional();
/** When all layers are measured: log-spaced steps, or every m steps; step 0 and the last step always. */
export const measuringConfig = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("log"), perDecade: z.int().min(1).max(100).default(10), layers, pictured }),
  z.strictObject({ name: z.literal("every"), steps: z.int().min(1).max(limits.steps.max).default(100), layers, pictured }),
]);
export type MeasuringConfig = z.infer<typeof measuringConfig>;
