import { and, desc, eq, isNull, ne, or, type SQL, sql } from "drizzle-orm";
import { clock, daysFromNow } from "../clock.ts";
import type { Executor } from "../database.ts";
import { members, sessions } from "../peopleSchema.ts";

const open = sql`${sessions.expiresAt} > ${clock}`;

export async function insertSession(
  db: Executor,
  session: { id: string; hash: string; memberId: string | null; keyMark: string | null; browser: string; days: number },
): Promise<void> {
  const { days, ...row } = session;
  await db.insert(sessions).values({ ...row, expiresAt: daysFromNow(days) });
  await db.delete(sessions).where(sql`${sessions.expiresAt} <= ${clock}`);
}

/**
 * The session of this digest while it is valid: its member is there, or the access key is still the one that it came by.
 * `unseen` if its last use was not noted this minute.
 */
export async function findSession(db: Executor, hash: string, keyMark: string) {
  const [row] = await db
    .select({
      id: sessions.id,
      memberId: sessions.memberId,
      expiresAt: sessions.expiresAt,
      name: members.name,
      role: members.role,
      unseen: sql<boolean>`${sessions.lastSeenAt} < ${clock} - interval '1 minute'`,
    })
    .from(sessions)
    .leftJoin(members, eq(members.id, sessions.memberId))
    .where(and(eq(sessions.hash, hash), open, or(eq(sessions.keyMark, keyMark), sql`${members.id} is not null`)));
  return row ?? null;
}

export async function recordSessionUse(db: Executor, id: string): Promise<void> {
  await db.update(sessions).set({ lastSeenAt: clock }).where(eq(sessions.id, id));
}

const ofMember = (memberId: string | null): SQL =>
  memberId === null ? isNull(sessions.memberId) : eq(sessions.memberId, memberId);

/** @param memberId null: those that came by the access key */
export function listSessionRows(db: Executor, memberId: string | null) {
  return db
    .select()
    .from(sessions)
    .where(and(ofMember(memberId), open))
    .orderBy(desc(sessions.lastSeenAt));
}

/** Ends sessions of one person. @returns the ids of those that it ended */
export async function deleteSessions(
  db: Executor,
  memberId: string | null,
  which: { only?: string; except?: string },
): Promise<string[]> {
  const rows = await db
    .delete(sessions)
    .where(
      and(
        ofMember(memberId),
        which.only === undefined ? undefined : eq(sessions.id, which.only),
        which.except === undefined ? undefined : ne(sessions.id, which.except),
      ),
    )
    .returning({ id: sessions.id });
  return rows.map(({ id }) => id);
}

/** Ends those opened with an access key that is no longer this server's. */
export async function deleteSessionsOfOtherKeys(db: Executor, keyMark: string): Promise<void> {
  await db.delete(sessions).where(and(isNull(sessions.memberId), ne(sessions.keyMark, keyMark)));
}
