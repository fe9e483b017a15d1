import { z } from "zod";
import { launchInput } from "../config/experimentConfig.ts";
import { limits } from "../limits.ts";
import { seriesKeyPattern } from "../metrics/seriesKey.ts";
import { runStatuses } from "../status.ts";
import {
  addDepthsRequest,
  addSeedsRequest,
  createShareRequest,
  drainWorkerRequest,
  experimentSeriesRequest,
  listExperimentsRequest,
  runAgainRequest,
  runLogRequest,
  setFramesRequest,
  updateExperimentRequest,
} from "../wire/requests.ts";

/** Requests of the API: those of the procedures, without what stands in the address. */

export const createExperimentBody = launchInput.meta({ id: "NewExperiment" });

/** Columns a list may be sorted by and continued from. */
export const apiSorts = ["created", "updated", "name"] as const;

export const apiListQuery = listExperimentsRequest.omit({ offset: true, sort: true }).extend({
  sort: z.enum(apiSorts).default("created"),
  cursor: z.string().max(1_000).optional().describe("`next` of the page before, asked for with the same parameters."),
});

export const addDepthsBody = addDepthsRequest.omit({ id: true });
export const addSeedsBody = addSeedsRequest.omit({ id: true });
export const updateExperimentBody = updateExperimentRequest.omit({ id: true });
export const createShareBody = createShareRequest.omit({ experimentId: true });
export const updateShareBody = setFramesRequest.omit({ id: true });
export const runAgainBody = runAgainRequest.omit({ id: true });
export const drainWorkerBody = drainWorkerRequest.omit({ id: true }).extend({ drained: z.boolean().default(true) });

export const runListQuery = z.strictObject({ status: z.enum(runStatuses).optional() });

export const logQuery = z.strictObject({
  limit: runLogRequest.shape.limit,
  before: z
    .string()
    .regex(/^\d{1,7}\.\d{1,10}$/, "a cursor is `before` of another page")
    .optional(),
});

export const geometryQuery = z.strictObject({ lastOnly: z.boolean().default(false) });

export type ApiListQuery = z.infer<typeof apiListQuery>;

/** Forms in which series are given, with their media types. */
export const seriesTypes = {
  json: "application/json",
  ndjson: "application/x-ndjson",
  csv: "text/csv",
  parquet: "application/vnd.apache.parquet",
} as const;
export type SeriesFormat = keyof typeof seriesTypes;
const seriesFormats = Object.keys(seriesTypes) as SeriesFormat[];

const { fromStep, toStep } = experimentSeriesRequest.shape;
export const runSeriesQuery = z.strictObject({
  key: z
    .array(z.string().regex(seriesKeyPattern, "no such series"))
    .max(2_000)
    .optional()
    .describe("Keys of series, each as a parameter of its own; absent: all."),
  fromStep,
  toStep,
  maxPoints: z
    .int()
    .min(3)
    .max(5_000)
    .optional()
    .describe("Points of each series, thinned as for a panel; absent: all that are stored."),
  format: z.enum(seriesFormats).optional().describe("Goes before the Accept header."),
});
export const seriesQuery = runSeriesQuery.extend({
  run: z.array(z.uuid()).max(limits.gridRuns).optional().describe("Ids of runs, each as a parameter of its own; absent: all."),
});
export type SeriesQuery = z.infer<typeof seriesQuery>;

export const seriesAnswer = z
  .strictObject({
    series: z.array(
      z.strictObject({
        runId: z.uuid(),
        key: z.string(),
        steps: z.array(z.int()),
        values: z.array(z.number()),
      }),
    ),
  })
  .meta({ id: "Series" });
