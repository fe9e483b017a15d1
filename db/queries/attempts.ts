import { and, asc, desc, eq, isNotNull, isNull, lt, ne, or, sql } from "drizzle-orm";
import type { StartedEvent, StartedPack } from "../../contract/wire/runEvents.ts";
import { clock, msFromNow } from "../clock.ts";
import type { Executor } from "../database.ts";
import { onlyRow } from "../onlyRow.ts";
import { attempts, checkpoints, experiments, geometrySnapshots, logLines, runs, workers } from "../schema.ts";

/** A run and one of its attempts (null if there is none of that number), the run's row locked until the transaction ends. */
export async function lockRun(db: Executor, runId: string, number: number) {
  const [row] = await db
    .select({
      run: {
        id: runs.id,
        experimentId: runs.experimentId,
        ordinal: runs.ordinal,
        status: runs.status,
        attempt: runs.attempt,
        failedAttempts: runs.failedAttempts,
        packRuns: runs.packRuns,
        packLimit: runs.packLimit,
        lease: runs.lease,
        workerId: runs.workerId,
        totalSteps: runs.totalSteps,
      },
      attempt: { lease: attempts.lease, lastSeq: attempts.lastSeq, endedAt: attempts.endedAt, workerId: attempts.workerId },
    })
    .from(runs)
    .leftJoin(attempts, and(eq(attempts.runId, runs.id), eq(attempts.number, number)))
    .where(eq(runs.id, runId))
    .for("update", { of: runs });
  return row ?? null;
}

export type LockedRun = NonNullable<Awaited<ReturnType<typeof lockRun>>>;

/**
 * Notes how far an attempt's events are stored, and renews its lease: who sends events is alive.
 * @param lastStep furthest step of the new measurements and checkpoints; null if there are none
 */
export async function advanceAttempt(
  db: Executor,
  runId: string,
  number: number,
  { lastSeq, lastStep }: { lastSeq: number; lastStep: number | null },
  leaseMs: number,
): Promise<void> {
  await db.execute(sql`
    with renewed as (
      update ${runs} set lease_until = ${msFromNow(leaseMs)}
      where id = ${runId}::uuid and lease is not null
    )
    update ${attempts} set last_seq = ${lastSeq}, last_step = greatest(last_step, ${lastStep}::int)
      where run_id = ${runId}::uuid and number = ${number}`);
}

/**
 * Step up to which the attempts of a run before that one have its measurements stored without a hole: the furthest of the last one
 * that started, as its own start was held against those before it. 0 if none has started.
 */
export async function readReach(db: Executor, runId: string, before: number): Promise<number> {
  const [last] = await db
    .select({ reach: sql<number>`greatest(${attempts.resumedFromStep}, ${attempts.lastStep})` })
    .from(attempts)
    .where(and(eq(attempts.runId, runId), lt(attempts.number, before), isNotNull(attempts.resumedFromStep)))
    .orderBy(desc(attempts.number))
    .limit(1);
  return last?.reach ?? 0;
}

/** Whether an attempt has got further than every one before it. */
export async function hasProgressed(db: Executor, runId: string, number: number): Promise<boolean> {
  const result = await db.execute<{ further: boolean }>(sql`
    select coalesce(max(last_step) filter (where number = ${number}), -1) >
      coalesce(max(greatest(last_step, resumed_from_step)) filter (where number < ${number}), -1) as further
    from ${attempts} where run_id = ${runId}::uuid`);
  return onlyRow(result.rows).further;
}

export async function startAttempt(db: Executor, runId: string, number: number, started: StartedEvent): Promise<void> {
  await db
    .update(attempts)
    .set({ started, resumedFromStep: started.resumedFromStep, startedAt: clock })
    .where(and(eq(attempts.runId, runId), eq(attempts.number, number)));
}

/** Where a run computes, and in which pack, by its last attempt that started. */
export interface Computing {
  device: string;
  /** null: it is alone. */
  pack: StartedPack | null;
}

/** Of each run of an experiment that has started. */
export async function listComputing(db: Executor, experimentId: string): Promise<Map<string, Computing>> {
  const rows = await db
    .selectDistinctOn([attempts.runId], {
      runId: attempts.runId,
      device: sql<string>`${attempts.started}->'device'->>'device'`,
      pack: sql<StartedPack | null>`${attempts.started}->'pack'`,
    })
    .from(attempts)
    .innerJoin(runs, eq(runs.id, attempts.runId))
    .where(and(eq(runs.experimentId, experimentId), isNotNull(attempts.started)))
    .orderBy(asc(attempts.runId), desc(attempts.number));
  return new Map(rows.map(({ runId, ...computing }) => [runId, computing]));
}

/** Devices and versions of libraries of the last attempts that started, each combination once, with how many runs it computed. */
export async function listVersions(
  db: Executor,
  experimentId: string,
): Promise<{ device: string; versions: Record<string, string>; runs: number }[]> {
  const result = await db.execute<{ device: string; versions: Record<string, string>; runs: number }>(sql`
    select device, versions, count(*)::int as runs from (
      select distinct on (a.run_id) a.started->'device'->>'device' as device, a.started->'versions' as versions
      from ${attempts} a join ${runs} r on r.id = a.run_id
      where r.experiment_id = ${experimentId}::uuid and a.started is not null
      order by a.run_id, a.number desc
    ) last group by device, versions order by runs desc, device limit 50`);
  return result.rows;
}

export async function insertAttempt(db: Executor, row: typeof attempts.$inferInsert): Promise<void> {
  await db.insert(attempts).values(row);
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

/** The last picture that a run's attempt, or an earlier one up to the step before, has stored: its attempt, its step and its class means. */
export async function readPictureBefore(db: Executor, runId: string, attempt: number, step: number) {
  const { attempt: of, step: at, snapshot } = geometrySnapshots;
  const [row] = await db
    .select({ attempt: of, step: at, means: sql<number[]>`${snapshot}->'means'` })
    .from(geometrySnapshots)
    .where(and(eq(geometrySnapshots.runId, runId), or(eq(of, attempt), and(lt(of, attempt), lt(at, step)))))
    .orderBy(desc(of), desc(at))
    .limit(1);
  return row ?? null;
}

/** Number of pictures of a run, void ones among them. */
export const countPictures = (db: Executor, runId: string): Promise<number> =>
  db.$count(geometrySnapshots, eq(geometrySnapshots.runId, runId));

export async function insertCheckpoints(db: Executor, rows: (typeof checkpoints.$inferInsert)[]): Promise<void> {
  if (rows.length > 0) await db.insert(checkpoints).values(rows).onConflictDoNothing();
}

/** Whose attempt it is: its lease, the token of its worker, and the run's latest attempt and status; null if its experiment is removed. */
export async function findUploader(db: Executor, runId: string, number: number) {
  const [row] = await db
    .select({ lease: attempts.lease, tokenId: workers.tokenId, lastAttempt: runs.attempt, status: runs.status })
    .from(attempts)
    .innerJoin(runs, eq(runs.id, attempts.runId))
    .innerJoin(experiments, eq(experiments.id, runs.experimentId))
    .innerJoin(workers, eq(workers.id, attempts.workerId))
    .where(and(eq(attempts.runId, runId), eq(attempts.number, number), isNull(experiments.removedAt)));
  return row ?? null;
}

export type StoredAttempt = typeof attempts.$inferSelect;

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

/** The last `limit` lines, or those before a line, oldest first. */
export async function listLogLines(db: Executor, runId: string, limit: number, before: { attempt: number; seq: number } | null) {
  const rows = await db
    .select()
    .from(logLines)
    .where(
      and(
        eq(logLines.runId, runId),
        before ? sql`(${logLines.attempt}, ${logLines.seq}) < (${before.attempt}::int, ${before.seq}::int)` : undefined,
      ),
    )
    .orderBy(sql`${logLines.attempt} desc, ${logLines.seq} desc`)
    .limit(limit);
  return rows.reverse();
}

/** Lines of the log that say what went otherwise than asked, oldest first. */
export async function listWarnings(db: Executor, runId: string) {
  const rows = await db
    .select({ attempt: logLines.attempt, level: logLines.level, text: logLines.text })
    .from(logLines)
    .where(and(eq(logLines.runId, runId), ne(logLines.level, "info")))
    .orderBy(asc(logLines.attempt), asc(logLines.seq));
  return rows as { attempt: number; level: "warning" | "error"; text: string }[];
}

/** Snapshots of all attempts, oldest first. */
export function listGeometry(db: Executor, runId: string) {
  return db
    .select({ attempt: geometrySnapshots.attempt, snapshot: geometrySnapshots.snapshot })
    .from(geometrySnapshots)
    .where(eq(geometrySnapshots.runId, runId))
    .orderBy(asc(geometrySnapshots.attempt), asc(geometrySnapshots.seq));
}

/** The pack of a run's last attempt that started; null where it trained alone. */
export async function readLastPack(db: Executor, runId: string): Promise<StartedPack | null> {
  const [row] = await db
    .select({ started: attempts.started })
    .from(attempts)
    .where(and(eq(attempts.runId, runId), isNotNull(attempts.started)))
    .orderBy(desc(attempts.number))
    .limit(1);
  return row?.started?.pack ?? null;
}
