import { byId, createWorkerTokenRequest } from "../../contract/requests.ts";
import { createWorkerToken } from "../services/createWorkerToken.ts";
import { listWorkers } from "../services/listWorkers.ts";
import { listWorkerTokens } from "../services/listWorkerTokens.ts";
import { revokeWorkerToken } from "../services/revokeWorkerToken.ts";
import { ownerProcedure, router } from "../trpc.ts";

export const workersRouter = router({
  list: ownerProcedure.query(({ ctx }) => listWorkers(ctx.services)),
  tokens: ownerProcedure.query(({ ctx }) => listWorkerTokens(ctx.services)),
  createToken: ownerProcedure
    .input(createWorkerTokenRequest)
    .mutation(({ ctx, input }) => createWorkerToken(ctx.services, input.name)),
  revokeToken: ownerProcedure.input(byId).mutation(({ ctx, input }) => revokeWorkerToken(ctx.services, input.id)),
});
