import { and, eq, isNull, lt, sql } from "drizzle-orm";
import { clock, msAgo, msFromNow } from "../clock.ts";
import type { Executor } from "../database.ts";
import { keptAnswers } from "../peopleSchema.ts";

export type KeptAnswer = typeof keptAnswers.$inferSelect;

/** Which request, by whose key. */
export interface RequestKey {
  asker: string;
  keyHash: string;
}

const isOf = ({ asker, keyHash }: RequestKey) => and(eq(keptAnswers.asker, asker), eq(keptAnswers.keyHash, keyHash));

/**
 * Takes a key for a request, in one statement: a new one, one whose answer is too old, or one whose server went away while it worked on
 * the same request. @returns the row if it was taken
 */
export async function claimKey(
  db: Executor,
  key: RequestKey,
  claim: { id: string; requestId: string; request: string | null; forMs: number; keptMs: number },
): Promise<KeptAnswer | null> {
  const isOld = sql`${keptAnswers.createdAt} < ${msAgo(claim.keptMs)}`;
  const isAbandoned = sql`${keptAnswers.status} is null and ${keptAnswers.claimedUntil} < ${clock}
    and (${keptAnswers.request} is null or ${claim.request}::text is null or ${keptAnswers.request} = ${claim.request}::text)`;
  const [row] = await db
    .insert(keptAnswers)
    .values({ ...key, request: claim.request, requestId: claim.requestId, claim: claim.id, claimedUntil: msFromNow(claim.forMs) })
    .onConflictDoUpdate({
      target: [keptAnswers.asker, keptAnswers.keyHash],
      set: {
        request: claim.request,
        requestId: sql`case when ${isOld} then excluded.request_id else ${keptAnswers.requestId} end`,
        claim: claim.id,
        claimedUntil: msFromNow(claim.forMs),
        status: null,
        answer: null,
        createdAt: clock,
      },
      setWhere: sql`(${isOld}) or (${isAbandoned})`,
    })
    .returning();
  return row ?? null;
}

export async function findKey(db: Executor, key: RequestKey): Promise<KeptAnswer | null> {
  const [row] = await db.select().from(keptAnswers).where(isOf(key));
  return row ?? null;
}

const isClaimed = (key: RequestKey, claimId: string) =>
  and(isOf(key), eq(keptAnswers.claim, claimId), isNull(keptAnswers.status));

export async function renewClaim(db: Executor, key: RequestKey, claimId: string, forMs: number): Promise<void> {
  await db
    .update(keptAnswers)
    .set({ claimedUntil: msFromNow(forMs) })
    .where(isClaimed(key, claimId));
}

export async function keepAnswer(
  db: Executor,
  key: RequestKey,
  claimId: string,
  kept: { request: string; status: number; answer: Buffer },
): Promise<void> {
  await db.update(keptAnswers).set(kept).where(isClaimed(key, claimId));
}

/** The request failed and changed nothing: it may be sent again, another one too. */
export async function dropClaim(db: Executor, key: RequestKey, claimId: string): Promise<void> {
  await db.delete(keptAnswers).where(isClaimed(key, claimId));
}

export async function deleteOldAnswers(db: Executor, keptMs: number): Promise<number> {
  const result = await db.delete(keptAnswers).where(lt(keptAnswers.createdAt, msAgo(keptMs)));
  return result.rowCount ?? 0;
}
