import { createApiTokenRequest, endSessionsRequest } from "../../contract/people.ts";
import { byId } from "../../contract/wire/requests.ts";
import { createApiToken, listApiTokens, revokeApiToken } from "../services/people/apiTokens.ts";
import { describeMe } from "../services/people/describeMe.ts";
import { endSessions, listSessions } from "../services/people/sessions.ts";
import { readProcedure, router, selfProcedure } from "./trpc.ts";

/** One's own sign-in and tokens. */
export const accountRouter = router({
  me: readProcedure.query(({ ctx }) => describeMe(ctx.services, ctx.person)),
  sessions: selfProcedure.query(({ ctx }) => listSessions(ctx.services, ctx.person)),
  endSessions: selfProcedure.input(endSessionsRequest).mutation(({ ctx, input }) => endSessions(ctx.services, ctx.person, input)),
  tokens: selfProcedure.query(({ ctx }) => listApiTokens(ctx.services, ctx.person)),
  createToken: selfProcedure
    .input(createApiTokenRequest)
    .mutation(({ ctx, input }) => createApiToken(ctx.services, ctx.person, input)),
  revokeToken: selfProcedure.input(byId).mutation(({ ctx, input }) => revokeApiToken(ctx.services, ctx.person, input.id)),
});
