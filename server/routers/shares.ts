import { byId, createShareRequest, listSharesRequest, openShareRequest, setFramesRequest } from "../../contract/wire/requests.ts";
import { createShare, listShares, openShare, revokeShare, setShareFrames } from "../services/shares/shares.ts";
import { anyoneProcedure, editProcedure, router } from "./trpc.ts";

export const sharesRouter = router({
  list: editProcedure.input(listSharesRequest).query(({ ctx, input }) => listShares(ctx.services, input.experimentId)),
  create: editProcedure.input(createShareRequest).mutation(({ ctx, input }) => createShare(ctx.services, input)),
  setFrames: editProcedure.input(setFramesRequest).mutation(({ ctx, input }) => setShareFrames(ctx.services, input)),
  revoke: editProcedure.input(byId).mutation(({ ctx, input }) => revokeShare(ctx.services, input.id)),
});

export const sharedRouter = router({
  open: anyoneProcedure.input(openShareRequest).query(({ ctx, input }) => openShare(ctx.services, input.token)),
});
