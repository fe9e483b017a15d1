import { and, asc, desc, eq, gt, inArray, isNull, or, sql } from "drizzle-orm";
import type { OwnSet } from "../../contract/data/ownSet.ts";
import { clock, msFromNow } from "../clock.ts";
import type { Executor } from "../database.ts";
import { runs, type WorkerGreeting, workers, workerTokens } from "../schema.ts";

const isValid = and(isNull(workerTokens.revokedAt), or(isNull(workerTokens.expiresAt), gt(workerTokens.expiresAt, clock)));

export type StoredWorker = typeof workers.$inferSelect;

export type StoredTrouble = NonNullable<StoredWorker["trouble"]>;

/**
 * The server's own worker may come by a new token, as where its file was lost.
 * @param leftMs time until it ends; null: it has no end
 * @returns what was decided of the worker before; null if it belongs to another token that is still valid
 */
export async function upsertWorker(
  db: Executor,
  worker: Omit<
    typeof workers.$inferInsert,
    "firstSeenAt" | "lastSeenAt" | "connectedAt" | "leaving" | "drained" | "trouble" | "endsAt"
  >,
  leftMs: number | null,
): Promise<Pick<StoredWorker, "drained" | "trouble"> | null> {
  const endsAt = leftMs === null ? null : msFromNow(leftMs);
  const { id: _id, ...seen } = { ...worker, endsAt };
  const [row] = await db
    .insert(workers)
    .values({ ...worker, endsAt, connectedAt: clock })
    .onConflictDoUpdate({
      target: workers.id,
      set: { ...seen, lastSeenAt: clock, connectedAt: clock, leaving: false },
      setWhere: sql`${workers.tokenId} = ${worker.tokenId} or (${workers.local} and ${worker.local})
        or not exists (select 1 from ${workerTokens} t where t.id = ${workers.tokenId}
          and t.revoked_at is null and (t.expires_at is null or t.expires_at > ${clock}))`,
    })
    .returning({ drained: workers.drained, trouble: workers.trouble });
  return row ?? null;
}

export async function recordTrouble(db: Executor, id: string, trouble: StoredTrouble | null): Promise<void> {
  await db.update(workers).set({ trouble }).where(eq(workers.id, id));
}

/** @returns false if there is no such worker */
export async function setDrained(db: Executor, id: string, drained: boolean): Promise<boolean> {
  const result = await db.update(workers).set({ drained }).where(eq(workers.id, id));
  return (result.rowCount ?? 0) > 0;
}

/** @returns false if there is no such worker */
export async function clearTrouble(db: Executor, id: string): Promise<boolean> {
  const result = await db.update(workers).set({ trouble: null }).where(eq(workers.id, id));
  return (result.rowCount ?? 0) > 0;
}

/**
 * The last greeting of a worker, null if it has none; and where and how long ago it was heard. Its row is locked until the transaction
 * ends: of two that are greeted at once, each by a server of its own, the second one sees the first.
 */
export async function lockGreeting(
  db: Executor,
  id: string,
): Promise<{ greeting: WorkerGreeting | null; serverId: string | null; silentMs: number } | null> {
  const silentMs = sql<number>`extract(epoch from ${clock} - ${workers.lastSeenAt})::float8 * 1000`;
  const [row] = await db
    .select({ greeting: workers.greeting, serverId: workers.serverId, silentMs })
    .from(workers)
    .where(eq(workers.id, id))
    .for("update");
  return row ?? null;
}

/** The worker has shown its last greeting: the one before is of a copy from now on. */
export async function confirmGreeting(db: Executor, id: string, nonce: string): Promise<void> {
  await db
    .update(workers)
    .set({ greeting: sql`jsonb_set(${workers.greeting}, '{unheardAfter}', 'null')` })
    .where(and(eq(workers.id, id), sql`${workers.greeting}->>'nonce' = ${nonce}`));
}

export async function recordOwnSets(db: Executor, id: string, ownSets: OwnSet[]): Promise<void> {
  await db.update(workers).set({ ownSets }).where(eq(workers.id, id));
}

/** Workers seen in the last 30 days, the newest first; of ephemeral ones those of the last hour. */
export function listWorkerRows(db: Executor): Promise<StoredWorker[]> {
  return db
    .select()
    .from(workers)
    .where(
      sql`${workers.lastSeenAt} > ${clock} - case when ${workers.ephemeral} then interval '1 hour' else interval '30 days' end`,
    )
    .orderBy(desc(workers.local), desc(workers.lastSeenAt));
}

/** Forgets ephemeral workers that have been gone for a day and hold no run. @returns how many */
export async function deleteGoneWorkers(db: Executor): Promise<number> {
  const result = await db.delete(workers).where(
    sql`${workers.ephemeral} and ${workers.lastSeenAt} < ${clock} - interval '1 day'
      and not exists (select 1 from ${runs} where runs.worker_id = ${workers.id} and runs.lease is not null)`,
  );
  return result.rowCount ?? 0;
}

export async function insertWorkerToken(db: Executor, token: typeof workerTokens.$inferInsert): Promise<void> {
  await db.insert(workerTokens).values(token).onConflictDoNothing();
}

export interface WorkerToken {
  id: string;
  local: boolean;
  /** null: it does not expire. */
  expiresAt: Date | null;
}

/**
 * The token of this digest unless it is revoked or expired; notes its use, to the minute: hundreds of workers may come by one token at
 * once, and none waits for another to have noted it.
 */
export async function admitWorkerToken(db: Executor, hash: string): Promise<WorkerToken | null> {
  const unseen = sql<boolean>`coalesce(${workerTokens.lastUsedAt} < ${clock} - interval '1 minute', true)`;
  const { id, local, expiresAt } = workerTokens;
  const [row] = await db
    .select({ id, local, expiresAt, unseen })
    .from(workerTokens)
    .where(and(eq(workerTokens.hash, hash), isValid));
  if (!row) return null;
  const { unseen: isUnseen, ...token } = row;
  if (isUnseen) {
    const free = db
      .select({ id })
      .from(workerTokens)
      .where(and(eq(id, row.id), unseen))
      .for("no key update", { skipLocked: true });
    await db.update(workerTokens).set({ lastUsedAt: clock }).where(inArray(id, free));
  }
  return token;
}

export async function isTokenValid(db: Executor, id: string): Promise<boolean> {
  const rows = await db
    .select({ id: workerTokens.id })
    .from(workerTokens)
    .where(and(eq(workerTokens.id, id), isValid));
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
