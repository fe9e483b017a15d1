import { z } from "zod";
import { experimentConfig } from "../config/experimentConfig.ts";
import { experimentKinds, externalExperimentConfig } from "../external/externalConfig.ts";
import { priorities } from "../priority.ts";
import { experimentStatuses, runStatuses } from "../status.ts";
import { provenance } from "../wire/archiveFormat.ts";
import type { ExternalExperimentDetail } from "../wire/externalViews.ts";
import { openFramePolicies } from "../wire/framePolicy.ts";
import type { Estimate, ExperimentDetail, ExperimentSummary, ShareView, TurnView } from "../wire/views.ts";

/** What the API answers of experiments: the views of the pages, as schemas. */

const time = z.iso.datetime();
/** As it was stored: any config that some version of the program could launch. */
const shownConfig: z.ZodType<ExperimentDetail["config"]> = experimentConfig.meta({ id: "ExperimentConfig" });

const summary = {
  id: z.uuid(),
  name: z.string(),
  tags: z.array(z.string()),
  status: z.enum(experimentStatuses),
  /** Runs by status. */
  counts: z.record(z.enum(runStatuses), z.int()),
  progress: z.number().describe("Share of the steps that are done, 0…1; 1 once no run is active or waiting."),
  timeLeftMs: z.number().nullable().describe("Estimated time left, ms; null while no step time is known."),
  nc1: z
    .strictObject({ last: z.number(), course: z.array(z.number()) })
    .nullable()
    .describe("Last NC1 of the deepest finished or running run, and its course."),
  kind: z.enum(experimentKinds).describe("Trained here, or elsewhere and reported."),
  sample: z.boolean().describe("A recording delivered with the program."),
  launchedBy: z.string().nullable(),
  priority: z.enum(priorities),
  archived: z.boolean(),
  createdAt: time,
  updatedAt: time,
};

export const experimentSummary = z.strictObject(summary).meta({ id: "ExperimentSummary" }) satisfies z.ZodType<ExperimentSummary>;

const detail = {
  ...summary,
  note: z.string(),
  provenance: provenance.optional().describe("Where it was imported from; absent where it was made here."),
  readOnly: z.boolean().describe("Whether whoever asks may not edit it."),
  configDigest: z.string().describe("sha256 of the config in canonical JSON, as whoever asks sees it."),
  program: z.string().describe("Version of the program that answers."),
  namesHidden: z
    .boolean()
    .describe("Through a share link that hides names: names of workers, machines and data sets are blank or neutral."),
};

/** Without its runs, which have an address of their own. */
export const experimentDetail = z.strictObject({ ...detail, config: shownConfig }).meta({ id: "Experiment" }) satisfies z.ZodType<
  Omit<ExperimentDetail, "runs">
>;

/** A study of runs that were trained elsewhere. */
export const externalExperimentDetail = z
  .strictObject({ ...detail, config: externalExperimentConfig.meta({ id: "ExternalExperimentConfig" }) })
  .meta({ id: "ExternalExperiment" }) satisfies z.ZodType<Omit<ExternalExperimentDetail, "runs">>;

export const anyExperimentDetail = z.union([experimentDetail, externalExperimentDetail]);

export const experimentPage = z.strictObject({
  experiments: z.array(experimentSummary),
  total: z.int().describe("How many there are in all."),
  next: z.string().nullable().describe("Cursor of the next page; null on the last one."),
});

export const turnView = z.strictObject({
  people: z.int(),
  underWay: z.int(),
  leastOfOthers: z.int().nullable(),
  ahead: z.int(),
}) satisfies z.ZodType<TurnView>;

export const estimate = z.strictObject({
  runs: z.int(),
  limit: z.int(),
  timeMs: z.number().nullable().describe("Wall time on the connected workers, ms; null without one."),
  memoryBytes: z.number().nullable().describe("What the largest run needs; null above the limit."),
  slots: z.int(),
  packs: z.array(z.int()).optional(),
  basis: z.string().describe("What the time is learned from."),
}) satisfies z.ZodType<Estimate>;

export const shareView = z
  .strictObject({
    id: z.uuid(),
    createdAt: time,
    expiresAt: time.nullable(),
    revokedAt: time.nullable(),
    hideNames: z.boolean(),
    frames: z
      .union([z.enum(openFramePolicies), z.array(z.string())])
      .describe("Which sites may show its charts in a frame: nobody, anywhere, or these origins."),
    lastUsedAt: time.nullable(),
  })
  .meta({ id: "Share" }) satisfies z.ZodType<ShareView>;

export const madeShare = z.strictObject({
  id: z.uuid(),
  token: z.string().describe("Shown this once: only its hash is stored."),
  url: z.string(),
});

export const created = z.strictObject({ id: z.uuid() });
export const done = z.strictObject({ ok: z.literal(true) });

/** How many runs a request changed. */
export const cancelled = z.strictObject({ cancelled: z.int() });
export const paused = z.strictObject({ paused: z.int() });
export const resumed = z.strictObject({ resumed: z.int() });
export const added = z.strictObject({ added: z.int() });
export const queued = z.strictObject({ queued: z.int() });
