import { byId, runAgainRequest, runGeometryRequest, runLogRequest, runSeriesRequest } from "../../contract/requests.ts";
import { cancelRun } from "../services/cancelRun.ts";
import { getRun } from "../services/getRun.ts";
import { readRunGeometry } from "../services/readRunGeometry.ts";
import { readRunLog } from "../services/readRunLog.ts";
import { readRunSeries } from "../services/readRunSeries.ts";
import { removeRun } from "../services/removeRun.ts";
import { runAgain } from "../services/runAgain.ts";
import { ownerProcedure, readerProcedure, router } from "../trpc.ts";

export const runsRouter = router({
  get: readerProcedure.input(byId).query(({ ctx, input }) => getRun(ctx.services, ctx.reader, input.id)),
  log: readerProcedure
    .input(runLogRequest)
    .query(({ ctx, input }) => readRunLog(ctx.services, ctx.reader, input.id, input.limit)),
  geometry: readerProcedure
    .input(runGeometryRequest)
    .query(({ ctx, input }) => readRunGeometry(ctx.services, ctx.reader, input.id, input.lastOnly)),
  series: readerProcedure.input(runSeriesRequest).query(({ ctx, input }) => readRunSeries(ctx.services, ctx.reader, input)),
  cancel: ownerProcedure.input(byId).mutation(({ ctx, input }) => cancelRun(ctx.services, input.id)),
  again: ownerProcedure.input(runAgainRequest).mutation(({ ctx, input }) => runAgain(ctx.services, input.id, input.fromStart)),
  remove: ownerProcedure.input(byId).mutation(({ ctx, input }) => removeRun(ctx.services, input.id)),
});
