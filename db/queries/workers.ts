import { and, asc, desc, eq, isNull, sql } from "drizzle-orm";
import type { Executor } from "../database.ts";
import { workers, workerTokens } from "../schema.ts";

const clock = sql`clock_timestamp()`;

export type StoredWorker = typeof workers.$inferSelect;

export async function upsertWorker(
  db: Executor,
  worker: Omit<typeof workers.$inferInsert, "firstSeenAt" | "lastSeenAt">,
): Promise<void> {
  const { id: _id, ...seen } = worker;
  await db
    .insert(workers)
    .values(worker)
    .onConflictDoUpdate({ target: workers.id, set: { ...seen, lastSeenAt: clock } });
}

export async function noteSeen(db: Executor, id: string): Promise<void> {
  await db.update(workers).set({ lastSeenAt: clock }).where(eq(workers.id, id));
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
export async function useWorkerToken(db: Executor, hash: string): Promise<{ id: string; local: boolean } | null> {
  const [row] = await db
    .update(workerTokens)
    .set({ lastUsedAt: clock })
    .where(and(eq(workerTokens.hash, hash), isNull(workerTokens.revokedAt)))
    .returning({ id: workerTokens.id, local: workerTokens.local });
  return row ?? null;
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
