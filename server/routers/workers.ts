import { byId, createWorkerTokenRequest, drainWorkerRequest } from "../../contract/wire/requests.ts";
import { createWorkerToken } from "../services/workers/createWorkerToken.ts";
import { drainWorker } from "../services/workers/drainWorker.ts";
import { listWorkers } from "../services/workers/listWorkers.ts";
import { listWorkerTokens } from "../services/workers/listWorkerTokens.ts";
import { resumeWorker } from "../services/workers/resumeWorker.ts";
import { revokeWorkerToken } from "../services/workers/revokeWorkerToken.ts";
import { managePersonallyProcedure, manageProcedure, readProcedure, router } from "./trpc.ts";

export const workersRouter = router({
  list: readProcedure.query(({ ctx }) => listWorkers(ctx.services)),
  drain: manageProcedure
    .input(drainWorkerRequest)
    .mutation(({ ctx, input }) => drainWorker(ctx.services, input.id, input.drained)),
  resume: manageProcedure.input(byId).mutation(({ ctx, input }) => resumeWorker(ctx.services, input.id)),
  tokens: managePersonallyProcedure.query(({ ctx }) => listWorkerTokens(ctx.services)),
  createToken: managePersonallyProcedure
    .input(createWorkerTokenRequest)
    .mutation(({ ctx, input }) => createWorkerToken(ctx.services, input)),
  revokeToken: managePersonallyProcedure.input(byId).mutation(({ ctx, input }) => revokeWorkerToken(ctx.services, input.id)),
});
