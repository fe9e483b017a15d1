import { sql } from "drizzle-orm";
import { msAgo } from "../clock.ts";
import type { Executor } from "../database.ts";
import { experiments, runs } from "../schema.ts";

/** A queued run that is about to be given out, its row locked until the transaction ends. */
export interface Lead extends Omit<Companion, "id"> {
  memberId: string | null;
  /** null: stored before there were packs. */
  packKey: string | null;
}

/** @returns null if it is no longer queued */
export async function lockLead(tx: Executor, runId: string): Promise<Lead | null> {
  const result = await tx.execute<Record<string, unknown> & { lead: Lead }>(sql`
    select jsonb_build_object('experimentId', runs.experiment_id, 'ordinal', runs.ordinal, 'memberId', experiments.launched_by_id, 'packKey', runs.pack_key,
      'failedAttempts', runs.setbacks, 'packRuns', runs.pack_runs, 'packLimit', runs.pack_limit) as lead
    from ${runs} join ${experiments} on experiments.id = runs.experiment_id
    where runs.id = ${runId}::uuid and runs.status = 'queued' and not runs.awaits_parent for update of runs`);
  return result.rows[0]?.lead ?? null;
}

/** Studies of the same launcher with runs that wait: their order is that of their priorities. */
const studiesOf = ({ memberId, experimentId }: Lead) => sql`
  select id, array_position(array['high', 'normal', 'low'], priority) as level from ${experiments}
  where launched_by_id is not distinct from ${memberId}::uuid and status in ('queued', 'running') and id <> ${experimentId}::uuid`;

const isWaiting = ({ packKey }: Lead) =>
  sql`status = 'queued' and pack_key = ${packKey} and waits_for is null and not awaits_parent`;

/**
 * How many runs wait that could be of the lead's pack, itself included, and how many wait in all.
 * @param upTo more than so many are not counted
 */
export async function countWaiting(tx: Executor, lead: Lead, upTo: { ofKey: number; all: number }) {
  const result = await tx.execute<{ of_key: number; waiting: number }>(sql`
    select (select count(*)::int from (
        (select 1 from ${runs} where experiment_id = ${lead.experimentId}::uuid and ${isWaiting(lead)} limit ${upTo.ofKey})
        union all (select 1 from (${studiesOf(lead)}) study join ${runs} on experiment_id = study.id and ${isWaiting(lead)} limit ${upTo.ofKey})
      ) as alike) as of_key,
      (select count(*)::int from (select 1 from ${runs} where status = 'queued' and waits_for is null limit ${upTo.all}) as any_run) as waiting`);
  const { of_key, waiting } = result.rows[0]!;
  return { ofKey: Math.max(1, Math.min(of_key, upTo.ofKey)), all: waiting };
}

/** A queued run that may go along with a lead. */
export interface Companion {
  id: string;
  experimentId: string;
  ordinal: number;
  failedAttempts: number;
  packRuns: number;
  packLimit: number | null;
}

type CompanionRow = Record<"id" | "experiment_id", string> &
  Record<"ordinal" | "setbacks" | "pack_runs", number> & { pack_limit: number | null };

/**
 * Other queued runs of the lead's key and launcher: of its study first, then by priority and number, as they are delivered.
 * @param elsewhere workers that may still come for their own runs: these wait `waitMs` for them
 */
export async function listCompanions(
  tx: Executor,
  runId: string,
  lead: Lead,
  { workerId, elsewhere, waitMs, limit }: { workerId: string; elsewhere: string[]; waitMs: number; limit: number },
): Promise<Companion[]> {
  const isFree = sql`id <> ${runId}::uuid and (worker_id is null or worker_id = ${workerId}::uuid
    or worker_id <> all(${sql.param(elsewhere)}::uuid[]) or queued_at < ${msAgo(waitMs)})`;
  const columns = sql`id, experiment_id, ordinal, setbacks, pack_runs, pack_limit`;
  const result = await tx.execute<CompanionRow>(sql`
    select ${columns} from (
      (select ${columns}, 0 as level from ${runs}
        where experiment_id = ${lead.experimentId}::uuid and ${isWaiting(lead)} and ${isFree} order by ordinal limit ${limit})
      union all (select alike.*, study.level from (${studiesOf(lead)}) study cross join lateral (
        select ${columns} from ${runs} where experiment_id = study.id and ${isWaiting(lead)} and ${isFree} order by ordinal limit ${limit}
      ) as alike)
    ) as found order by level, ordinal, id limit ${limit}`);
  return result.rows.map(({ experiment_id, setbacks, pack_runs, pack_limit, ...row }) => ({
    ...row,
    experimentId: experiment_id,
    failedAttempts: setbacks,
    packRuns: pack_runs,
    packLimit: pack_limit,
  }));
}

/** Locks those that are still queued and that nobody else is giving out. @returns their ids */
export async function lockQueued(tx: Executor, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const result = await tx.execute<{ id: string }>(sql`
    select id from ${runs} where id = any(${sql.param(ids)}::uuid[]) and status = 'queued' and not awaits_parent for update skip locked`);
  return new Set(result.rows.map(({ id }) => id));
}
