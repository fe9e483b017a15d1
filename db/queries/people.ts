import { and, asc, count, desc, eq, isNull, max, sql } from "drizzle-orm";
import type { Role } from "../../contract/people.ts";
import { clock, daysFromNow } from "../clock.ts";
import type { Executor } from "../database.ts";
import { onlyRow } from "../onlyRow.ts";
import { accounts, invitations, members, sessions } from "../peopleSchema.ts";

export async function countMembers(db: Executor): Promise<number> {
  return onlyRow(await db.select({ count: count() }).from(members)).count;
}

export function listMemberRows(db: Executor) {
  return db
    .select({
      member: members,
      lastSeenAt: max(sessions.lastSeenAt),
      hasPassword: sql<boolean>`exists (select 1 from ${accounts} where ${accounts.userId} = ${members.id} and ${accounts.password} is not null)`,
    })
    .from(members)
    .leftJoin(sessions, eq(sessions.memberId, members.id))
    .groupBy(members.id)
    .orderBy(asc(members.createdAt));
}

export async function updateRole(db: Executor, id: string, role: Role): Promise<boolean> {
  const result = await db.update(members).set({ role, updatedAt: clock }).where(eq(members.id, id));
  return (result.rowCount ?? 0) > 0;
}

/** With their sign-in, sessions, tokens, links for a new password and the invitations that they made. */
export async function deleteMember(db: Executor, id: string): Promise<boolean> {
  const result = await db.delete(members).where(eq(members.id, id));
  return (result.rowCount ?? 0) > 0;
}

export async function getMember(db: Executor, id: string): Promise<typeof members.$inferSelect | null> {
  const [row] = await db.select().from(members).where(eq(members.id, id));
  return row ?? null;
}

export async function insertInvitation(
  db: Executor,
  invitation: {
    id: string;
    hash: string;
    role: Role;
    note: string;
    memberId: string | null;
    madeBy: string | null;
    expiresInDays: number;
  },
): Promise<void> {
  const { expiresInDays, ...row } = invitation;
  await db.insert(invitations).values({ ...row, expiresAt: daysFromNow(expiresInDays) });
}

const usable = and(isNull(invitations.usedAt), isNull(invitations.revokedAt), sql`${invitations.expiresAt} > ${clock}`);

export type OpenInvitation = { id: string; role: Role; memberId: string | null };
const opened = { id: invitations.id, role: invitations.role, memberId: invitations.memberId };

/** The invitation of this digest while it can be used. */
export async function findInvitation(db: Executor, hash: string): Promise<OpenInvitation | null> {
  const [row] = await db
    .select(opened)
    .from(invitations)
    .where(and(eq(invitations.hash, hash), usable));
  return row ?? null;
}

/** Uses up an invitation. @returns whether it was still valid: of two simultaneous uses, one succeeds */
export async function spendInvitation(db: Executor, id: string): Promise<boolean> {
  const result = await db
    .update(invitations)
    .set({ usedAt: clock })
    .where(and(eq(invitations.id, id), usable));
  return (result.rowCount ?? 0) > 0;
}

/** Ends the links by which a member could choose a new password. */
export async function revokeLinksOf(db: Executor, memberId: string): Promise<void> {
  await db
    .update(invitations)
    .set({ revokedAt: clock })
    .where(and(eq(invitations.memberId, memberId), isNull(invitations.usedAt), isNull(invitations.revokedAt)));
}

/** Ends the links that a member has made and nobody has used. */
export async function revokeLinksMadeBy(db: Executor, madeBy: string): Promise<void> {
  await db
    .update(invitations)
    .set({ revokedAt: clock })
    .where(and(eq(invitations.madeBy, madeBy), isNull(invitations.usedAt), isNull(invitations.revokedAt)));
}

/** After a failure: it can be used again. */
export async function returnInvitation(db: Executor, id: string): Promise<void> {
  await db.update(invitations).set({ usedAt: null }).where(eq(invitations.id, id));
}

/** The newest first; those that ended a month ago are left out. */
export function listInvitationRows(db: Executor) {
  return db
    .select({ invitation: invitations, newPasswordOf: members.name })
    .from(invitations)
    .leftJoin(members, eq(members.id, invitations.memberId))
    .where(sql`${invitations.expiresAt} > ${clock} - interval '30 days'`)
    .orderBy(desc(invitations.createdAt));
}

export async function markInvitationRevoked(db: Executor, id: string): Promise<boolean> {
  const result = await db
    .update(invitations)
    .set({ revokedAt: clock })
    .where(and(eq(invitations.id, id), isNull(invitations.usedAt), isNull(invitations.revokedAt)));
  return (result.rowCount ?? 0) > 0;
}
