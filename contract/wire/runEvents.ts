import { z } from "zod";
import { attackNorms, attacks } from "../config/afterTraining.ts";
import { resolvedDataset } from "../data/resolvedDataset.ts";
import { failureCodes } from "../failure.ts";
import { limits } from "../limits.ts";
import { detectionScores, knownSplits } from "../metrics/detectionScores.ts";
import { keyInList, type ListKey, listKeyPattern, measuredKeyPattern } from "../metrics/seriesKey.ts";
import { wireText } from "../wireText.ts";
import { maxPackRuns } from "./packs.ts";

/** Numbers on a wire are finite: JSON would turn NaN into null without a word. */
const finite = z.number();
const step = z.int().min(0).max(1_000_000_000);

/** The optimum a run is measured against; `none` says why there is no such number. */
export const optimumSummary = z.strictObject({
  method: z.enum(["closed-form", "numeric", "none"]),
  reason: wireText(500),
  loss: finite.nullable(),
  fit: finite.nullable(),
  ridge: finite.nullable(),
  /** Norm of a classifier row at the optimum. */
  scale: finite.nullable(),
  geometry: z.enum(["simplex", "orthogonal", "zero"]).nullable(),
});
export type OptimumSummary = z.infer<typeof optimumSummary>;

/** What computed an attempt. */
export const startedDevice = z.strictObject({
  choice: wireText(20),
  device: wireText(20),
  engine: wireText(40),
  provider: wireText(200),
  reason: wireText(500),
  /** Of its products: "float32", "tf32"; absent in older events. */
  precision: wireText(20).optional(),
  /** Name of the GPU. */
  card: wireText(200).optional(),
});

/** Runs trained as one graph. */
export const startedPack = z.strictObject({
  /** S */
  runs: z.int().min(2).max(maxPackRuns),
  /** Of this run, from 0. */
  place: z.int().min(0),
  /** The others. */
  with: z.array(z.uuid()).max(maxPackRuns).default([]),
});
export type StartedPack = z.infer<typeof startedPack>;

/** What a run has grown from. */
export const grownFrom = z.strictObject({
  runId: z.uuid(),
  depth: z.int().min(1),
  /** Its last step. */
  step,
  /** Numbers of the blocks that are new, or parts of split ones. */
  blocks: z.array(z.int().min(1)).max(limits.depth.max),
});
export type GrownFrom = z.infer<typeof grownFrom>;

/** First event of every attempt. */
export const startedEvent = z.strictObject({
  kind: z.literal("started"),
  totalSteps: step,
  /** Step of the checkpoint the attempt resumes from; 0 = from the beginning. Points of earlier attempts after it are void. */
  resumedFromStep: step,
  device: startedDevice,
  dataset: resolvedDataset,
  parameters: z.int(),
  optimum: optimumSummary,
  versions: z.record(wireText(40), wireText(80)),
  /** Absent where it trains alone. */
  pack: startedPack.optional(),
  /** Of an attempt that begins with what another run ended with; absent: with random values, or a checkpoint of its own. */
  grownFrom: grownFrom.optional(),
});

/** All metrics of all layers at one step. */
const measurement = z.strictObject({
  kind: z.literal("measurement"),
  step,
  values: z.record(z.string().regex(measuredKeyPattern), finite),
  /** One number for each class, or value of a spectrum; null where one does not exist. Absent in older events. */
  lists: z.record(z.string().regex(listKeyPattern), z.array(finite.nullable()).min(1).max(limits.listLength)).optional(),
  /** Metrics that do not exist here, with the reason: they become named gaps. */
  missing: z.record(wireText(80), wireText(200)).default({}),
  /** Wall time of this measurement; absent in older events. */
  measureMs: finite.optional(),
});

/** Samples in one picture. */
const maxPictured = 20_000;
const triples = (most: number) => z.array(finite).max(3 * most);
const square = z.array(finite).max(limits.classes.max ** 2);

/** Class means and samples of the last layer in three principal directions, and Gram matrices; row-major. */
export const geometrySnapshot = z
  .strictObject({
    step,
    /** K of all that follows: of the run, or as many of its classes as are shown. */
    classes: z.int().min(2).max(limits.classes.max),
    /** The classes shown, rising, and the K of the run; absent: all are shown. */
    shown: z.array(z.int().min(0)).max(limits.picturedClasses).optional(),
    of: z.int().min(3).max(limits.classes.max).optional(),
    /** [K, 3] */
    means: triples(limits.classes.max),
    /** [K, 3] vertices of the ideal simplex in the same frame; empty where d < K − 1 leaves no room for one */
    ideal: triples(limits.classes.max),
    /** [S, 3] and their labels; none of a run that was trained elsewhere */
    samples: triples(maxPictured),
    labels: z.array(z.int().min(0)).max(maxPictured), // places among the classes shown
    /** Share of the class means' variance in the three directions. */
    explained: finite,
    /** [K, K] cosines between centred class means, and between classifier rows; the latter empty where no classifier is known */
    meansGram: square,
    headGram: square,
  })
  .superRefine(({ classes, shown, of, means, ideal, samples, labels, meansGram, headGram }, context) => {
    const isRising = shown?.every((label, at) => label > (shown[at - 1] ?? -1)) ?? true;
    if (
      (shown === undefined) !== (of === undefined) ||
      (shown && (shown.length !== classes || !isRising || shown.at(-1)! >= of!))
    )
      context.addIssue({ code: "custom", path: ["shown"], message: `must be ${classes} rising classes below ${of}` });
    const expected: [string, number, number][] = [
      ["means", means.length, 3 * classes],
      ...(ideal.length > 0 ? [["ideal", ideal.length, 3 * classes] as [string, number, number]] : []),
      ["samples", samples.length, 3 * labels.length],
      ["meansGram", meansGram.length, classes ** 2],
      ...(headGram.length > 0 ? [["headGram", headGram.length, classes ** 2] as [string, number, number]] : []),
    ];
    for (const [name, length, wanted] of expected)
      if (length !== wanted)
        context.addIssue({
          code: "custom",
          path: [name],
          message: `has ${length} numbers, but ${classes} classes need ${wanted}`,
        });
    const foreign = labels.find((label) => label >= classes);
    if (foreign !== undefined)
      context.addIssue({ code: "custom", path: ["labels"], message: `names class ${foreign} of ${classes} classes` });
  });
export type GeometrySnapshot = z.infer<typeof geometrySnapshot>;
const geometry = z.strictObject({ kind: z.literal("geometry"), snapshot: geometrySnapshot });

const log = z.strictObject({ kind: z.literal("log"), level: z.enum(["info", "warning", "error"]), text: wireText(4000) });

const checkpoint = z.strictObject({
  kind: z.literal("checkpoint"),
  step,
  hash: z
    .string()
    .regex(/^[0-9a-z:-]*$/i)
    .max(128),
  bytes: z.int(),
});

const accuracy = z.number().min(0).max(1);

/** See contract/metrics/detectionScores.ts. */
const detection = z.strictObject({
  /** The second set. */
  dataset: resolvedDataset,
  /** Of it. */
  samples: z.int(),
  /** r of NECO, α of NCI, T of the energy, and the rank of the covariance that Mahalanobis' distance inverts; null where there is none. */
  parameters: z.strictObject({ rank: z.int(), alpha: finite, temperature: finite, covarianceRank: z.int().nullable() }),
  scores: z
    .array(z.strictObject({ score: z.enum(detectionScores), known: z.enum(knownSplits), auroc: accuracy, fpr95: accuracy }))
    .max(detectionScores.length * knownSplits.length),
  /** Why a score does not exist, by its name, or a split, by its own. */
  missing: z.record(wireText(80), wireText(500)).default({}),
});
export type Detection = z.infer<typeof detection>;

/** What was found once a run was trained; a part is null where it was not asked for, with the reason in `missing` where it failed. */
export const evaluation = z.strictObject({
  robustness: z
    .strictObject({
      /** Samples attacked, and the accuracy on them as they are. */
      samples: z.int(),
      clean: accuracy,
      /** Unit of ε, for people. */
      unit: wireText(80),
      points: z.array(z.strictObject({ attack: z.enum(attacks), norm: z.enum(attackNorms), epsilon: finite, accuracy })).max(64),
    })
    .nullable(),
  transfer: z
    .strictObject({
      dataset: resolvedDataset,
      /** A linear probe on each layer's frozen features, X_1 first. */
      layers: z
        .array(z.strictObject({ layer: z.int().min(1), trainAccuracy: accuracy, testAccuracy: accuracy }))
        .max(limits.layers),
    })
    .nullable(),
  /** How well scores tell a second set from the one trained on; absent where none was asked for, and in older events. */
  outOfDistribution: detection.nullable().optional(),
  missing: z.record(wireText(80), wireText(500)).default({}),
});
export type Evaluation = z.infer<typeof evaluation>;
const evaluated = z.strictObject({ kind: z.literal("evaluation"), evaluation });

/** Wall time of the attempt that finished a run, by what it was spent on. */
export const runTimes = z.strictObject({
  /** Steps of this attempt, and their time with checkpoints and all between them but measurements. */
  steps: step,
  trainingMs: finite,
  measurements: z.int().min(0),
  measuringMs: finite,
  /** Attacks and probes after training. */
  evaluatingMs: finite,
});
export type RunTimes = z.infer<typeof runTimes>;

const finished = z.strictObject({
  kind: z.literal("finished"),
  step,
  elapsedMs: finite,
  /** Absent in older events. */
  times: runTimes.optional(),
});

/** Why a worker stopped its runs: somebody asked it to stop, or its time was up. */
export const workerStops = ["asked", "time"] as const;
export type WorkerStop = (typeof workerStops)[number];

/** How an attempt ended otherwise; a CRASHED or WORKER_LOST attempt is followed by another one while attempts are left. */
const ended = z.strictObject({
  kind: z.literal("ended"),
  code: z.enum(failureCodes),
  message: wireText(8000),
  step: step.nullable(),
  /** Nobody's fault: the attempt does not count towards the limit of attempts. Absent in older events; see `isExcused`. */
  excused: z.boolean().optional(),
  /** Its worker stopped with it, for this reason. */
  stop: z.enum(workerStops).optional(),
});

/** How an attempt ends whose worker was stopped or paused: its run resumes elsewhere or later. */
export const stoppedWithWorker = { code: "WORKER_LOST", message: "worker stopped", excused: true } as const;

/** Whether nobody is to blame for an attempt's end; older workers said so by its message alone. */
export const isExcused = ({ code, message, excused }: z.infer<typeof ended>): boolean =>
  excused ?? (code === stoppedWithWorker.code && message === stoppedWithWorker.message);

export const runEvent = z.discriminatedUnion("kind", [
  startedEvent,
  measurement,
  geometry,
  log,
  checkpoint,
  evaluated,
  finished,
  ended,
]);
export type RunEvent = z.infer<typeof runEvent>;
export type StartedEvent = z.infer<typeof startedEvent>;

/** An event as spooled and sent: numbered without gaps from 1 in each attempt; `at` is the worker's clock, for people only. */
export const spooledEvent = z.strictObject({ seq: z.int().min(1), at: z.number(), event: runEvent });
export type SpooledEvent = z.infer<typeof spooledEvent>;

/** Every number of a measurement by the key of its own series: those in lists, too, but for what does not exist. */
export function numbersOf({ values, lists = {} }: Pick<z.infer<typeof measurement>, "values" | "lists">): Record<string, number> {
  const listed = Object.entries(lists).flatMap(([list, numbers]) =>
    numbers.flatMap((number, index) => (number === null ? [] : [[keyInList(list as ListKey, index), number] as const])),
  );
  return { ...values, ...Object.fromEntries(listed) };
}
