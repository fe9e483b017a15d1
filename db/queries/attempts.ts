import { and, asc, eq, isNull, sql } from "drizzle-orm";
import type { StartedEvent } from "../../contract/runEvents.ts";
import type { Executor } from "../database.ts";
import { attempts, checkpoints, geometrySnapshots, logLines, runs } from "../schema.ts";

const clock = sql`clock_timestamp()`;

/** A run and one of its attempts, the run's row locked until the transaction ends; null if the run is gone. */
export async function lockRun(db: Executor, runId: string, number: number) {
  const [run] = await db.select().from(runs).where(eq(runs.id, runId)).for("update");
  if (!run) return null;
  const [attempt] = await db
    .select()
    .from(attempts)
    .where(and(eq(attempts.runId, runId), eq(attempts.number, number)));
  return { run, attempt: attempt ?? null };
}

export async function advanceAttempt(db: Executor, runId: string, number: number, lastSeq: number): Promise<void> {
  await db
    .update(attempts)
    .set({ lastSeq })
    .where(and(eq(attempts.runId, runId), eq(attempts.number, number)));
}

export async function startAttempt(db: Executor, runId: string, number: number, started: StartedEvent): Promise<void> {
  await db
    .update(attempts)
    .set({ started, resumedFromStep: started.resumedFromStep, startedAt: clock })
    .where(and(eq(attempts.runId, runId), eq(attempts.number, number)));
}

/** Ends an attempt once; a later word about its end changes nothing. */
export async function endAttempt(
  db: Executor,
  runId: string,
  number: number,
  outcome: typeof attempts.$inferSelect.outcome,
): Promise<void> {
  await db
    .update(attempts)
    .set({ outcome, endedAt: clock })
    .where(and(eq(attempts.runId, runId), eq(attempts.number, number), isNull(attempts.endedAt)));
}

export async function insertLogLines(db: Executor, rows: (typeof logLines.$inferInsert)[]): Promise<void> {
  if (rows.length > 0) await db.insert(logLines).values(rows).onConflictDoNothing();
}

export async function insertGeometry(db: Executor, rows: (typeof geometrySnapshots.$inferInsert)[]): Promise<void> {
  if (rows.length > 0) await db.insert(geometrySnapshots).values(rows).onConflictDoNothing();
}

export async function insertCheckpoints(db: Executor, rows: (typeof checkpoints.$inferInsert)[]): Promise<void> {
  if (rows.length > 0) await db.insert(checkpoints).values(rows).onConflictDoNothing();
}

export function listAttempts(db: Executor, runId: string) {
  return db.select().from(attempts).where(eq(attempts.runId, runId)).orderBy(asc(attempts.number));
}

export function listCheckpoints(db: Executor, runId: string) {
  return db
    .select()
    .from(checkpoints)
    .where(eq(checkpoints.runId, runId))
    .orderBy(asc(checkpoints.attempt), asc(checkpoints.seq));
}

/** The last `limit` lines, oldest first. */
export async function listLogLines(db: Executor, runId: string, limit: number) {
  const rows = await db
    .select()
    .from(logLines)
    .where(eq(logLines.runId, runId))
    .orderBy(sql`${logLines.attempt} desc, ${logLines.seq} desc`)
    .limit(limit);
  return rows.reverse();
}

/** Snapshots of all attempts, oldest first. */
export function listGeometry(db: Executor, runId: string) {
  return db
    .select({ attempt: geometrySnapshots.attempt, snapshot: geometrySnapshots.snapshot })
    .from(geometrySnapshots)
    .where(eq(geometrySnapshots.runId, runId))
    .orderBy(asc(geometrySnapshots.attempt), asc(geometrySnapshots.seq));
}
