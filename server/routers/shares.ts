import { byId, createShareRequest, listSharesRequest, openShareRequest } from "../../contract/requests.ts";
import { createShare } from "../services/createShare.ts";
import { listShares } from "../services/listShares.ts";
import { openShare } from "../services/openShare.ts";
import { revokeShare } from "../services/revokeShare.ts";
import { ownerProcedure, publicProcedure, router } from "../trpc.ts";

export const sharesRouter = router({
  list: ownerProcedure.input(listSharesRequest).query(({ ctx, input }) => listShares(ctx.services, input.experimentId)),
  create: ownerProcedure.input(createShareRequest).mutation(({ ctx, input }) => createShare(ctx.services, input)),
  revoke: ownerProcedure.input(byId).mutation(({ ctx, input }) => revokeShare(ctx.services, input.id)),
});

export const sharedRouter = router({
  open: publicProcedure.input(openShareRequest).query(({ ctx, input }) => openShare(ctx.services, input.token)),
});
