import { eq, type SQL, sql } from "drizzle-orm";
import type { Priority } from "../../contract/priority.ts";
import { anyOf } from "../anyOf.ts";
import { clock } from "../clock.ts";
import type { Executor } from "../database.ts";
import { onlyRow } from "../onlyRow.ts";
import { experiments, runs, turns } from "../schema.ts";

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
  const result = await db.execute<{ queue: string; due: boolean }>(sql`
    select queue, exists (select from queue.job where name = turns.queue and state < 'active' and not blocked
      and start_after <= ${clock}) as due from ${turns}`);
  return { due: result.rows.filter(({ due }) => due).map(({ queue }) => queue), all: result.rows.length };
}

/** Until the transaction ends, no other server gives out anything. */
export async function lockTurns(tx: Executor): Promise<void> {
  await tx.select({ queue: turns.queue }).from(turns).orderBy(turns.queue).for("update");
}

export interface Standing {
  queue: string;
  memberId: string | null;
  /** Runs of theirs that a worker has, or is about to be given. */
  underWay: number;
  lastTurn: number;
}

export async function readStandings(db: Executor): Promise<Standing[]> {
  const result = await db.execute<{ queue: string; member_id: string | null; under_way: number; last_turn: string }>(sql`
    select turns.queue, turns.member_id, turns.last_turn, (coalesce(leased.count, 0) + coalesce(delivered.count, 0))::int as under_way
    from ${turns} left join (
      select launched_by_id, count(*) from ${runs} join ${experiments} on experiments.id = runs.experiment_id
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

/** Notes who had which turn last. */
export async function recordTurns(db: Executor, had: ReadonlyMap<string, number>): Promise<void> {
  if (had.size === 0) return;
  await db.execute(sql`update ${turns} set last_turn = h.turn
    from unnest(${sql.param([...had.keys()])}::text[], ${sql.param([...had.values()])}::bigint[]) as h (queue, turn)
    where turns.queue = h.queue`);
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
  await db.execute(sql`
    update queue.job set priority = ${base}::int - runs.ordinal from ${runs}
    where runs.experiment_id = ${experimentId}::uuid and runs.status in ('queued', 'paused') and job.state < 'active'
      and job.name in (select queue from ${turns}) and job.data->>'runId' = runs.id::text
      and job.priority <> ${base}::int - runs.ordinal`);
}

/** Who has runs that wait and could be given now; null: the owner. */
export async function listWaitingLaunchers(db: Executor): Promise<(string | null)[]> {
  const result = await db.execute<{ id: string | null }>(sql`
    select distinct launched_by_id as id from ${experiments} where status in ('queued', 'running') and exists (
      select from ${runs} where runs.experiment_id = experiments.id and runs.status = 'queued' and runs.waits_for is null)`);
  return result.rows.map(({ id }) => id);
}

/** How many waiting runs of the same person go before the first one that waits of this experiment. */
export async function countAhead(db: Executor, experimentId: string): Promise<number> {
  const level = (priority: SQL) => sql`array_position(array['high', 'normal', 'low'], ${priority})`;
  const result = await db.execute<{ ahead: number }>(sql`
    with mine as (
      select launched_by_id, ${level(sql`priority`)} as level, min(ordinal) as ordinal from ${experiments}
        join ${runs} on runs.experiment_id = experiments.id
      where experiments.id = ${experimentId}::uuid and runs.status = 'queued' group by experiments.id
    ) select count(*)::int as ahead from mine join ${experiments} other on other.launched_by_id is not distinct from mine.launched_by_id
        and other.id <> ${experimentId}::uuid and other.status in ('queued', 'running')
      join ${runs} on runs.experiment_id = other.id and runs.status = 'queued' and runs.waits_for is null
    where (${level(sql`other.priority`)}, runs.ordinal) < (mine.level, mine.ordinal)`);
  return onlyRow(result.rows).ahead;
}
