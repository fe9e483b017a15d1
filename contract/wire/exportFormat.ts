import { z } from "zod";
import { experimentConfig } from "../config/experimentConfig.ts";
import { resolvedConfig } from "../config/resolvedConfig.ts";
import { runConfig } from "../config/runConfig.ts";
import { resolvedDataset } from "../data/resolvedDataset.ts";
import { externalExperimentConfig, externalRunConfig } from "../external/externalConfig.ts";
import { externalFacts } from "../external/externalFacts.ts";
import { failureCodes } from "../failure.ts";
import { measurementGaps } from "../metrics/measurementGaps.ts";
import { seriesKeyPattern } from "../metrics/seriesKey.ts";
import { runStatuses } from "../status.ts";
import { evaluation, optimumSummary, startedDevice, startedPack, workerStops } from "./runEvents.ts";

/** Raised when a reader of an older export would misunderstand a newer one; fields may be added without that. */
export const exportVersion = 1;

const time = z.iso.datetime();
const outcome = z.strictObject({ code: z.enum([...failureCodes, "FINISHED"]), message: z.string() });
const attemptOutcome = outcome.extend({ stop: z.enum(workerStops).optional() });
const versions = z.record(z.string(), z.string());

const attempt = z.strictObject({
  number: z.int(),
  worker: z.string().nullable(),
  startedAt: time,
  endedAt: time.nullable(),
  /** Points of earlier attempts after this step are void, and are not exported. */
  resumedFromStep: z.int().nullable(),
  /** `stop`: its worker stopped, as it was asked to or its time was up. */
  outcome: attemptOutcome.nullable(),
  device: startedDevice.nullable(),
  /** The runs that it trained with in one step; absent where it trained alone. `with` is empty through a link. */
  pack: startedPack.optional(),
  versions,
  dataHash: z.string().nullable(),
});

/** One cell of a study's grid with everything that was measured. */
export const exportedRun = z.strictObject({
  id: z.uuid(),
  ordinal: z.int(),
  status: z.enum(runStatuses),
  seed: z.int(),
  step: z.int(),
  totalSteps: z.int(),
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  config: runConfig,
  resolved: resolvedConfig,
  data: resolvedDataset.nullable(),
  /** Of the last attempt that started. */
  device: startedDevice.nullable(),
  pack: startedPack.optional(),
  versions,
  parameters: z.int().nullable(),
  optimum: optimumSummary.nullable(),
  attempts: z.array(attempt),
  failure: outcome.nullable(),
  /** What is missing of a finished run's measurements; absent where nothing is. */
  gaps: measurementGaps.optional(),
  /** Left out of means by the study's rule of convergence. */
  leftOut: z.boolean(),
  /** Metrics that do not exist for this run, with the reason. */
  missing: z.record(z.string(), z.string()),
  warnings: z.array(z.strictObject({ attempt: z.int(), level: z.enum(["warning", "error"]), text: z.string() })),
  evaluation: evaluation.nullable(),
  /** Files of the run that can be downloaded beside this one. */
  files: z.array(z.strictObject({ name: z.string(), bytes: z.int(), sha256: z.string() })),
  /** Every stored point: as many values as steps, float64 as they were measured. */
  series: z.record(
    z.string().regex(seriesKeyPattern),
    z.strictObject({ steps: z.array(z.int()), values: z.array(z.number()) }).refine((s) => s.steps.length === s.values.length),
  ),
});

/** A run that was trained elsewhere: what it does not say of data, machines and versions, nobody said. */
export const exportedExternalRun = z.strictObject({
  ...exportedRun.pick({
    ...{ id: true, ordinal: true, status: true, step: true, totalSteps: true, startedAt: true, endedAt: true, optimum: true },
    ...{ failure: true, leftOut: true, missing: true, warnings: true, series: true },
  }).shape,
  config: externalRunConfig,
  external: externalFacts,
  attempts: z.array(attempt.pick({ number: true, startedAt: true, endedAt: true, resumedFromStep: true, outcome: true })),
});

const definitions = z.record(
  z.string(),
  z.strictObject({
    label: z.string(),
    formula: z.string(),
    ideal: z.number().nullable(),
    unit: z.string(),
    source: z.string(),
  }),
);

const head = {
  version: z.literal(exportVersion),
  program: z.string(),
  exportedAt: time,
};

/** /export/experiments/<id>.json */
export const experimentExport = z.strictObject({
  format: z.literal("collapsar experiment"),
  ...head,
  experiment: z.strictObject({
    id: z.uuid(),
    name: z.string(),
    note: z.string(),
    tags: z.array(z.string()),
    createdAt: time,
    /** Absent where one person has the server to themselves, of recordings, and through a link that hides names. */
    launchedBy: z.string().optional(),
  }),
  /** Launched again, it gives the same cells. */
  config: experimentConfig,
  runs: z.array(exportedRun),
  definitions,
});
export type ExperimentExport = z.infer<typeof experimentExport>;

/** The same of a study whose runs were trained elsewhere. */
export const externalExperimentExport = z.strictObject({
  ...experimentExport.shape,
  config: externalExperimentConfig,
  runs: z.array(exportedExternalRun),
});

/** /export/runs/<id>.json */
export const runExport = z.strictObject({
  format: z.literal("collapsar run"),
  ...head,
  experiment: z.strictObject({ id: z.uuid(), name: z.string() }),
  /** A grid of this one cell: launched, it trains the run again. */
  config: experimentConfig,
  run: exportedRun,
  definitions,
});
export type RunExport = z.infer<typeof runExport>;
