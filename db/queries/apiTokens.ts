import { and, desc, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { TokenScope } from "../../contract/people.ts";
import { clock, daysFromNow } from "../clock.ts";
import type { Executor } from "../database.ts";
import { apiTokens, members } from "../peopleSchema.ts";

export async function insertApiToken(
  db: Executor,
  token: { id: string; hash: string; memberId: string | null; name: string; scope: TokenScope; expiresInDays: number | null },
): Promise<void> {
  const { expiresInDays, ...row } = token;
  const expiresAt = expiresInDays === null ? null : daysFromNow(expiresInDays);
  await db.insert(apiTokens).values({ ...row, expiresAt });
}

/** The token of this digest while it is valid, with its maker's role now; `unseen` if its last use was not noted this minute. */
export async function findApiToken(db: Executor, hash: string) {
  const [row] = await db
    .select({
      id: apiTokens.id,
      memberId: apiTokens.memberId,
      scope: apiTokens.scope,
      expiresAt: apiTokens.expiresAt,
      maker: members.name,
      role: members.role,
      unseen: sql<boolean>`coalesce(${apiTokens.lastUsedAt} < ${clock} - interval '1 minute', true)`,
    })
    .from(apiTokens)
    .leftJoin(members, eq(members.id, apiTokens.memberId))
    .where(
      and(
        eq(apiTokens.hash, hash),
        isNull(apiTokens.revokedAt),
        sql`(${apiTokens.expiresAt} is null or ${apiTokens.expiresAt} > ${clock})`,
      ),
    );
  return row ?? null;
}

export async function recordApiTokenUse(db: Executor, id: string): Promise<void> {
  await db.update(apiTokens).set({ lastUsedAt: clock }).where(eq(apiTokens.id, id));
}

/** Whose tokens: one member's, those made with the access key (null), or everybody's. */
export type Makers = { memberId: string | null } | "everybody";
const madeBy = (makers: Makers): SQL | undefined =>
  makers === "everybody"
    ? undefined
    : makers.memberId === null
      ? isNull(apiTokens.memberId)
      : eq(apiTokens.memberId, makers.memberId);

export function listApiTokenRows(db: Executor, makers: Makers) {
  return db
    .select({ token: apiTokens, maker: members.name })
    .from(apiTokens)
    .leftJoin(members, eq(members.id, apiTokens.memberId))
    .where(madeBy(makers))
    .orderBy(desc(apiTokens.createdAt));
}

export async function markApiTokenRevoked(db: Executor, id: string, makers: Makers): Promise<boolean> {
  const result = await db
    .update(apiTokens)
    .set({ revokedAt: clock })
    .where(and(eq(apiTokens.id, id), madeBy(makers), isNull(apiTokens.revokedAt)));
  return (result.rowCount ?? 0) > 0;
}
