import { inviteRequest, setRoleRequest } from "../../contract/people.ts";
import { byId } from "../../contract/wire/requests.ts";
import { invite, inviteToNewPassword, listPeople, removeMember, revokeInvitation, setRole } from "../services/people/people.ts";
import { manageProcedure, router } from "./trpc.ts";

export const peopleRouter = router({
  list: manageProcedure.query(({ ctx }) => listPeople(ctx.services)),
  invite: manageProcedure.input(inviteRequest).mutation(({ ctx, input }) => invite(ctx.services, ctx.person, input)),
  inviteToNewPassword: manageProcedure
    .input(byId)
    .mutation(({ ctx, input }) => inviteToNewPassword(ctx.services, ctx.person, input.id)),
  revokeInvitation: manageProcedure.input(byId).mutation(({ ctx, input }) => revokeInvitation(ctx.services, input.id)),
  setRole: manageProcedure.input(setRoleRequest).mutation(({ ctx, input }) => setRole(ctx.services, input)),
  remove: manageProcedure.input(byId).mutation(({ ctx, input }) => removeMember(ctx.services, input.id)),
});
