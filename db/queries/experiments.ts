import { and, arrayContains, asc, desc, eq, getTableColumns, isNull, or, type SQL, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import type { ConvergenceRule, ExperimentConfig } from "../../contract/config/experimentConfig.ts";
import { experimentProgress } from "../../contract/experimentProgress.ts";
import type { AnyRunConfig, ExternalExperimentConfig } from "../../contract/external/externalConfig.ts";
import { seriesKey } from "../../contract/metrics/seriesKey.ts";
import { countStatuses, experimentStatus } from "../../contract/status.ts";
import { isUnconverged, leaveOutRule } from "../../contract/theory/isUnconverged.ts";
import type { ListExperimentsRequest } from "../../contract/wire/requests.ts";
import { clock, msAgo } from "../clock.ts";
import type { Executor } from "../database.ts";
import { onlyRow } from "../onlyRow.ts";
import { experiments, runs } from "../schema.ts";

type Row = typeof experiments.$inferSelect;
export type TrainedExperiment = Omit<Row, "config"> & { config: ExperimentConfig };
/** A study of runs that were trained elsewhere. */
export type ExternalExperiment = Omit<Row, "config"> & { config: ExternalExperimentConfig };
export type StoredExperiment = TrainedExperiment | ExternalExperiment;

const { config: _config, note: _note, provenance: _provenance, ...summaryColumns } = getTableColumns(experiments);

/** An experiment without what no list shows. */
export type ListedExperiment = Omit<Row, "config" | "note" | "provenance">;

export async function insertExperiment(db: Executor, row: typeof experiments.$inferInsert): Promise<void> {
  await db.insert(experiments).values(row);
}

export async function getExperimentRow(db: Executor, id: string): Promise<StoredExperiment | null> {
  const [row] = await db
    .select()
    .from(experiments)
    .where(and(eq(experiments.id, id), isNull(experiments.removedAt)));
  return (row as StoredExperiment | undefined) ?? null;
}

/** The row, locked until the transaction ends: for changes of its grid. */
export async function lockExperiment(db: Executor, id: string): Promise<StoredExperiment | null> {
  const [row] = await db
    .select()
    .from(experiments)
    .where(and(eq(experiments.id, id), isNull(experiments.removedAt)))
    .for("update");
  return (row as StoredExperiment | undefined) ?? null;
}

export async function updateExperimentRow(
  db: Executor,
  id: string,
  change: Partial<Pick<Row, "name" | "note" | "tags" | "archived" | "config" | "priority">>,
): Promise<StoredExperiment | null> {
  const [row] = await db
    .update(experiments)
    .set({ ...change, updatedAt: clock })
    .where(and(eq(experiments.id, id), isNull(experiments.removedAt)))
    .returning();
  return (row as StoredExperiment | undefined) ?? null;
}

/** @returns whether there was one to remove or restore */
export async function markRemoved(db: Executor, id: string, removed: boolean): Promise<boolean> {
  const result = await db
    .update(experiments)
    .set({ removedAt: removed ? clock : null })
    .where(and(eq(experiments.id, id), removed ? isNull(experiments.removedAt) : sql`${experiments.removedAt} is not null`));
  return (result.rowCount ?? 0) > 0;
}

/** Experiments that were removed longer ago than this, none of whose runs is on a worker still. */
export async function listPurgeable(db: Executor, removedForMs: number): Promise<string[]> {
  const rows = await db
    .select({ id: experiments.id })
    .from(experiments)
    .where(
      sql`${experiments.removedAt} < ${msAgo(removedForMs)} and not exists (
        select from ${runs} where ${runs.experimentId} = ${experiments.id} and ${runs.lease} is not null)`,
    );
  return rows.map((row) => row.id);
}

/** With everything that belongs to it; one restored in the meantime stays. */
export async function deleteExperiment(db: Executor, id: string): Promise<void> {
  await db.delete(experiments).where(and(eq(experiments.id, id), sql`${experiments.removedAt} is not null`));
}

const sortColumns = {
  updated: experiments.updatedAt,
  created: experiments.createdAt,
  name: sql`lower(${experiments.name})`,
  nc1: experiments.nc1Last,
  progress: experiments.progress,
} as const;

/** Which experiments a list shows. */
type Filters = Pick<ListExperimentsRequest, "search" | "status" | "tag" | "archived" | "removed">;

function filtered(query: Filters): SQL | undefined {
  const conditions: (SQL | undefined)[] = query.removed
    ? [sql`${experiments.removedAt} is not null`]
    : [isNull(experiments.removedAt), eq(experiments.archived, query.archived)];
  if (query.status) conditions.push(eq(experiments.status, query.status));
  if (query.tag) conditions.push(arrayContains(experiments.tags, [query.tag]));
  if (query.search?.trim()) {
    const pattern = `%${query.search.trim().replace(/[\\%_]/g, "\\$&")}%`;
    conditions.push(
      or(
        sql`${experiments.name} ilike ${pattern}`,
        sql`array_to_string(${experiments.tags}, ' ') ilike ${pattern}`,
        sql`${experiments.note} ilike ${pattern}`,
      ),
    );
  }
  return and(...conditions);
}

export async function listExperimentRows(db: Executor, query: ListExperimentsRequest) {
  const where = filtered(query);
  const order = query.direction === "asc" ? asc : desc;
  const rows: ListedExperiment[] = await db
    .select(summaryColumns)
    .from(experiments)
    .where(where)
    .orderBy(sql`${order(sortColumns[query.sort] as SQL)} nulls last`, desc(experiments.createdAt), asc(experiments.id))
    .limit(query.limit)
    .offset(query.offset);
  const { total } = onlyRow(await db.select({ total: sql<number>`count(*)::int` }).from(experiments).where(where));
  const tags = await db.execute<{ tag: string }>(sql`
    select distinct unnest(${experiments.tags}) as tag from ${experiments} where ${experiments.removedAt} is null order by tag limit 500`);
  return { rows, total, tags: tags.rows.map((row) => row.tag) };
}

/** Columns by which a list can be continued behind a row, with their values as texts and back, exactly: instants in microseconds. */
const instant = (column: AnyPgColumn) => ({
  column: sql`${column}`,
  toText: sql<string>`(extract(epoch from ${column}) * 1000000)::bigint::text`,
  of: (text: string): SQL => sql`timestamptz 'epoch' + ${text}::text::float8 * interval '1 microsecond'`,
});
const lowerName = sql`lower(${experiments.name})`;
const keyColumns = {
  created: instant(experiments.createdAt),
  updated: instant(experiments.updatedAt),
  name: { column: lowerName, toText: sql<string>`${lowerName}`, of: (text: string): SQL => sql`${text}::text` },
};

/** A row of a list: what it was sorted by, and which it is. */
export interface ListPlace {
  value: string;
  id: string;
}

/** A page of the experiments behind a place; rows that come or go between two pages make no other one doubled or left out. */
export async function listExperimentsAfter(
  db: Executor,
  query: Filters & { sort: keyof typeof keyColumns; direction: "asc" | "desc"; limit: number; after: ListPlace | null },
): Promise<{ rows: (ListedExperiment & { place: ListPlace })[]; total: number; isLast: boolean }> {
  const { column, toText, of } = keyColumns[query.sort];
  const where = filtered(query);
  const isBehind = query.direction === "asc" ? sql`>` : sql`<`;
  const behind =
    query.after && sql`(${column}, ${experiments.id}) ${isBehind} (${of(query.after.value)}, ${query.after.id}::uuid)`;
  const order = query.direction === "asc" ? asc : desc;
  const found = await db
    .select({ ...summaryColumns, value: toText })
    .from(experiments)
    .where(and(where, behind ?? undefined))
    .orderBy(order(column), order(experiments.id))
    .limit(query.limit + 1);
  const { total } = onlyRow(await db.select({ total: sql<number>`count(*)::int` }).from(experiments).where(where));
  const rows = found.slice(0, query.limit).map(({ value, ...row }) => ({ ...row, place: { value, id: row.id } }));
  return { rows, total, isLast: found.length <= query.limit };
}

/** Experiments that have runs on workers. */
export async function listRunningExperiments(db: Executor): Promise<string[]> {
  const rows = await db.selectDistinct({ id: runs.experimentId }).from(runs).where(sql`${runs.lease} is not null`);
  return rows.map((row) => row.id);
}

/** Experiments that had runs under way or waiting when they were last counted, or ended and were counted otherwise by an older version. */
export async function listLiveExperiments(db: Executor): Promise<string[]> {
  const rows = await db
    .select({ id: experiments.id })
    .from(experiments)
    .where(
      sql`${experiments.status} in ('queued', 'running', 'paused') or (${experiments.status} = 'incomplete' and ${experiments.progress} < 1)`,
    );
  return rows.map((row) => row.id);
}

/** Locks the row until the transaction ends: whoever counts its runs then counts what others have stored. */
export async function lockCounts(db: Executor, id: string): Promise<boolean> {
  const rows = await db.select({ id: experiments.id }).from(experiments).where(eq(experiments.id, id)).for("update");
  return rows.length > 0;
}

/**
 * Recounts what an experiment's row says of its runs. The row is locked first, so that the counts are not older than another's.
 * `touch` marks the experiment as changed just now.
 */
export async function recountExperiment(db: Executor, id: string, touch: boolean): Promise<ListedExperiment | null> {
  if (!(await lockCounts(db, id))) return null;
  const byStatus = await db
    .select({
      status: runs.status,
      count: sql<number>`count(*)::int`,
      // As experimentProgress counts a run whose number of steps nobody said.
      step: sql<number>`sum(case when ${runs.external}->>'isTotalKnown' = 'false' then 0
        else least(${runs.step}, ${runs.totalSteps}) end)::float8`,
      totalSteps: sql<number>`sum(${runs.totalSteps})::float8`,
    })
    .from(runs)
    .where(eq(runs.experimentId, id))
    .groupBy(runs.status);
  const counts = countStatuses([]);
  for (const { status, count } of byStatus) counts[status] = count;
  const left = await timeLeft(db, id);
  const [row] = await db
    .update(experiments)
    .set({
      counts,
      status: experimentStatus(counts),
      progress: experimentProgress(byStatus),
      workLeftMs: left.work,
      maxLeftMs: left.longest,
      ...(touch ? { updatedAt: clock } : {}),
    })
    .where(eq(experiments.id, id))
    .returning(summaryColumns);
  return row ?? null;
}

/**
 * What is left to do of unfinished runs, ms on one slot, of which a run of a pack takes its share: each part as it was expected when
 * the run was made, corrected by the median ratio of measured to expected time over this experiment's runs, or as the run itself has
 * measured it. A pack that was given to a slot lasts as long as those of its runs together that have not started yet; grown runs of one
 * line come one after the other.
 */
async function timeLeft(db: Executor, id: string): Promise<{ work: number | null; longest: number | null }> {
  const result = await db.execute<{ work: number | null; longest: number | null }>(sql`
    with parts as (
      select case when config->'training'->'grown' is null then id::text else md5((config - 'depth')::text) end as line,
        status, pack_id, total_steps, least(step, total_steps) as done, step_ms, measure_ms,
        coalesce((times->>'stepMs')::float8, step_ms) / pack_runs as took_step,
        coalesce((times->>'measureMs')::float8, measure_ms) / pack_runs as took_measure, pack_runs,
        (times->>'startMs')::float8 / pack_runs as took_start, (times->>'evaluateMs')::float8 as took_evaluate,
        (expected->>'stepMs')::float8 as step_wanted, (expected->>'measureMs')::float8 as measure_wanted,
        (expected->>'startMs')::float8 as start_wanted, nullif((expected->>'evaluateMs')::float8, 0) as evaluate_wanted,
        coalesce((expected->>'measurements')::float8, 0) as measurements,
        case when config->'measuring'->>'name' = 'log' then 1 - ln(1 + least(step, total_steps)) / ln(1 + total_steps)
          else 1 - least(step, total_steps)::float8 / total_steps end as measuring_left
      from ${runs} where experiment_id = ${id}::uuid and external is null
    ), ratio as (
      select coalesce(percentile_cont(0.5) within group (order by took_step / nullif(step_wanted, 0)), 1) as step,
        coalesce(percentile_cont(0.5) within group (order by took_measure / nullif(measure_wanted, 0)), 1) as measure,
        coalesce(percentile_cont(0.5) within group (order by took_start / nullif(start_wanted, 0)), 1) as start,
        coalesce(percentile_cont(0.5) within group (order by took_evaluate / evaluate_wanted), 1) as evaluate
      from parts
    ), remaining as (
      select line, case status when 'leased' then least(pack_runs, count(*) filter (where status = 'leased') over (partition by pack_id))
          else pack_runs end as together, (total_steps - done) * coalesce(step_ms / pack_runs, step_wanted * ratio.step)
        + measurements * measuring_left * coalesce(measure_ms / pack_runs, measure_wanted * ratio.measure, 0)
        + coalesce(evaluate_wanted * ratio.evaluate, 0)
        + case when status = 'running' then 0 else coalesce(start_wanted * ratio.start, 0) end as ms
      from parts, ratio where status in ('queued', 'leased', 'running')
    ), lines as (
      select sum(ms) as work, sum(ms * together) as longest from remaining group by line
    ) select sum(work) as work, max(longest) as longest from lines`);
  return onlyRow(result.rows);
}

/** Runs looked through for one that counts. */
const maxCandidates = 100;

/**
 * The run whose NC1 stands for the experiment: the deepest one that finished or runs, the first seed of that depth. One that is left
 * out of means stands for it only where no other does.
 */
export async function findDeepestRun(db: Executor, experimentId: string): Promise<{ id: string; config: AnyRunConfig } | null> {
  // Of a run that was trained elsewhere, what its maker calls depth.
  const depth = sql<number | null>`(case when jsonb_typeof(${runs.config}->'values'->'depth') = 'number'
    then ${runs.config}->'values'->>'depth' else ${runs.config}->>'depth' end)::float8`;
  const found = await db
    .select({
      id: runs.id,
      config: runs.config,
      status: runs.status,
      accuracy: sql<number | null>`(${runs.last}->>'train/accuracy')::float8`,
      optimum: runs.optimum,
      convergence: sql<ConvergenceRule | null>`${experiments.config}->'convergence'`,
    })
    .from(runs)
    .innerJoin(experiments, eq(experiments.id, runs.experimentId))
    .where(
      and(eq(runs.experimentId, experimentId), sql`${runs.status} in ('finished', 'running', 'pausing', 'paused', 'cancelling')`),
    )
    .orderBy(sql`${depth} desc nulls last`, asc(runs.ordinal))
    .limit(maxCandidates);
  const counts = found.find(({ status, accuracy, config, optimum, convergence }) => {
    const last = accuracy === null ? {} : { [seriesKey("train", "accuracy")]: accuracy };
    return !isUnconverged({ status, config, last, optimum }, leaveOutRule(convergence ?? undefined));
  });
  return counts ?? found[0] ?? null;
}

export async function storeNc1History(db: Executor, id: string, last: number | null, history: number[] | null): Promise<void> {
  await db.update(experiments).set({ nc1Last: last, nc1History: history }).where(eq(experiments.id, id));
}

/** The recording of a name that is neither removed nor archived, or null. */
export async function findRecording(db: Executor, name: string): Promise<string | null> {
  const [row] = await db
    .select({ id: experiments.id })
    .from(experiments)
    .where(
      and(
        eq(experiments.sample, true),
        eq(experiments.name, name),
        eq(experiments.archived, false),
        isNull(experiments.removedAt),
      ),
    )
    .limit(1);
  return row?.id ?? null;
}

export async function countExperiments(db: Executor): Promise<number> {
  return onlyRow(await db.select({ total: sql<number>`count(*)::int` }).from(experiments)).total;
}
