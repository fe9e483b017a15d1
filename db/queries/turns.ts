import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Priority } from "../../contract/priority.ts";
import { anyOf } from "../anyOf.ts";
import { clock } from "../clock.ts";
import type { Executor } from "../database.ts";
import { onlyRow } from "../onlyRow.ts";
import { experiments, runs, turns } from "../schema.ts";
import { slotsTaken } from "./slotsInUse.ts";

/** A delivery that was fetched so long ago has no claim coming. */
const claimedWithin = sql`interval '10 seconds'`;

export async function addToTurns(db: Executor, queue: string, memberId: string | null): Promise<void> {
  await db.insert(turns).values({ queue, memberId }).onConflictDoNothing();
}

/** Everybody whose studies have runs that could be queued again; null: the owner. */
export async function listLaunchers(db: Executor): Promise<(string | null)[]> {
  const rows = await db.selectDistinct({ id: experiments.launchedById }).from(experiments);
  return rows.map(({ id }) => id);
}

/** Queues from which something can be delivered now, and how many queues there are. */
export async function listDueQueues(db: Executor): Promise<{ due: string[]; all: number }> {
  // In the order of the index that deliveries are fetched by: by another, all that wait would be looked through.
  const result = await db.execute<{ queue: string; due: boolean }>(sql`
    select queue, (select true from queue.job where name = turns.queue and state < 'active' and not blocked
      and start_after <= queue.job_now() order by priority desc, created_on limit 1) is not null as due from ${turns}`);
  return { due: result.rows.filter(({ due }) => due).map(({ queue }) => queue), all: result.rows.length };
}

/** Until the transaction ends, no other server gives out anything. */
export async function lockTurns(tx: Executor): Promise<void> {
  await tx.select({ queue: turns.queue }).from(turns).orderBy(turns.queue).for("update");
}

export interface Standing {
  queue: string;
  memberId: string | null;
  /** Packs and single runs of theirs that take a slot, or are about to be given one. */
  underWay: number;
  lastTurn: number;
}

export async function readStandings(db: Executor): Promise<Standing[]> {
  const result = await db.execute<{ queue: string; member_id: string | null; under_way: number; last_turn: string }>(sql`
    select turns.queue, turns.member_id, turns.last_turn, (coalesce(leased.count, 0) + coalesce(delivered.count, 0))::int as under_way
    from ${turns} left join (
      select launched_by_id, ${slotsTaken} as count from ${runs} join ${experiments} on experiments.id = runs.experiment_id
      where runs.lease is not null group by launched_by_id
    ) leased on leased.launched_by_id is not distinct from turns.member_id left join (
      select job.name, count(*) from queue.job join ${runs} on runs.id = (job.data->>'runId')::uuid
      where job.name in (select queue from ${turns}) and job.state = 'active' and job.started_on > ${clock} - ${claimedWithin}
        and runs.status = 'queued' group by job.name
    ) delivered on delivered.name = turns.queue`);
  return result.rows.map(({ queue, member_id, under_way, last_turn }) => ({
    ...{ queue, memberId: member_id, underWay: under_way, lastTurn: Number(last_turn) },
  }));
}

/** Notes who had which turn last. A delivery of a run that has been cancelled or paused meanwhile was none. */
export async function recordTurns(db: Executor, had: readonly { queue: string; turn: number; runId: string }[]): Promise<void> {
  if (had.length === 0) return;
  const column = <T>(pick: (one: (typeof had)[number]) => T) => sql.param(had.map(pick));
  await db.execute(sql`
    update ${turns} set last_turn = greatest(last_turn, h.turn) from (
      select had.queue, max(had.turn) as turn
      from unnest(${column((one) => one.queue)}::text[], ${column((one) => one.turn)}::bigint[], ${column((one) => one.runId)}::uuid[])
        as had (queue, turn, run_id) join ${runs} on runs.id = had.run_id
      where runs.status not in ('cancelled', 'paused') group by had.queue
    ) as h where turns.queue = h.queue`);
}

/** Where one of these runs has been cancelled or paused, all deliveries of such runs of its experiment go: each would take its time. */
export async function dropStale(db: Executor, runIds: string[]): Promise<void> {
  const ended = sql`runs.status in ('cancelled', 'paused')`;
  const stale = await db
    .selectDistinct({ id: runs.experimentId, memberId: experiments.launchedById })
    .from(runs)
    .innerJoin(experiments, eq(experiments.id, runs.experimentId))
    .where(and(anyOf(runs.id, runIds, "uuid"), ended));
  for (const { id, memberId } of stale)
    await db.execute(sql`
      delete from queue.job using ${runs}
      where job.name = (select queue from ${turns} where member_id is not distinct from ${memberId}::uuid) and job.state < 'active'
        and job.data->>'runId' = runs.id::text and runs.experiment_id = ${id}::uuid and ${ended}`);
}

/** Removes waiting deliveries of runs that were given out without them. @param place the queue's number for a run */
export async function dropDeliveries(
  tx: Executor,
  queue: string,
  given: readonly { id: string; place: number }[],
): Promise<void> {
  if (given.length === 0) return;
  // Their places find them by the index that deliveries are fetched by.
  await tx.execute(sql`
    delete from queue.job where name = ${queue} and state < 'active' and not blocked
      and priority = any(${sql.param([...new Set(given.map(({ place }) => place))])}::int[])
      and data->>'runId' = any(${sql.param(given.map(({ id }) => id))}::text[])`);
}

/** In whose share each of these experiments' runs are, and what of it goes first. */
export async function readPlaces(
  db: Executor,
  experimentIds: string[],
): Promise<Map<string, { memberId: string | null; priority: Priority }>> {
  const rows = await db
    .select({ id: experiments.id, memberId: experiments.launchedById, priority: experiments.priority })
    .from(experiments)
    .where(anyOf(experiments.id, experimentIds, "uuid"));
  return new Map(rows.map(({ id, ...place }) => [id, place]));
}

/** In whose share each of these runs is. */
export async function readLaunchers(db: Executor, runIds: string[]): Promise<Map<string, string | null>> {
  const rows = await db
    .select({ id: runs.id, memberId: experiments.launchedById })
    .from(runs)
    .innerJoin(experiments, eq(experiments.id, runs.experimentId))
    .where(anyOf(runs.id, runIds, "uuid"));
  return new Map(rows.map(({ id, memberId }) => [id, memberId]));
}

/** Moves an experiment's waiting deliveries to where its priority puts them. @param base the queue's number for its run 0 */
export async function moveDeliveries(db: Executor, experimentId: string, base: number): Promise<void> {
  const waiting = await db
    .select({ id: runs.id })
    .from(runs)
    .where(and(eq(runs.experimentId, experimentId), inArray(runs.status, ["queued", "paused"])));
  if (waiting.length === 0) return;
  // No join: before the tables are counted after a large launch, the planner would look through all that is queued for each run.
  const place = sql`${base}::int - (select ordinal from ${runs} where runs.id = (job.data->>'runId')::uuid)`;
  await db.execute(sql`
    update queue.job set priority = ${place}
    where job.name = (select queue from ${turns} join ${experiments} on launched_by_id is not distinct from member_id
        where experiments.id = ${experimentId}::uuid)
      and job.state < 'active' and job.data->>'runId' = any(${sql.param(waiting.map(({ id }) => id))}::text[])
      and job.priority <> ${place}`);
}

/** Who has runs that wait and could be given now; null: the owner. */
export async function listWaitingLaunchers(db: Executor): Promise<(string | null)[]> {
  const result = await db.execute<{ id: string | null }>(sql`
    select distinct launched_by_id as id from ${experiments} where status in ('queued', 'running') and exists (
      select from ${runs} where runs.experiment_id = experiments.id and runs.status = 'queued' and runs.waits_for is null)`);
  return result.rows.map(({ id }) => id);
}

/** More than any ordinal. */
const limitless = sql`2147483647`;

/** How many waiting runs of the same person go before the first one that waits of this experiment. */
export async function countAhead(db: Executor, experimentId: string): Promise<number> {
  const level = (priority: SQL) => sql`array_position(array['high', 'normal', 'low'], ${priority})`;
  const result = await db.execute<{ ahead: number }>(sql`
    with mine as (
      select launched_by_id, ${level(sql`priority`)} as level, min(ordinal) as ordinal from ${experiments}
        join ${runs} on runs.experiment_id = experiments.id
      where experiments.id = ${experimentId}::uuid and runs.status = 'queued' group by experiments.id
    ), others as (
      select experiments.id, case when ${level(sql`priority`)} < mine.level then ${limitless} else mine.ordinal end as below
      from mine join ${experiments} on experiments.launched_by_id is not distinct from mine.launched_by_id
      where experiments.id <> ${experimentId}::uuid and status in ('queued', 'running') and ${level(sql`priority`)} <= mine.level
    ) select count(*)::int as ahead from others join ${runs} on runs.experiment_id = others.id and runs.ordinal < others.below
      and runs.status = 'queued' and runs.waits_for is null`);
  return onlyRow(result.rows).ahead;
}
