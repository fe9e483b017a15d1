import { and, asc, eq, getTableColumns, inArray, sql } from "drizzle-orm";
import type { ConvergenceRule } from "../../contract/config/experimentConfig.ts";
import type { ResolvedDataset } from "../../contract/data/resolvedDataset.ts";
import type { MeasurementGaps } from "../../contract/metrics/measurementGaps.ts";
import { mayBecome, type RunStatus, runStatuses } from "../../contract/status.ts";
import type { Evaluation, OptimumSummary, RunTimes } from "../../contract/wire/runEvents.ts";
import { anyOf } from "../anyOf.ts";
import type { Executor } from "../database.ts";
import { attempts, experiments, runs } from "../schema.ts";

export type StoredRun = typeof runs.$inferSelect;

const clock = sql`clock_timestamp()`;
const statusesBefore = (to: RunStatus) => runStatuses.filter((from) => mayBecome(from, to));

/** @returns the stored rows */
export async function insertRuns(db: Executor, rows: (typeof runs.$inferInsert)[]): Promise<RunState[]> {
  const stored: RunState[] = [];
  for (let at = 0; at < rows.length; at += 500)
    stored.push(
      ...(await db
        .insert(runs)
        .values(rows.slice(at, at + 500))
        .returning(withoutLast)),
    );
  return stored;
}

export async function getRunWithExperiment(db: Executor, id: string) {
  const [row] = await db
    .select({
      run: runs,
      experimentName: experiments.name,
      convergence: sql<ConvergenceRule | null>`${experiments.config}->'convergence'`,
    })
    .from(runs)
    .innerJoin(experiments, eq(experiments.id, runs.experimentId))
    .where(and(eq(runs.id, id), sql`${experiments.removedAt} is null`));
  return row ?? null;
}

/** An experiment's runs in the order of its grid. */
export function listRuns(db: Executor, experimentId: string): Promise<StoredRun[]> {
  return db.select().from(runs).where(eq(runs.experimentId, experimentId)).orderBy(asc(runs.ordinal));
}

/** An experiment's runs in the order of its grid, a few at a time: all of them with all their values may be too much to hold. */
export async function* eachRun(db: Executor, experimentId: string): AsyncGenerator<StoredRun> {
  const perRead = 20;
  const ids = await listRunIds(db, experimentId);
  for (let at = 0; at < ids.length; at += perRead)
    yield* await db
      .select()
      .from(runs)
      .where(anyOf(runs.id, ids.slice(at, at + perRead), "uuid"))
      .orderBy(asc(runs.ordinal));
}

/** What runs were warned of about their data, by the runs' ordinals; only those that were. */
export async function listDataWarnings(db: Executor, experimentId: string): Promise<{ ordinal: number; warnings: string[] }[]> {
  const warnings = sql<string[] | null>`${runs.dataset}->'warnings'`;
  const rows = await db
    .select({ ordinal: runs.ordinal, warnings })
    .from(runs)
    .where(and(eq(runs.experimentId, experimentId), sql`${warnings} is not null`))
    .orderBy(asc(runs.ordinal));
  return rows.map((row) => ({ ordinal: row.ordinal, warnings: row.warnings ?? [] }));
}

export async function listRunIds(db: Executor, experimentId: string): Promise<string[]> {
  const rows = await db.select({ id: runs.id }).from(runs).where(eq(runs.experimentId, experimentId)).orderBy(asc(runs.ordinal));
  return rows.map((row) => row.id);
}

/** Digests of the cells an experiment has, and its greatest ordinal (−1 without runs). */
export async function listCells(db: Executor, experimentId: string): Promise<{ cells: Set<string>; lastOrdinal: number }> {
  const rows = await db.select({ cell: runs.cell, ordinal: runs.ordinal }).from(runs).where(eq(runs.experimentId, experimentId));
  return { cells: new Set(rows.map((row) => row.cell)), lastOrdinal: rows.reduce((max, row) => Math.max(max, row.ordinal), -1) };
}

/** leased → running; a run that is being cancelled stays so. What an earlier attempt found after training is void. */
export async function startRun(
  db: Executor,
  id: string,
  started: { totalSteps: number; step: number; optimum: OptimumSummary; dataset: ResolvedDataset; last: Record<string, number> },
): Promise<void> {
  await db
    .update(runs)
    .set({
      ...started,
      status: sql`case when ${runs.status} = 'leased' then 'running' else ${runs.status} end`,
      startedAt: sql`coalesce(${runs.startedAt}, ${clock})`,
      failure: null,
      evaluation: null,
      fromStart: false,
    })
    .where(eq(runs.id, id));
}

export async function recordEvaluation(db: Executor, id: string, evaluation: Evaluation): Promise<void> {
  await db.update(runs).set({ evaluation }).where(eq(runs.id, id));
}

/** Why a queued run waits. @returns the run if that is news */
export async function recordWaiting(db: Executor, id: string, why: string): Promise<RunState | null> {
  const [row] = await db
    .update(runs)
    .set({ waitsFor: why })
    .where(and(eq(runs.id, id), eq(runs.status, "queued"), sql`${runs.waitsFor} is distinct from ${why}`))
    .returning(withoutLast);
  return row ?? null;
}

/** The latest values of a run's series. */
export async function recordMeasured(
  db: Executor,
  id: string,
  step: number,
  last: Record<string, number>,
  missing: Record<string, string>,
  measureMs: number | null,
): Promise<void> {
  await db
    .update(runs)
    .set({
      step: sql`greatest(${runs.step}, ${step})`,
      last: sql`${runs.last} || ${JSON.stringify(last)}::jsonb`,
      missing: sql`${runs.missing} || ${JSON.stringify(missing)}::jsonb`,
      stepMs: sql`coalesce(${last["train/stepMs"] ?? null}::float8, ${runs.stepMs})`,
      measureMs: sql`coalesce(${measureMs}::float8, ${runs.measureMs})`,
    })
    .where(eq(runs.id, id));
}

/**
 * Ends a run's lease with a status that its present one may become.
 * @returns whether it did
 */
export async function settleRun(
  db: Executor,
  id: string,
  to: RunStatus,
  change: { failure?: StoredRun["failure"]; step?: number; failedAttempts?: number },
): Promise<boolean> {
  const result = await db
    .update(runs)
    .set({
      ...change,
      status: to,
      lease: null,
      leaseUntil: null,
      stalledSince: null,
      ...(to === "queued" ? { queuedAt: clock } : to === "paused" ? {} : { endedAt: clock }),
    })
    .where(and(eq(runs.id, id), inArray(runs.status, statusesBefore(to))));
  return (result.rowCount ?? 0) > 0;
}

export async function recordGaps(db: Executor, id: string, gaps: MeasurementGaps | null): Promise<void> {
  await db.update(runs).set({ gaps }).where(eq(runs.id, id));
}

/** Notes what the parts of a finished run took: what its attempt's steps, measurements and evaluation do not explain is starting. */
export async function recordTimes(db: Executor, id: string, spent: RunTimes | null): Promise<void> {
  const { steps = 0, trainingMs = 0, measurements = 0, measuringMs = 0, evaluatingMs = 0 } = spent ?? {};
  await db.execute(sql`
    update ${runs} set times = jsonb_build_object(
      'startMs', greatest(0, extract(epoch from a.ended_at - a.leased_at) * 1000
        - case when ${spent !== null} then ${trainingMs + measuringMs + evaluatingMs}::float8
          else (runs.total_steps - coalesce(a.resumed_from_step, 0)) * runs.step_ms end),
      'stepMs', case when ${steps}::int > 0 then ${trainingMs / Math.max(1, steps)}::float8 else runs.step_ms end,
      'measureMs', case when ${measurements}::int > 0 then ${measuringMs / Math.max(1, measurements)}::float8 end,
      'evaluateMs', ${evaluatingMs}::float8)
    from ${attempts} a where runs.id = ${id}::uuid and a.run_id = runs.id and a.number = runs.attempt`);
}

/**
 * Asks for the end of runs: queued and paused ones are cancelled at once, those on workers become cancelling.
 * @returns those that changed
 */
export async function requestCancel(db: Executor, where: { id: string } | { experimentId: string }): Promise<RunState[]> {
  const scope = scopeOf(where);
  const waits = sql`${runs.status} in ('queued', 'paused')`;
  return db
    .update(runs)
    .set({
      status: sql`case when ${waits} then 'cancelled' else 'cancelling' end`,
      endedAt: sql`case when ${waits} then ${clock} else ${runs.endedAt} end`,
      waitsFor: null,
      failure: sql`case when ${runs.status} = 'queued' then '{"code":"CANCELLED","message":"Cancelled before it started."}'::jsonb
        when ${runs.status} = 'paused' then '{"code":"CANCELLED","message":"Cancelled while it was paused."}'::jsonb end`,
    })
    .where(and(scope, inArray(runs.status, ["queued", "paused", "leased", "running", "pausing"])))
    .returning(withoutLast);
}

/**
 * Asks runs to wait: queued ones are paused at once, leased and running ones become pausing.
 * @returns those that changed
 */
export async function requestPause(db: Executor, where: { id: string } | { experimentId: string }): Promise<RunState[]> {
  return db
    .update(runs)
    .set({ status: sql`case when ${runs.status} = 'queued' then 'paused' else 'pausing' end`, waitsFor: null })
    .where(and(scopeOf(where), inArray(runs.status, ["queued", "leased", "running"])))
    .returning(withoutLast);
}

/**
 * Takes a pause back: paused runs are queued, and those that have not stopped yet go on as if they had not been asked.
 * @returns those that changed
 */
export async function requestResume(db: Executor, where: { id: string } | { experimentId: string }): Promise<RunState[]> {
  const begun = sql`exists (select from ${attempts} a where a.run_id = runs.id and a.number = runs.attempt and a.started is not null)`;
  return db
    .update(runs)
    .set({
      status: sql`case when ${runs.status} = 'paused' then 'queued' when ${begun} then 'running' else 'leased' end`,
      queuedAt: sql`case when ${runs.status} = 'paused' then ${clock} else ${runs.queuedAt} end`,
      workerName: sql`case when ${runs.status} = 'paused' then null else ${runs.workerName} end`,
    })
    .where(and(scopeOf(where), inArray(runs.status, ["paused", "pausing"])))
    .returning(withoutLast);
}

/** Runs that were asked to stop or to pause and have not done so. */
export function listStopping(db: Executor) {
  return db
    .select({
      id: runs.id,
      experimentId: runs.experimentId,
      attempt: runs.attempt,
      lease: runs.lease,
      status: runs.status,
      workerId: runs.workerId,
    })
    .from(runs)
    .where(and(sql`${runs.lease} is not null`, inArray(runs.status, ["pausing", "cancelling"])));
}

const scopeOf = (where: { id: string } | { experimentId: string }) =>
  "id" in where ? eq(runs.id, where.id) : eq(runs.experimentId, where.experimentId);

/**
 * Queues ended runs again as new attempts.
 * @param fromStart from step 0, on the data as they are now, whatever checkpoint there is
 * @returns those that changed
 */
export async function requeueRuns(
  db: Executor,
  where: { id: string } | { experimentId: string },
  from: ("failed" | "cancelled" | "diverged")[],
  fromStart = false,
): Promise<RunState[]> {
  const scope = scopeOf(where);
  return db
    .update(runs)
    .set({
      status: "queued",
      failure: null,
      waitsFor: null,
      workerName: null,
      endedAt: null,
      failedAttempts: 0,
      queuedAt: clock,
      fromStart,
    })
    .where(and(scope, inArray(runs.status, from)))
    .returning(withoutLast);
}

const { last: _last, missing: _missing, ...columns } = getTableColumns(runs);
const withoutLast = columns;

/** A run without its many values: what a change of status tells. */
export type RunState = Omit<StoredRun, "last" | "missing">;

export async function readRunState(db: Executor, id: string): Promise<RunState | null> {
  const [row] = await db.select(withoutLast).from(runs).where(eq(runs.id, id));
  return row ?? null;
}

export async function readConfigs(db: Executor, ids: string[]): Promise<Map<string, StoredRun["config"]>> {
  const rows = await db.select({ id: runs.id, config: runs.config }).from(runs).where(inArray(runs.id, ids));
  return new Map(rows.map((row) => [row.id, row.config]));
}

/** Those of these runs that are there, and whose experiment was not removed this long ago. */
export async function listKeptRuns(db: Executor, ids: string[], removedForMs: number): Promise<string[]> {
  const rows = await db
    .select({ id: runs.id })
    .from(runs)
    .innerJoin(experiments, eq(experiments.id, runs.experimentId))
    .where(
      and(
        anyOf(runs.id, ids, "uuid"),
        sql`(${experiments.removedAt} is null or ${experiments.removedAt} > clock_timestamp() - ${removedForMs} * interval '1 millisecond')`,
      ),
    );
  return rows.map((row) => row.id);
}

export async function deleteRun(db: Executor, id: string): Promise<void> {
  await db.delete(runs).where(eq(runs.id, id));
}

/** Runs a page lists beside the workers that have them. */
export function listLeasedRuns(db: Executor) {
  return db
    .select({
      id: runs.id,
      experimentId: runs.experimentId,
      experimentName: experiments.name,
      config: runs.config,
      step: runs.step,
      totalSteps: runs.totalSteps,
      workerId: runs.workerId,
    })
    .from(runs)
    .innerJoin(experiments, eq(experiments.id, runs.experimentId))
    .where(sql`${runs.lease} is not null`);
}

/** Times of the newest measured runs (recordings left out). */
export async function listTimes(db: Executor, limit: number) {
  return db
    .select({ stepMs: runs.stepMs, measureMs: runs.measureMs, times: runs.times, config: runs.config })
    .from(runs)
    .innerJoin(experiments, eq(experiments.id, runs.experimentId))
    .where(sql`${runs.startedAt} is not null and ${runs.stepMs} is not null and not ${experiments.sample}`)
    .orderBy(sql`${runs.startedAt} desc nulls last`)
    .limit(limit);
}

/**
 * Queued runs that no delivery is under way for: a server that was killed may have left some, and so does a clock that is set back,
 * by which a delivery is due only when it has caught up.
 */
export async function listUndelivered(db: Executor): Promise<{ id: string; ordinal: number }[]> {
  const result = await db.execute<{ id: string; ordinal: number }>(sql`
    select id, ordinal from ${runs} where status = 'queued' and id not in (
      select (data->>'runId')::uuid from queue.job where name = 'runs' and state in ('created', 'retry')
        and start_after < clock_timestamp() + interval '1 minute'
    ) order by queued_at, ordinal`);
  return result.rows;
}
