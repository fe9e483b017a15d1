import { and, eq, inArray, isNotNull, sql } from "drizzle-orm";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { RunStatus } from "../../contract/status.ts";
import type { Lease } from "../../contract/wire/workerProtocol.ts";
import { clock, msFromNow } from "../clock.ts";
import { servers } from "../clusterSchema.ts";
import type { Executor } from "../database.ts";
import { onlyRow } from "../onlyRow.ts";
import { attempts, experiments, runs, workers } from "../schema.ts";
import { lockedInOrder } from "./lockedInOrder.ts";

export interface Claimed {
  runId: string;
  experimentId: string;
  experimentName: string;
  attempt: number;
  lease: string;
  config: RunConfig;
  /** Number of the last attempt that started; 0 if none has. */
  lastStarted: number;
  /** Step up to which its measurements are stored (see readReach). */
  measuredThrough: number;
  fromStart?: boolean;
  /** That attempt and its data's hash; absent if none has started, and with `fromStart`. */
  trainedOn?: { attempt: number; hash: string };
}

/** Who gets a run, and the server that gives it, where there is one: then the worker must be connected there. */
export interface Claimer {
  id: string;
  name: string;
  serverId?: string;
}

/**
 * Gives queued runs to a worker as their next attempts, in one statement.
 * @param packId of runs that are given to one slot together; null: they are not
 * @returns those that were queued still, in the order given; none if the worker is elsewhere
 */
export async function claimRuns(
  db: Executor,
  given: readonly { id: string; lease: string }[],
  worker: Claimer,
  packId: string | null,
  leaseMs: number,
): Promise<Claimed[]> {
  const isHere =
    worker.serverId === undefined
      ? sql``
      : sql`and exists (select from ${workers} w where w.id = ${worker.id}::uuid and w.server_id = ${worker.serverId}::uuid)`;
  const result = await db.execute<{
    id: string;
    experiment_id: string;
    name: string;
    attempt: number;
    config: RunConfig;
    last_started: number | null;
    last_hash: string | null;
    reach: number | null;
    from_start: boolean;
  }>(sql`
    with given as (
      select * from unnest(${sql.param(given.map(({ id }) => id))}::uuid[], ${sql.param(given.map(({ lease }) => lease))}::text[])
        as given (id, lease)
    ), claimed as (
      update ${runs} set status = 'leased', attempt = runs.attempt + 1, lease = given.lease, lease_until = ${msFromNow(leaseMs)},
        worker_id = ${worker.id}::uuid, worker_name = ${worker.name}, ended_at = null, waits_for = null, stalled_since = null,
        held_until = null, pack_id = ${packId}::uuid, pack_runs = ${given.length}::int
      from given, ${experiments}
      where runs.id = given.id and runs.status = 'queued' and not runs.awaits_parent and experiments.id = runs.experiment_id ${isHere}
      returning runs.id, runs.experiment_id, runs.attempt, runs.lease, runs.config, runs.from_start, experiments.name
    ), created as (
      insert into ${attempts} (run_id, number, lease, worker_id, worker_name)
      select id, attempt, lease, ${worker.id}::uuid, ${worker.name} from claimed
    )
    select claimed.*, last.number as last_started, last.hash as last_hash, last.reach from claimed left join lateral (
      select earlier.number, earlier.started->'dataset'->>'hash' as hash, greatest(earlier.resumed_from_step, earlier.last_step) as reach from ${attempts} as earlier
      where earlier.run_id = claimed.id and earlier.resumed_from_step is not null order by earlier.number desc limit 1
    ) as last on true`);
  const rows = new Map(result.rows.map((row) => [row.id, row]));
  return given.flatMap(({ id, lease }) => {
    const row = rows.get(id);
    if (!row) return [];
    const { experiment_id, name, attempt, config, last_started, last_hash, reach, from_start } = row;
    return {
      ...{ runId: id, experimentId: experiment_id, experimentName: name, attempt, lease, config, lastStarted: last_started ?? 0 },
      measuredThrough: reach ?? 0,
      ...(from_start && { fromStart: true }),
      ...(!from_start &&
        last_started !== null &&
        last_hash !== null && { trainedOn: { attempt: last_started, hash: last_hash } }),
    };
  });
}

export interface Renewed {
  runId: string;
  experimentId: string;
  attempt: number;
  status: RunStatus;
  /** The runs that share its slot; null: it was given alone. */
  packId: string | null;
  /** Whether its process has fallen silent or been heard again just now. */
  stallChanged: boolean;
}

type RenewedRow = {
  id: string;
  experiment_id: string;
  attempt: number;
  status: RunStatus;
  pack_id: string | null;
  stall_changed: boolean;
};
const asRenewed = (row: RenewedRow): Renewed => ({
  ...{ runId: row.id, experimentId: row.experiment_id, attempt: row.attempt, status: row.status },
  packId: row.pack_id,
  stallChanged: row.stall_changed,
});

/** Extends the leases that are still these, and notes how far their runs are. What is not answered is lost. */
export async function renewLeases(
  db: Executor,
  held: (Lease & { step: number | null; stepMs: number | null; stalledMs?: number })[],
  leaseMs: number,
): Promise<Renewed[]> {
  if (held.length === 0) return [];
  const column = <T>(pick: (item: (typeof held)[number]) => T) => sql.param(held.map(pick));
  const result = await db.execute<RenewedRow>(sql`
    update ${runs} set lease_until = ${msFromNow(leaseMs)}, step = greatest(runs.step, coalesce(h.step, 0)),
      step_ms = coalesce(h.step_ms, runs.step_ms),
      stalled_since = case when h.stalled_ms is not null
        then coalesce(runs.stalled_since, ${clock} - h.stalled_ms * interval '1 millisecond') end
    from (select held.*, before.stalled_since as stalled_before from unnest(${column((h) => h.runId)}::uuid[], ${column((h) => h.attempt)}::int[], ${column((h) => h.lease)}::text[],
      ${column((h) => h.step)}::int[], ${column((h) => h.stepMs)}::float8[], ${column((h) => h.stalledMs ?? null)}::float8[])
      as held (id, attempt, lease, step, step_ms, stalled_ms)
      join ${runs} before on before.id = held.id and before.attempt = held.attempt and before.lease = held.lease
      order by before.id for no key update of before) as h
    where runs.id = h.id and runs.attempt = h.attempt and runs.lease = h.lease
    returning runs.id, runs.experiment_id, runs.attempt, runs.status, runs.pack_id,
      (h.stalled_before is null) <> (runs.stalled_since is null) as stall_changed`);
  return result.rows.map(asRenewed);
}

/** How an attempt ended whose lease was not renewed: its worker may have trained on. */
export const leaseRanOut = "The worker stopped answering.";

/**
 * Gives attempts back to their worker whose leases ran out and whose runs nobody else has begun since: they are as if never lost.
 * A run that a person wants started over is not among them.
 */
export async function reclaimLeases(db: Executor, workerId: string, held: readonly Lease[], leaseMs: number): Promise<Renewed[]> {
  if (held.length === 0) return [];
  const column = <T>(pick: (item: Lease) => T) => sql.param(held.map(pick));
  const result = await db.execute<RenewedRow>(sql`
    with taken as (
      update ${runs} set status = case when a.resumed_from_step is null then 'leased' else 'running' end, lease = a.lease,
        lease_until = ${msFromNow(leaseMs)}, worker_id = a.worker_id, worker_name = a.worker_name, ended_at = null,
        waits_for = null, held_until = null, setbacks = greatest(0, runs.setbacks - 1)
      from (select held.* from unnest(${column((h) => h.runId)}::uuid[], ${column((h) => h.attempt)}::int[], ${column((h) => h.lease)}::text[])
          as held (id, attempt, lease) join ${runs} before on before.id = held.id and before.attempt = held.attempt
          order by before.id for no key update of before) as h
        join ${attempts} a on a.run_id = h.id and a.number = h.attempt and a.lease = h.lease
      where runs.id = h.id and runs.attempt = h.attempt and runs.status = 'queued' and not runs.from_start
        and a.worker_id = ${workerId}::uuid and a.outcome->>'message' = ${leaseRanOut}
      returning runs.id, runs.experiment_id, runs.attempt, runs.status, runs.pack_id, false as stall_changed
    ), reopened as (
      update ${attempts} set ended_at = null, outcome = null from taken
      where attempts.run_id = taken.id and attempts.number = taken.attempt
    )
    select * from taken`);
  return result.rows.map(asRenewed);
}

/**
 * Notes that a server looks for leases that ran out.
 * @returns how long nobody has, ms; negative where the clock was set back; null if nobody ever did
 */
export async function recordLook(db: Executor, serverId: string): Promise<number | null> {
  const result = await db.execute<{ ms: number | null }>(sql`
    with before as (select max(looked_at) as at from ${servers})
    update ${servers} set looked_at = ${clock} from before where id = ${serverId}::uuid
    returning extract(epoch from ${clock} - before.at)::float8 * 1000 as ms`);
  return result.rows[0]?.ms ?? null;
}

/**
 * Keeps leases for a worker that cannot renew them, each from the first time on.
 * @returns until when the first of them is kept; null if none of them is there
 */
export async function holdLeases(db: Executor, held: readonly Lease[], forMs: number): Promise<Date | null> {
  const rows = await db
    .update(runs)
    .set({ heldUntil: sql`coalesce(${runs.heldUntil}, ${msFromNow(forMs)})` })
    .where(lockedInOrder(db, hasLease(held)))
    .returning({ until: runs.heldUntil });
  return rows.reduce<Date | null>((first, { until }) => (first === null || until! < first ? until : first), null);
}

/** Their worker can renew them again. */
export async function unholdLeases(db: Executor, held: readonly Lease[]): Promise<void> {
  if (held.length === 0) return;
  await db
    .update(runs)
    .set({ heldUntil: null })
    .where(lockedInOrder(db, and(hasLease(held), isNotNull(runs.heldUntil))));
}

const hasLease = (held: readonly Lease[]) =>
  inArray(
    runs.lease,
    held.map(({ lease }) => lease),
  );

/** The database's clock, ms. */
export async function readClock(db: Executor): Promise<number> {
  const result = await db.execute<{ ms: string }>(sql`select extract(epoch from ${clock}) * 1000 as ms`);
  return Number(onlyRow(result.rows).ms);
}

/**
 * Runs whose lease ran out by the database's clock; of all, or that one. One that is held is not among them, unless it is to stop: who
 * cancels or pauses it does not wait for an upgrade.
 */
export async function listExpired(db: Executor, id?: string) {
  return db
    .select({
      id: runs.id,
      experimentId: runs.experimentId,
      attempt: runs.attempt,
      lease: runs.lease,
      status: runs.status,
    })
    .from(runs)
    .where(
      and(
        sql`${runs.lease} is not null and ${runs.leaseUntil} < ${clock}
          and not (${runs.heldUntil} is not null and ${runs.heldUntil} > ${clock} and ${runs.status} in ('leased', 'running'))`,
        id ? eq(runs.id, id) : undefined,
      ),
    );
}

/** Runs that these workers have a lease on. */
export function listLeasesOf(db: Executor, workerIds: string[]) {
  return db
    .select({
      id: runs.id,
      experimentId: runs.experimentId,
      attempt: runs.attempt,
      lease: runs.lease,
      workerId: runs.workerId,
      packId: runs.packId,
    })
    .from(runs)
    .where(and(sql`${runs.lease} is not null`, inArray(runs.workerId, workerIds)));
}

/** Renews all leases from now on: workers that kept training while the server was away get time to come back. */
export async function extendAllLeases(db: Executor, leaseMs: number): Promise<number> {
  const result = await db
    .update(runs)
    .set({ leaseUntil: msFromNow(leaseMs) })
    .where(lockedInOrder(db, isNotNull(runs.lease)));
  return result.rowCount ?? 0;
}
