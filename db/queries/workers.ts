import { and, asc, desc, eq, isNull, sql } from "drizzle-orm";
import type { OwnSet } from "../../contract/ownSet.ts";
import type { Executor } from "../database.ts";
import { workers, workerTokens } from "../schema.ts";

const clock = sql`clock_timestamp()`;

export type StoredWorker = typeof workers.$inferSelect;

/** @returns false if the worker belongs to another token that is still valid */
export async function upsertWorker(
  db: Executor,
  worker: Omit<typeof workers.$inferInsert, "firstSeenAt" | "lastSeenAt">,
): Promise<boolean> {
  const { id: _id, ...seen } = worker;
  const result = await db
    .insert(workers)
    .values(worker)
    .onConflictDoUpdate({
      target: workers.id,
      set: { ...seen, lastSeenAt: clock },
      setWhere: sql`${workers.tokenId} = ${worker.tokenId}
        or not exists (select 1 from ${workerTokens} t where t.id = ${workers.tokenId} and t.revoked_at is null)`,
    });
  return (result.rowCount ?? 0) > 0;
}

export async function noteSeen(db: Executor, id: string): Promise<void> {
  await db.update(workers).set({ lastSeenAt: clock }).where(eq(workers.id, id));
}

export async function noteOwnSets(db: Executor, id: string, ownSets: OwnSet[]): Promise<void> {
  await db.update(workers).set({ ownSets }).where(eq(workers.id, id));
}

/** Workers seen in the last 30 days, the newest first. */
export function listWorkerRows(db: Executor): Promise<StoredWorker[]> {
  return db
    .select()
    .from(workers)
    .where(sql`${workers.lastSeenAt} > clock_timestamp() - interval '30 days'`)
    .orderBy(desc(workers.local), desc(workers.lastSeenAt));
}

export async function insertWorkerToken(db: Executor, token: typeof workerTokens.$inferInsert): Promise<void> {
  await db.insert(workerTokens).values(token).onConflictDoNothing();
}

/** The token of this digest unless it is revoked; notes its use. */
export async function admitWorkerToken(db: Executor, hash: string): Promise<{ id: string; local: boolean } | null> {
  const [row] = await db
    .update(workerTokens)
    .set({ lastUsedAt: clock })
    .where(and(eq(workerTokens.hash, hash), isNull(workerTokens.revokedAt)))
    .returning({ id: workerTokens.id, local: workerTokens.local });
  return row ?? null;
}

export async function isTokenValid(db: Executor, id: string): Promise<boolean> {
  const rows = await db
    .select({ id: workerTokens.id })
    .from(workerTokens)
    .where(and(eq(workerTokens.id, id), isNull(workerTokens.revokedAt)));
  return rows.length > 0;
}

export function listWorkerTokenRows(db: Executor) {
  return db.select().from(workerTokens).where(eq(workerTokens.local, false)).orderBy(asc(workerTokens.createdAt));
}

export async function markTokenRevoked(db: Executor, id: string): Promise<boolean> {
  const result = await db
    .update(workerTokens)
    .set({ revokedAt: clock })
    .where(and(eq(workerTokens.id, id), eq(workerTokens.local, false), isNull(workerTokens.revokedAt)));
  return (result.rowCount ?? 0) > 0;
}
