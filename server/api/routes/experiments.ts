import {
  addDepthsBody,
  addSeedsBody,
  apiListQuery,
  createExperimentBody,
  runListQuery,
  seriesAnswer,
  seriesQuery,
  seriesTypes,
  updateExperimentBody,
} from "../../../contract/api/apiRequests.ts";
import {
  added,
  anyExperimentDetail,
  cancelled,
  created,
  done,
  estimate,
  experimentPage,
  experimentSummary,
  paused,
  queued,
  resumed,
  turnView,
} from "../../../contract/api/experimentAnswers.ts";
import { runList } from "../../../contract/api/runAnswers.ts";
import { newExperimentConfig } from "../../../contract/config/experimentConfig.ts";
import { cancelExperiment } from "../../services/experiments/cancelExperiment.ts";
import { describeTurn } from "../../services/experiments/describeTurn.ts";
import { estimateGrid } from "../../services/experiments/estimateGrid.ts";
import { extendGrid } from "../../services/experiments/extendGrid.ts";
import { getExperiment } from "../../services/experiments/getExperiment.ts";
import { launchExperiment } from "../../services/experiments/launchExperiment.ts";
import { pageExperiments } from "../../services/experiments/pageExperiments.ts";
import { removeExperiment } from "../../services/experiments/removeExperiment.ts";
import { restoreExperiment } from "../../services/experiments/restoreExperiment.ts";
import { runMissingCells } from "../../services/experiments/runMissingCells.ts";
import { updateExperiment } from "../../services/experiments/updateExperiment.ts";
import { pauseExperiment } from "../../services/runs/pauseRuns.ts";
import { resumeExperiment } from "../../services/runs/resumeRuns.ts";
import { openExperimentSeries } from "../../services/series/openSeries.ts";
import { defineRoute, jsonOrFile, type Route } from "../defineRoute.ts";
import { exampleLaunch } from "../examples.ts";
import { chooseFormat, seriesFile } from "../formats/seriesFile.ts";

const subject = "experiments";

export const experimentRoutes: Route[] = [
  defineRoute({
    ...{ id: "listExperiments", method: "GET", path: "/experiments", right: "read", subject },
    summary: "List experiments",
    description: "Page by page: `next` of an answer is the `cursor` of the next request.",
    query: apiListQuery,
    response: experimentPage,
    handle: ({ services, query }) => pageExperiments(services, query),
  }),
  defineRoute({
    ...{ id: "createExperiment", method: "POST", path: "/experiments", right: "launch", subject },
    summary: "Launch an experiment",
    description: "Stores a grid of runs and queues them, all or nothing. What is known to make runs fail is refused.",
    request: createExperimentBody,
    example: exampleLaunch,
    status: 201,
    response: created,
    handle: ({ services, person, body, requestId }) => launchExperiment(services, person, body, requestId),
  }),
  defineRoute({
    ...{ id: "estimateExperiment", method: "POST", path: "/experiments/estimate", right: "launch", subject },
    summary: "Estimate runs, time and memory of a grid",
    description: "Stores nothing. A grid over the limit is counted, not refused.",
    request: newExperimentConfig,
    example: exampleLaunch.config,
    response: estimate,
    handle: ({ services, body }) => estimateGrid(services, body),
  }),
  defineRoute({
    ...{ id: "getExperiment", method: "GET", path: "/experiments/{id}", right: "study", subject },
    summary: "Read an experiment",
    response: anyExperimentDetail,
    handle: async ({ services, reader, params }) => {
      const { runs: _runs, ...detail } = await getExperiment(services, reader, params.id);
      return detail;
    },
  }),
  defineRoute({
    ...{ id: "updateExperiment", method: "PATCH", path: "/experiments/{id}", right: "edit", subject },
    summary: "Change name, note, tags, archive or priority",
    description: "Fields that are not given stay unchanged.",
    request: updateExperimentBody,
    example: { note: "Seeds 3 to 5 were added." },
    response: experimentSummary,
    handle: ({ services, params, body }) => updateExperiment(services, { ...body, id: params.id }),
  }),
  defineRoute({
    ...{ id: "removeExperiment", method: "DELETE", path: "/experiments/{id}", right: "edit", subject },
    summary: "Remove an experiment",
    description: "Cancels what still runs of it. It can be restored until it is purged.",
    response: done,
    handle: ({ services, params }) => removeExperiment(services, params.id),
  }),
  defineRoute({
    ...{ id: "restoreExperiment", method: "POST", path: "/experiments/{id}/restore", right: "edit", subject },
    summary: "Restore a removed experiment",
    response: done,
    handle: ({ services, params }) => restoreExperiment(services, params.id),
  }),
  defineRoute({
    ...{ id: "cancelExperiment", method: "POST", path: "/experiments/{id}/cancel", right: "launch", subject },
    summary: "Cancel all runs that have not ended",
    response: cancelled,
    handle: ({ services, params }) => cancelExperiment(services, params.id),
  }),
  defineRoute({
    ...{ id: "pauseExperiment", method: "POST", path: "/experiments/{id}/pause", right: "launch", subject },
    summary: "Pause all runs that have not ended",
    response: paused,
    handle: ({ services, params }) => pauseExperiment(services, params.id),
  }),
  defineRoute({
    ...{ id: "resumeExperiment", method: "POST", path: "/experiments/{id}/resume", right: "launch", subject },
    summary: "Resume all paused runs",
    response: resumed,
    handle: ({ services, params }) => resumeExperiment(services, params.id),
  }),
  defineRoute({
    ...{ id: "addDepths", method: "POST", path: "/experiments/{id}/depths", right: "launch", subject },
    summary: "Add depths to the grid",
    request: addDepthsBody,
    example: { depths: [32, 48] },
    response: added,
    handle: ({ services, params, body }) => extendGrid(services, params.id, { depths: body.depths }),
  }),
  defineRoute({
    ...{ id: "addSeeds", method: "POST", path: "/experiments/{id}/seeds", right: "launch", subject },
    summary: "Add seeds to the grid",
    request: addSeedsBody,
    example: { seeds: [3, 4, 5] },
    response: added,
    handle: ({ services, params, body }) => extendGrid(services, params.id, { seeds: body.seeds }),
  }),
  defineRoute({
    ...{ id: "runMissing", method: "POST", path: "/experiments/{id}/missing", right: "launch", subject },
    summary: "Run the cells without a result",
    description: "Queues exactly the cells of the grid that failed, were cancelled or were deleted.",
    response: queued,
    handle: ({ services, params }) => runMissingCells(services, params.id),
  }),
  defineRoute({
    ...{ id: "getTurn", method: "GET", path: "/experiments/{id}/turn", right: "read", subject },
    summary: "Read when its waiting runs get their turn",
    response: turnView,
    handle: ({ services, params }) => describeTurn(services, params.id),
  }),
  defineRoute({
    ...{ id: "listRuns", method: "GET", path: "/experiments/{id}/runs", right: "study", subject },
    summary: "List its runs with their latest values",
    query: runListQuery,
    response: runList,
    handle: async ({ services, reader, params, query }) => {
      const { runs } = await getExperiment(services, reader, params.id);
      return { runs: query.status ? runs.filter(({ status }) => status === query.status) : runs };
    },
  }),
  defineRoute({
    ...{ id: "getExperimentSeries", method: "GET", path: "/experiments/{id}/series", right: "study", subject },
    summary: "Read series of its runs",
    description:
      "Every stored point as it was measured, to the last bit; in the form that ?format= or the Accept header asks for.",
    query: seriesQuery,
    response: jsonOrFile(seriesAnswer, ...Object.values(seriesTypes)),
    handle: async ({ services, reader, params, query, accept }) => {
      chooseFormat(query, accept);
      return seriesFile(await openExperimentSeries(services, reader, params.id, query), query, accept);
    },
  }),
];
