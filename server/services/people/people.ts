import { randomUUID } from "node:crypto";
import { type InviteRequest, rightsOf, type SetRoleRequest } from "../../../contract/people.ts";
import type { InvitationView, MemberView } from "../../../contract/wire/views.ts";
import {
  deleteMember,
  getMember,
  insertInvitation,
  listInvitationRows,
  listMemberRows,
  markInvitationRevoked,
  revokeLinksMadeBy,
  updateRole,
} from "../../../db/queries/people.ts";
import type { Person } from "../../access/person.ts";
import { digest, newSecret } from "../../access/secrets.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";

const newPasswordDays = 2;

export async function listPeople(context: ServiceContext): Promise<{ members: MemberView[]; invitations: InvitationView[] }> {
  const { orm } = context.database;
  const [members, invitations] = [await listMemberRows(orm), await listInvitationRows(orm)];
  return {
    members: members.map(({ member: { id, name, email, role, createdAt }, lastSeenAt, hasPassword }) => ({
      ...{ id, name, email, role },
      by: hasPassword ? "password" : "provider",
      createdAt: createdAt.toISOString(),
      lastSeenAt: lastSeenAt?.toISOString() ?? null,
    })),
    invitations: invitations.map(({ invitation, newPasswordOf }) => ({
      id: invitation.id,
      role: invitation.role,
      note: invitation.note,
      newPasswordOf,
      createdAt: invitation.createdAt.toISOString(),
      expiresAt: invitation.expiresAt.toISOString(),
      usedAt: invitation.usedAt?.toISOString() ?? null,
      revokedAt: invitation.revokedAt?.toISOString() ?? null,
    })),
  };
}

/** Creates a link that lets one person in with this role; it is shown only once. */
export async function invite(context: ServiceContext, by: Person, input: InviteRequest): Promise<{ id: string; url: string }> {
  return makeLink(context, by, { ...input, memberId: null });
}

/** Creates a link with which a member who has lost theirs chooses a new password. */
export async function inviteToNewPassword(
  context: ServiceContext,
  by: Person,
  memberId: string,
): Promise<{ id: string; url: string }> {
  const { role } = requireFound(await getMember(context.database.orm, memberId), "member");
  return makeLink(context, by, { role, note: "", memberId, expiresInDays: newPasswordDays });
}

async function makeLink(
  context: ServiceContext,
  by: Person,
  of: InviteRequest & { memberId: string | null },
): Promise<{ id: string; url: string }> {
  const [id, token] = [randomUUID(), newSecret()];
  await insertInvitation(context.database.orm, { ...of, id, hash: digest(token), madeBy: by.memberId });
  return { id, url: `${context.publicUrl}/join/${token}` };
}

export async function revokeInvitation(context: ServiceContext, id: string): Promise<{ ok: true }> {
  requireFound(await markInvitationRevoked(context.database.orm, id), "invitation");
  return { ok: true };
}

/** Takes effect at once, also for what they have open. Invitations end if their maker may no longer invite. */
export async function setRole(context: ServiceContext, { id, role }: SetRoleRequest): Promise<{ ok: true }> {
  const { database } = context;
  await database.transaction(async (tx) => {
    requireFound(await updateRole(tx, id, role), "member");
    if (!rightsOf(role, null).includes("manage")) await revokeLinksMadeBy(tx, id);
  });
  context.changes.dropReaders("member", id);
  return { ok: true };
}

/** Ends their sign-in, sessions, tokens and invitations; what they launched stays. */
export async function removeMember(context: ServiceContext, id: string): Promise<{ ok: true }> {
  requireFound(await deleteMember(context.database.orm, id), "member");
  context.changes.dropReaders("member", id);
  return { ok: true };
}
