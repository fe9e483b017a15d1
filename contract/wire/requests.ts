import { z } from "zod";
import { experimentName, experimentNote, experimentTags } from "../config/experimentConfig.ts";
import { depth, seed } from "../config/runConfig.ts";
import { launcherKinds } from "../launcher.ts";
import { limits } from "../limits.ts";
import { layerMetrics } from "../metrics/metricInfo.ts";
import { listKeyPattern, seriesKeyPattern, splits } from "../metrics/seriesKey.ts";
import { priorities } from "../priority.ts";
import { experimentStatuses } from "../status.ts";
import { isVisible, typedText } from "../wireText.ts";
import { framePolicy } from "./framePolicy.ts";

/** Inputs of the procedures that pages call; what is not listed here is refused. */

export const byId = z.strictObject({ id: z.uuid() });

/** `fromStart`: from step 0 on the data as they are now, whatever checkpoint there is. */
export const runAgainRequest = z.strictObject({ id: z.uuid(), fromStart: z.boolean().default(false) });

/** Columns a list may be sorted by. */
export const experimentSorts = ["updated", "created", "name", "nc1", "progress"] as const;

export const listExperimentsRequest = z.strictObject({
  search: typedText(200, "a search").optional(),
  status: z.enum(experimentStatuses).optional(),
  tag: typedText(limits.tagLength, "a tag").optional(),
  archived: z.boolean().default(false),
  /** Deleted ones alone, which can be restored until they are purged. */
  removed: z.boolean().default(false),
  sort: z.enum(experimentSorts).default("updated"),
  direction: z.enum(["asc", "desc"]).default("desc"),
  limit: z.int().min(1).max(200).default(50),
  offset: z.int().min(0).max(1_000_000).default(0),
});
export type ListExperimentsRequest = z.infer<typeof listExperimentsRequest>;

export const addDepthsRequest = z.strictObject({ id: z.uuid(), depths: z.array(depth).min(1).max(64) });
export const addSeedsRequest = z.strictObject({ id: z.uuid(), seeds: z.array(seed).min(1).max(64) });

export const updateExperimentRequest = z.strictObject({
  id: z.uuid(),
  name: experimentName.optional(),
  note: experimentNote.optional(),
  tags: experimentTags.optional(),
  archived: z.boolean().optional(),
  priority: z.enum(priorities).optional(),
});
export type UpdateExperimentRequest = z.infer<typeof updateExperimentRequest>;

/** Snapshots of a run's geometry: of its whole training, or the last one. */
export const runGeometryRequest = z.strictObject({ id: z.uuid(), lastOnly: z.boolean().default(false) });

const step = z.int().min(0).max(1_000_000_000);
const key = z.string().regex(seriesKeyPattern, "no such series");
const panelPoints = z.int().min(3).max(5_000).default(limits.panelPoints);
const runIds = z.array(z.uuid()).max(limits.gridRuns).optional();

/** Series of an experiment's runs, thinned to `maxPoints` each; a window keeps fromStep ≤ step ≤ toStep. */
export const experimentSeriesRequest = z.strictObject({
  id: z.uuid(),
  keys: z.array(key).min(1).max(100),
  runIds,
  maxPoints: panelPoints,
  fromStep: step.optional(),
  toStep: step.optional(),
});
export type ExperimentSeriesRequest = z.infer<typeof experimentSeriesRequest>;

export const profileRequest = z.strictObject({
  id: z.uuid(),
  metric: z.enum(layerMetrics),
  split: z.enum(splits).default("train"),
  runIds,
});
export type ProfileRequest = z.infer<typeof profileRequest>;

/** The last lines of a run's log, or with `cursor` the last ones before that line. */
export const runLogRequest = z.strictObject({
  id: z.uuid(),
  limit: z.int().min(1).max(limits.logPage).default(limits.logPage),
  cursor: z
    .strictObject({
      attempt: z.int().min(1).max(1_000_000),
      seq: z
        .int()
        .min(0)
        .max(2 ** 31 - 1),
    })
    .nullish(),
  /** What tRPC adds where pages are turned; there is one way. */
  direction: z.literal("forward").optional(),
});
export type RunLogRequest = z.infer<typeof runLogRequest>;

/** `sinceStep` gives the points after that step, for catching up; no `keys` means all series. */
export const runSeriesRequest = z.strictObject({
  id: z.uuid(),
  keys: z.array(key).max(2_000).optional(),
  sinceStep: step.optional(),
  fromStep: step.optional(),
  toStep: step.optional(),
  maxPoints: panelPoints,
});
export type RunSeriesRequest = z.infer<typeof runSeriesRequest>;

/** Lists of a run at one step: the last one up to `step`, else the latest. `latest` names what the page knows, so that it asks anew. */
export const runListsRequest = z.strictObject({
  id: z.uuid(),
  keys: z.array(z.string().regex(listKeyPattern, "no such list")).min(1).max(12),
  step: step.optional(),
  latest: step.optional(),
});
export type RunListsRequest = z.infer<typeof runListsRequest>;

export const createWorkerTokenRequest = z.strictObject({
  name: typedText(80, "a token's name")
    .trim()
    .min(1, "give the token a name")
    .refine((text) => text === "" || isVisible(text), "give the token a name with visible characters"),
  /** null = until it is revoked */
  expiresInDays: z.number().gt(0).max(3650).nullable().default(null),
});
export type CreateWorkerTokenRequest = z.infer<typeof createWorkerTokenRequest>;

/** `drained`: the worker finishes its runs and takes no new ones, also after it connected again. */
export const drainWorkerRequest = z.strictObject({ id: z.uuid(), drained: z.boolean() });

/** Orders of that kind go on: a person has seen to what was the matter. */
export const retryLauncherRequest = z.strictObject({ kind: z.enum(launcherKinds) });

export const createShareRequest = z.strictObject({
  experimentId: z.uuid(),
  /** A link goes further than its maker thinks: names, paths and logs are shown only where that was asked for. */
  hideNames: z.boolean().default(true),
  /** null = until it is revoked */
  expiresInDays: z.number().gt(0).max(3650).nullable().default(null),
  /** Which sites may show its charts in a frame. */
  frames: framePolicy.default("nobody"),
});
export type CreateShareRequest = z.infer<typeof createShareRequest>;

export const setFramesRequest = z.strictObject({ id: z.uuid(), frames: framePolicy });

export const openRecordingRequest = z.strictObject({ preset: z.string().max(80) });

export const listSharesRequest = z.strictObject({ experimentId: z.uuid() });
export const openShareRequest = z.strictObject({ token: z.string().max(200) });
