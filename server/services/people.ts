import { randomUUID } from "node:crypto";
import type { InviteRequest, SetRoleRequest } from "../../contract/people.ts";
import type { InvitationView, MemberView } from "../../contract/views.ts";
import {
  deleteMember,
  getMember,
  insertInvitation,
  listInvitationRows,
  listMemberRows,
  markInvitationRevoked,
  updateRole,
} from "../../db/queries/people.ts";
import type { ServiceContext } from "./context.ts";
import { requireFound } from "./requireFound.ts";
import { digest, newSecret } from "./secrets.ts";

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

/** Makes a link that lets one person in with this role; it is shown this once. */
export async function invite(context: ServiceContext, input: InviteRequest): Promise<{ id: string; url: string }> {
  return makeLink(context, { ...input, memberId: null });
}

/** Makes a link by which a member who has lost theirs chooses a new password. */
export async function inviteToNewPassword(context: ServiceContext, memberId: string): Promise<{ id: string; url: string }> {
  const { role } = requireFound(await getMember(context.database.orm, memberId), "member");
  return makeLink(context, { role, note: "", memberId, expiresInDays: newPasswordDays });
}

async function makeLink(
  context: ServiceContext,
  of: InviteRequest & { memberId: string | null },
): Promise<{ id: string; url: string }> {
  const [id, token] = [randomUUID(), newSecret()];
  await insertInvitation(context.database.orm, { ...of, id, hash: digest(token) });
  return { id, url: `${context.publicUrl}/join/${token}` };
}

export async function revokeInvitation(context: ServiceContext, id: string): Promise<{ ok: true }> {
  requireFound(await markInvitationRevoked(context.database.orm, id), "invitation");
  return { ok: true };
}

/** From now on; what they have open is read again with it. */
export async function setRole(context: ServiceContext, { id, role }: SetRoleRequest): Promise<{ ok: true }> {
  requireFound(await updateRole(context.database.orm, id, role), "member");
  context.changes.dropReaders("member", id);
  return { ok: true };
}

/** Ends their sign-in, sessions and tokens at once; what they launched stays. */
export async function removeMember(context: ServiceContext, id: string): Promise<{ ok: true }> {
  requireFound(await deleteMember(context.database.orm, id), "member");
  context.changes.dropReaders("member", id);
  return { ok: true };
}
