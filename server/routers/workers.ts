import { byId, createWorkerTokenRequest, drainWorkerRequest } from "../../contract/requests.ts";
import { createWorkerToken } from "../services/createWorkerToken.ts";
import { drainWorker } from "../services/drainWorker.ts";
import { listWorkers } from "../services/listWorkers.ts";
import { listWorkerTokens } from "../services/listWorkerTokens.ts";
import { resumeWorker } from "../services/resumeWorker.ts";
import { revokeWorkerToken } from "../services/revokeWorkerToken.ts";
import { manageProcedure, readProcedure, router } from "../trpc.ts";

export const workersRouter = router({
  list: readProcedure.query(({ ctx }) => listWorkers(ctx.services)),
  drain: manageProcedure
    .input(drainWorkerRequest)
    .mutation(({ ctx, input }) => drainWorker(ctx.services, input.id, input.drained)),
  resume: manageProcedure.input(byId).mutation(({ ctx, input }) => resumeWorker(ctx.services, input.id)),
  tokens: manageProcedure.query(({ ctx }) => listWorkerTokens(ctx.services)),
  createToken: manageProcedure
    .input(createWorkerTokenRequest)
    .mutation(({ ctx, input }) => createWorkerToken(ctx.services, input)),
  revokeToken: manageProcedure.input(byId).mutation(({ ctx, input }) => revokeWorkerToken(ctx.services, input.id)),
});
