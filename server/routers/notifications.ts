import { createHookRequest, listHooksRequest } from "../../contract/wire/notifications.ts";
import { byId } from "../../contract/wire/requests.ts";
import { createHook, listHooks, removeHook, testHook } from "../services/notifications/hooks.ts";
import { editProcedure, router } from "./trpc.ts";

/** Webhooks: who is told when something happens. */
export const notificationsRouter = router({
  list: editProcedure.input(listHooksRequest).query(({ ctx, input }) => listHooks(ctx.services, ctx.person, input.experimentId)),
  create: editProcedure.input(createHookRequest).mutation(({ ctx, input }) => createHook(ctx.services, ctx.person, input)),
  remove: editProcedure.input(byId).mutation(({ ctx, input }) => removeHook(ctx.services, ctx.person, input.id)),
  test: editProcedure.input(byId).mutation(({ ctx, input }) => testHook(ctx.services, ctx.person, input.id)),
});
