import { byId, runAgainRequest, runGeometryRequest, runLogRequest, runSeriesRequest } from "../../contract/requests.ts";
import { cancelRun } from "../services/cancelRun.ts";
import { getRun } from "../services/getRun.ts";
import { pauseRun } from "../services/pauseRuns.ts";
import { readRunGeometry } from "../services/readRunGeometry.ts";
import { readRunLog } from "../services/readRunLog.ts";
import { readRunSeries } from "../services/readRunSeries.ts";
import { removeRun } from "../services/removeRun.ts";
import { resumeRun } from "../services/resumeRuns.ts";
import { runAgain } from "../services/runAgain.ts";
import { launchProcedure, manageProcedure, router, studyProcedure } from "../trpc.ts";

export const runsRouter = router({
  get: studyProcedure.input(byId).query(({ ctx, input }) => getRun(ctx.services, ctx.reader, input.id)),
  log: studyProcedure.input(runLogRequest).query(({ ctx, input }) => readRunLog(ctx.services, ctx.reader, input, ctx.allowance)),
  geometry: studyProcedure
    .input(runGeometryRequest)
    .query(({ ctx, input }) => readRunGeometry(ctx.services, ctx.reader, input.id, input.lastOnly, ctx.allowance)),
  series: studyProcedure
    .input(runSeriesRequest)
    .query(({ ctx, input }) => readRunSeries(ctx.services, ctx.reader, input, ctx.allowance)),
  pause: launchProcedure.input(byId).mutation(({ ctx, input }) => pauseRun(ctx.services, input.id)),
  resume: launchProcedure.input(byId).mutation(({ ctx, input }) => resumeRun(ctx.services, input.id)),
  cancel: launchProcedure.input(byId).mutation(({ ctx, input }) => cancelRun(ctx.services, input.id)),
  again: launchProcedure.input(runAgainRequest).mutation(({ ctx, input }) => runAgain(ctx.services, input.id, input.fromStart)),
  remove: manageProcedure.input(byId).mutation(({ ctx, input }) => removeRun(ctx.services, input.id)),
});
