import { inviteRequest, setRoleRequest } from "../../contract/people.ts";
import { byId } from "../../contract/wire/requests.ts";
import { invite, inviteToNewPassword, listPeople, removeMember, revokeInvitation, setRole } from "../services/people/people.ts";
import { managePersonallyProcedure, router } from "./trpc.ts";

export const peopleRouter = router({
  list: managePersonallyProcedure.query(({ ctx }) => listPeople(ctx.services)),
  invite: managePersonallyProcedure.input(inviteRequest).mutation(({ ctx, input }) => invite(ctx.services, ctx.person, input)),
  inviteToNewPassword: managePersonallyProcedure
    .input(byId)
    .mutation(({ ctx, input }) => inviteToNewPassword(ctx.services, ctx.person, input.id)),
  revokeInvitation: managePersonallyProcedure.input(byId).mutation(({ ctx, input }) => revokeInvitation(ctx.services, input.id)),
  setRole: managePersonallyProcedure.input(setRoleRequest).mutation(({ ctx, input }) => setRole(ctx.services, input)),
  remove: managePersonallyProcedure.input(byId).mutation(({ ctx, input }) => removeMember(ctx.services, input.id)),
});
