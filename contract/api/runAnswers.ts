import { z } from "zod";
import { runConfig } from "../config/runConfig.ts";
import { ambiguity, resolvedDataset } from "../data/resolvedDataset.ts";
import { externalRunConfig } from "../external/externalConfig.ts";
import { externalFacts } from "../external/externalFacts.ts";
import { failureCodes } from "../failure.ts";
import { measurementGaps } from "../metrics/measurementGaps.ts";
import { runStatuses } from "../status.ts";
import type { ExternalRunDetail, ExternalRunRow } from "../wire/externalViews.ts";
import { evaluation, geometrySnapshot, optimumSummary, startedEvent, startedPack, workerStops } from "../wire/runEvents.ts";
import type { AttemptView, LogLine, PackMate, RunDetail, RunRow } from "../wire/views.ts";

/** What the API answers of runs: the views of the pages, as schemas. */

const time = z.iso.datetime();
const shownConfig: z.ZodType<RunRow["config"]> = runConfig.meta({ id: "RunConfig" });
const outcome = z.strictObject({ code: z.enum([...failureCodes, "FINISHED"]), message: z.string() });

const row = {
  id: z.uuid(),
  experimentId: z.uuid(),
  ordinal: z.int().describe("Its place in the grid, from 0."),
  status: z.enum(runStatuses),
  attempt: z.int(),
  step: z.int(),
  totalSteps: z.int(),
  stepMs: z.number().nullable(),
  last: z.record(z.string(), z.number()).describe("Latest value of every series, by series key."),
  optimum: optimumSummary.nullable(),
  trainSamples: z.int().nullable(),
  classes: z.int().nullable(),
  inputDimension: z.int().nullable(),
  ambiguity: ambiguity.optional(),
  device: z.string().optional(),
  pack: startedPack.optional(),
  dataHash: z.string().nullable().describe("sha256 of the data it was trained on; null until it has started."),
  evaluation: evaluation.nullable(),
  failure: z.strictObject({ code: z.enum(failureCodes), message: z.string() }).nullable(),
  gaps: measurementGaps.optional(),
  waitsFor: z.string().nullable(),
  workerName: z.string().nullable(),
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  stalledSince: time.nullable(),
};

export const runRow = z.strictObject({ ...row, config: shownConfig }).meta({ id: "Run" }) satisfies z.ZodType<RunRow>;

/** A run that was trained elsewhere. */
export const externalRunRow = z
  .strictObject({ ...row, config: externalRunConfig.meta({ id: "ExternalRunConfig" }), external: externalFacts })
  .meta({ id: "ExternalRun" }) satisfies z.ZodType<ExternalRunRow>;

const anyRunRow = z.union([runRow, externalRunRow]);

const attemptView = z.strictObject({
  number: z.int(),
  workerName: z.string().nullable(),
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  resumedFromStep: z.int().nullable(),
  lastStep: z.int().nullable(),
  outcome: outcome.extend({ stop: z.enum(workerStops).optional() }).nullable(),
  started: startedEvent.nullable(),
}) satisfies z.ZodType<AttemptView>;

const packMate = z.strictObject({
  id: z.uuid(),
  experimentId: z.uuid(),
  experimentName: z.string(),
  ordinal: z.int(),
  config: shownConfig,
}) satisfies z.ZodType<PackMate>;

const detail = {
  experimentName: z.string(),
  attempts: z.array(attemptView),
  packMates: z.array(packMate),
  dataset: resolvedDataset.nullable(),
  leftOutBelow: z.number().nullable(),
  series: z.array(z.strictObject({ key: z.string(), points: z.int() })),
  missing: z.record(z.string(), z.string()).describe("Metrics that do not exist for this run, with the reason."),
  checkpoints: z.array(z.strictObject({ attempt: z.int(), step: z.int(), hash: z.string(), bytes: z.int(), at: time })),
  files: z
    .array(z.strictObject({ name: z.string(), bytes: z.int(), sha256: z.string(), at: time }))
    .describe("Files at /export/runs/<id>/<name>."),
  readOnly: z.boolean(),
  program: z.string(),
};

export const runDetail = z.strictObject({ ...detail, row: runRow }).meta({ id: "RunDetail" }) satisfies z.ZodType<RunDetail>;
export const externalRunDetail = z
  .strictObject({ ...detail, row: externalRunRow })
  .meta({ id: "ExternalRunDetail" }) satisfies z.ZodType<ExternalRunDetail>;
export const anyRunDetail = z.union([runDetail, externalRunDetail]);

export const runList = z.strictObject({ runs: z.array(anyRunRow) });
export const runState = z.strictObject({ status: z.enum(runStatuses) });

export const logPage = z.strictObject({
  lines: z.array(
    z.strictObject({
      attempt: z.int(),
      seq: z.int(),
      at: time,
      level: z.enum(["info", "warning", "error"]),
      text: z.string(),
    }) satisfies z.ZodType<LogLine>,
  ),
  before: z.string().nullable().describe("Cursor of the lines before these; null at the beginning."),
});

export const geometryAnswer = z.strictObject({ snapshots: z.array(geometrySnapshot.meta({ id: "Geometry" })) });
