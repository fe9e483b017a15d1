import { z } from "zod";
import { classNames } from "../data/classNames.ts";
import { limits } from "../limits.ts";
import { isVisible, typedText, wireText } from "../wireText.ts";
import { externalSource, layerNames } from "./externalConfig.ts";
import { externalLimits } from "./externalLimits.ts";
import { externalObjective } from "./externalObjective.ts";

/** What programs that train elsewhere send: POST /api/v1/external/runs and …/{id}/events. */

const step = z
  .int("a step must be a whole number")
  .min(0, "a step must be at least 0")
  .max(externalLimits.step, `a step must be at most ${externalLimits.step}`);
const attemptNumber = z.int().min(1).max(1_000_000);

export const externalClient = z.strictObject({ name: wireText(80), version: wireText(80) });
export type ExternalClient = z.infer<typeof externalClient>;

export const openExternalRun = z.strictObject({
  /** The id of an external study, or its name: the newest of that name that the same person made, else a new one. */
  study: typedText(limits.nameLength, "a study's name")
    .trim()
    .refine(isVisible, "name the study: with visible letters, digits or symbols"),
  /** Nested as it comes, at most 64 values; see flattenConfig. */
  config: z.record(z.string(), z.unknown()).default({}),
  /** One a run, made up by the caller: the same key is the same run again. */
  runKey: z.uuid(),
  /**
   * One a process. The same again, or none: the run's attempt resumes where its stored events end. Another one: the program was started
   * anew, and this is the run's next attempt.
   */
  session: z.uuid().optional(),
  /** Step of the checkpoint a new attempt resumes from: what was measured after it is void. Absent: its first step says it. */
  resumedFromStep: step.optional(),
  client: externalClient,
  source: externalSource.default("client"),
  /** The measured layers, first to last; absent: those of the first measurement. */
  layers: layerNames.optional(),
  objective: externalObjective.optional(),
  classNames: classNames.optional(),
  /** Steps it is to train, for its progress; absent: not known. */
  totalSteps: step.min(1, "totalSteps must be at least 1").optional(),
  note: typedText(limits.noteLength, "a note").optional(),
});
export type OpenExternalRun = z.input<typeof openExternalRun>;
/** With its defaults. */
export type ExternalOpening = z.output<typeof openExternalRun>;

export const openedExternalRun = z.object({
  experimentId: z.uuid(),
  runId: z.uuid(),
  attempt: attemptNumber,
  /** Number of the attempt's last stored event: the next one is this + 1. */
  storedThrough: z.int(),
  /** Address of the study's page. */
  url: z.string(),
});
export type OpenedExternalRun = z.infer<typeof openedExternalRun>;

/** Numbers as base64 of little-endian float64. What they must be (their count, finite) is checked where they are decoded. */
const numbers = z.string().max(Math.ceil((externalLimits.meanNumbers * 8) / 3) * 4 + 4, "too many numbers");

const count = z.number().min(0);

/** What one pass over a split, or two, added up of one layer's features. */
const layerSums = z.strictObject({
  name: wireText(externalLimits.layerNameLength),
  /** d */
  dim: z.int().min(1, "dim must be at least 1").max(externalLimits.dim, `dim must be at most ${externalLimits.dim}`),
  /** n_k [K] */
  counts: numbers,
  /** μ_k [K·d] */
  means: numbers,
  /** Σ over samples of class k of ‖h − μ_k‖² [K] */
  within: numbers,
  /**
   * Σ a aᵀ [K·K] with a_k = ⟨h − μ_y, μ_k − μ_G⟩, μ of the training set; where d < K also Σ c cᵀ [d·d] with c = h − μ_y. Absent
   * without a second pass.
   */
  moments: numbers.optional(),
  /** Samples whose nearest class mean is not that of their label, or of the predicted class. */
  labelMisses: count.optional(),
  predictionMisses: count.optional(),
});

/** All of one split at one step: what every measure is made of. */
export const sumsEvent = z.strictObject({
  kind: z.literal("sums"),
  step,
  split: z.enum(["train", "test"]),
  /** 1: centred on means of an earlier measurement instead of this one's. */
  passes: z.union([z.literal(1), z.literal(2)]),
  layers: z.array(layerSums).min(1).max(externalLimits.layers),
  /** Of the last layer: W [K·d] and b [K]. */
  head: z.strictObject({ weights: numbers, bias: numbers.optional() }).optional(),
  /** Σ over samples of 1 − cos(h, w_y), and the samples without a direction. */
  cosines: z.strictObject({ sum: z.number().min(0), zeroVectors: count }).optional(),
  /** Mean over the split: cross entropy, or ‖z − e_y‖²/2. */
  fit: z.number().optional(),
  accuracy: z.number().min(0).max(1).optional(),
  /** Σ w² over the weights with hiddenDecay. */
  squaredNorms: z.strictObject({ hidden: z.number().min(0) }).optional(),
});
export type SumsEvent = z.infer<typeof sumsEvent>;

export const scalarsEvent = z.strictObject({
  kind: z.literal("scalars"),
  step,
  /** By name; numbers that are not finite are left out by the sender, and said in a log line. */
  values: z
    .record(z.string().min(1).max(400), z.number())
    .refine(
      (values) => Object.keys(values).length <= externalLimits.scalars,
      `at most ${externalLimits.scalars} values an event`,
    ),
});

export const externalEvent = z.discriminatedUnion("kind", [
  sumsEvent,
  scalarsEvent,
  z.strictObject({ kind: z.literal("log"), level: z.enum(["info", "warning", "error"]).default("info"), text: wireText(4000) }),
  z.strictObject({ kind: z.literal("finished"), step: step.optional() }),
  z.strictObject({ kind: z.literal("failed"), message: wireText(8000), step: step.optional() }),
]);
export type ExternalEvent = z.infer<typeof externalEvent>;

/** Events of one attempt, numbered without gaps from 1; `at` is the sender's clock (ms), for people only. */
export const externalEvents = z.strictObject({
  attempt: attemptNumber,
  events: z
    .array(z.strictObject({ seq: z.int().min(1).max(2_000_000_000), at: z.number(), event: externalEvent }))
    .min(1)
    .max(externalLimits.events, `at most ${externalLimits.events} events a request`),
});
export type ExternalEvents = z.input<typeof externalEvents>;
/** With their defaults. */
export type ReceivedEvents = z.output<typeof externalEvents>;

export const storedExternalEvents = z.object({
  storedThrough: z.int(),
  /** What of them could not be measured or kept, with the reason; it is in the run's log too. */
  warnings: z.array(z.string()).optional(),
});
export type StoredExternalEvents = z.infer<typeof storedExternalEvents>;
