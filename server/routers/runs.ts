import {
  byId,
  runAgainRequest,
  runGeometryRequest,
  runListsRequest,
  runLogRequest,
  runSeriesRequest,
} from "../../contract/wire/requests.ts";
import { cancelRun } from "../services/runs/cancelRun.ts";
import { getRun } from "../services/runs/getRun.ts";
import { pauseRun } from "../services/runs/pauseRuns.ts";
import { readRunLog } from "../services/runs/readRunLog.ts";
import { removeRun } from "../services/runs/removeRun.ts";
import { resumeRun } from "../services/runs/resumeRuns.ts";
import { runAgain } from "../services/runs/runAgain.ts";
import { readRunGeometry } from "../services/series/readRunGeometry.ts";
import { readRunLists } from "../services/series/readRunLists.ts";
import { readRunSeries } from "../services/series/readRunSeries.ts";
import { launchProcedure, manageProcedure, router, studyProcedure } from "./trpc.ts";

export const runsRouter = router({
  get: studyProcedure.input(byId).query(({ ctx, input }) => getRun(ctx.services, ctx.reader, input.id)),
  log: studyProcedure.input(runLogRequest).query(({ ctx, input }) => readRunLog(ctx.services, ctx.reader, input, ctx.allowance)),
  geometry: studyProcedure
    .input(runGeometryRequest)
    .query(({ ctx, input }) => readRunGeometry(ctx.services, ctx.reader, input.id, input.lastOnly, ctx.allowance)),
  series: studyProcedure
    .input(runSeriesRequest)
    .query(({ ctx, input }) => readRunSeries(ctx.services, ctx.reader, input, ctx.allowance)),
  lists: studyProcedure
    .input(runListsRequest)
    .query(({ ctx, input }) => readRunLists(ctx.services, ctx.reader, input, ctx.allowance)),
  pause: launchProcedure.input(byId).mutation(({ ctx, input }) => pauseRun(ctx.services, input.id)),
  resume: launchProcedure.input(byId).mutation(({ ctx, input }) => resumeRun(ctx.services, input.id)),
  cancel: launchProcedure.input(byId).mutation(({ ctx, input }) => cancelRun(ctx.services, input.id)),
  again: launchProcedure.input(runAgainRequest).mutation(({ ctx, input }) => runAgain(ctx.services, input.id, input.fromStart)),
  remove: manageProcedure.input(byId).mutation(({ ctx, input }) => removeRun(ctx.services, input.id)),
});
