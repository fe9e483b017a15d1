import { and, asc, eq, getTableColumns, inArray, isNull, sql } from "drizzle-orm";
import type { ConvergenceRule } from "../../contract/config/experimentConfig.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { ExternalRunConfig } from "../../contract/external/externalConfig.ts";
import type { StoredExternal } from "../../contract/external/externalFacts.ts";
import { anyOf } from "../anyOf.ts";
import { clock, msAgo } from "../clock.ts";
import type { Executor } from "../database.ts";
import { experiments, runs, turns } from "../schema.ts";

type Row = typeof runs.$inferSelect;

export type TrainedRun = Omit<Row, "config"> & { config: RunConfig };
/** A run that was trained elsewhere. */
export type ExternalRun = Omit<Row, "config" | "external"> & { config: ExternalRunConfig; external: StoredExternal };
export type StoredRun = TrainedRun | ExternalRun;

/** @returns the stored rows */
export async function insertRuns(db: Executor, rows: (typeof runs.$inferInsert)[]): Promise<RunState[]> {
  const stored: RunState[] = [];
  for (let at = 0; at < rows.length; at += 500)
    stored.push(
      ...(await db
        .insert(runs)
        .values(rows.slice(at, at + 500))
        .returning(stateColumns)),
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
  return row ? { ...row, run: row.run as StoredRun } : null;
}

/** An experiment's runs in the order of its grid. */
export async function listRuns(db: Executor, experimentId: string): Promise<StoredRun[]> {
  return (await db.select().from(runs).where(eq(runs.experimentId, experimentId)).orderBy(asc(runs.ordinal))) as StoredRun[];
}

/** An experiment's runs in the order of its grid, a few at a time: all of them with all their values may be too much to hold. */
export async function* eachRun(db: Executor, experimentId: string): AsyncGenerator<StoredRun> {
  const perRead = 20;
  const ids = await listRunIds(db, experimentId);
  for (let at = 0; at < ids.length; at += perRead)
    yield* (await db
      .select()
      .from(runs)
      .where(anyOf(runs.id, ids.slice(at, at + perRead), "uuid"))
      .orderBy(asc(runs.ordinal))) as StoredRun[];
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

export function listRunOrdinals(db: Executor, experimentId: string): Promise<{ ordinal: number; id: string }[]> {
  const { ordinal, id } = runs;
  return db.select({ ordinal, id }).from(runs).where(eq(runs.experimentId, experimentId)).orderBy(asc(runs.ordinal));
}

/** Digests of an experiment's cells, and its largest ordinal (−1 without runs). */
export async function listCells(db: Executor, experimentId: string): Promise<{ cells: Set<string>; lastOrdinal: number }> {
  const rows = await db.select({ cell: runs.cell, ordinal: runs.ordinal }).from(runs).where(eq(runs.experimentId, experimentId));
  return { cells: new Set(rows.map((row) => row.cell)), lastOrdinal: rows.reduce((max, row) => Math.max(max, row.ordinal), -1) };
}

const { last: _last, missing: _missing, ...columns } = getTableColumns(runs);
/** What `RunState` has. */
export const stateColumns = columns;

/** A run without its many values: what a change of status sends. */
export type RunState = Omit<Row, "last" | "missing">;

export async function readRunState(db: Executor, id: string): Promise<RunState | null> {
  const [row] = await db.select(stateColumns).from(runs).where(eq(runs.id, id));
  return row ?? null;
}

/** Of those of these runs that are trained here. */
export async function readConfigs(db: Executor, ids: string[]): Promise<Map<string, RunConfig>> {
  const rows = await db
    .select({ id: runs.id, config: runs.config })
    .from(runs)
    .where(and(inArray(runs.id, ids), isNull(runs.external)));
  return new Map(rows.map((row) => [row.id, row.config as RunConfig]));
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
        sql`(${experiments.removedAt} is null or ${experiments.removedAt} > ${msAgo(removedForMs)})`,
      ),
    );
  return rows.map((row) => row.id);
}

export async function deleteRun(db: Executor, id: string): Promise<void> {
  await db.delete(runs).where(eq(runs.id, id));
}

/** Runs a page lists beside the workers that have them. */
export async function listLeasedRuns(db: Executor) {
  const rows = await db
    .select({
      id: runs.id,
      experimentId: runs.experimentId,
      experimentName: experiments.name,
      config: runs.config,
      step: runs.step,
      totalSteps: runs.totalSteps,
      workerId: runs.workerId,
      packId: runs.packId,
      packRuns: runs.packRuns,
    })
    .from(runs)
    .innerJoin(experiments, eq(experiments.id, runs.experimentId))
    .where(sql`${runs.lease} is not null`);
  return rows.map((row) => ({ ...row, config: row.config as RunConfig }));
}

/** Those of these runs that are there and are trained here, with their studies' names; by study and number. */
export async function listRunsOf(db: Executor, ids: string[]) {
  const { id, experimentId, ordinal, config } = runs;
  const rows = await db
    .select({ id, experimentId, experimentName: experiments.name, ordinal, config })
    .from(runs)
    .innerJoin(experiments, eq(experiments.id, runs.experimentId))
    .where(and(inArray(runs.id, ids), isNull(runs.external), isNull(experiments.removedAt)))
    .orderBy(experiments.name, runs.ordinal);
  return rows.map((row) => ({ ...row, config: row.config as RunConfig }));
}

/**
 * Queued runs that no delivery is under way for: a server that was killed may have left some, and so does a clock that is set back,
 * by which a delivery is due only when it has caught up.
 */
export async function listUndelivered(db: Executor): Promise<{ id: string; experimentId: string; ordinal: number }[]> {
  const result = await db.execute<{ id: string; experimentId: string; ordinal: number }>(sql`
    select id, experiment_id as "experimentId", ordinal from ${runs} where status = 'queued' and not awaits_parent and id not in (
      select (data->>'runId')::uuid from queue.job where name in (select queue from ${turns}) and state in ('created', 'retry')
        and start_after < ${clock} + interval '1 minute'
    ) order by queued_at, ordinal`);
  return result.rows;
}
