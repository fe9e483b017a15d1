import {
  geometryQuery,
  logQuery,
  runAgainBody,
  runSeriesQuery,
  seriesAnswer,
  seriesTypes,
} from "../../../contract/api/apiRequests.ts";
import { done } from "../../../contract/api/experimentAnswers.ts";
import { anyRunDetail, geometryAnswer, logPage, runState } from "../../../contract/api/runAnswers.ts";
import { cancelRun } from "../../services/runs/cancelRun.ts";
import { getRun } from "../../services/runs/getRun.ts";
import { pauseRun } from "../../services/runs/pauseRuns.ts";
import { readRunLog } from "../../services/runs/readRunLog.ts";
import { removeRun } from "../../services/runs/removeRun.ts";
import { resumeRun } from "../../services/runs/resumeRuns.ts";
import { runAgain } from "../../services/runs/runAgain.ts";
import { openRunSeries } from "../../services/series/openSeries.ts";
import { readRunGeometry } from "../../services/series/readRunGeometry.ts";
import { defineRoute, jsonOrFile, type Route } from "../defineRoute.ts";
import { chooseFormat, seriesFile } from "../formats/seriesFile.ts";

const subject = "runs";

export const runRoutes: Route[] = [
  defineRoute({
    ...{ id: "getRun", method: "GET", path: "/runs/{id}", right: "study", subject },
    summary: "Read a run with its attempts",
    response: anyRunDetail,
    handle: ({ services, reader, params }) => getRun(services, reader, params.id),
  }),
  defineRoute({
    ...{ id: "removeRun", method: "DELETE", path: "/runs/{id}", right: "manage", subject },
    summary: "Delete an ended run with all its points and files, for good",
    response: done,
    handle: ({ services, params }) => removeRun(services, params.id),
  }),
  defineRoute({
    ...{ id: "cancelRun", method: "POST", path: "/runs/{id}/cancel", right: "launch", subject },
    summary: "Cancel a run",
    response: runState,
    handle: ({ services, params }) => cancelRun(services, params.id),
  }),
  defineRoute({
    ...{ id: "pauseRun", method: "POST", path: "/runs/{id}/pause", right: "launch", subject },
    summary: "Pause a run",
    response: runState,
    handle: ({ services, params }) => pauseRun(services, params.id),
  }),
  defineRoute({
    ...{ id: "resumeRun", method: "POST", path: "/runs/{id}/resume", right: "launch", subject },
    summary: "Resume a paused run",
    response: runState,
    handle: ({ services, params }) => resumeRun(services, params.id),
  }),
  defineRoute({
    ...{ id: "runAgain", method: "POST", path: "/runs/{id}/again", right: "launch", subject },
    summary: "Queue an ended run as a new attempt",
    description: "With `fromStart` it begins at step 0, and what was measured before is void.",
    request: runAgainBody,
    example: { fromStart: true },
    response: runState,
    handle: ({ services, params, body }) => runAgain(services, params.id, body.fromStart),
  }),
  defineRoute({
    ...{ id: "getLog", method: "GET", path: "/runs/{id}/log", right: "study", subject },
    summary: "Read a run's log, newest lines first",
    description: "`before` of an answer gives the page before it. Through a link that hides names there are no lines.",
    query: logQuery,
    response: logPage,
    handle: async ({ services, reader, params, query, allowance }) => {
      const [attempt, seq] = (query.before ?? "").split(".").map(Number);
      const cursor = query.before === undefined ? null : { attempt: attempt!, seq: seq! };
      const lines = await readRunLog(services, reader, { id: params.id, limit: query.limit, cursor }, allowance);
      const first = lines.length < query.limit ? undefined : lines[0];
      return { lines, before: first ? `${first.attempt}.${first.seq}` : null };
    },
  }),
  defineRoute({
    ...{ id: "getGeometry", method: "GET", path: "/runs/{id}/geometry", right: "study", subject },
    summary: "Read class means, samples and Gram matrices of the last layer over training",
    query: geometryQuery,
    response: geometryAnswer,
    handle: async ({ services, reader, params, query, allowance }) => ({
      snapshots: await readRunGeometry(services, reader, params.id, query.lastOnly, allowance),
    }),
  }),
  defineRoute({
    ...{ id: "getRunSeries", method: "GET", path: "/runs/{id}/series", right: "study", subject },
    summary: "Read a run's series",
    description:
      "Every stored point as it was measured, to the last bit; in the form that ?format= or the Accept header asks for.",
    query: runSeriesQuery,
    response: jsonOrFile(seriesAnswer, ...Object.values(seriesTypes)),
    handle: async ({ services, reader, params, query, accept }) => {
      chooseFormat(query, accept);
      return seriesFile(await openRunSeries(services, reader, params.id, query), query, accept);
    },
  }),
];
