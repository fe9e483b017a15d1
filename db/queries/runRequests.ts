import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { clock } from "../clock.ts";
import type { Executor } from "../database.ts";
import { attempts, runs } from "../schema.ts";
import { endReported } from "./externalRuns.ts";
import { lockedInOrder } from "./lockedInOrder.ts";
import { type RunState, stateColumns } from "./runs.ts";

type Scope = { id: string } | { experimentId: string };

/**
 * Asks for the end of runs: queued and paused ones, and those that are trained elsewhere, are cancelled at once, those on workers become
 * cancelling.
 * @returns those that changed
 */
export async function requestCancel(db: Executor, where: Scope): Promise<RunState[]> {
  const scope = scopeOf(where);
  const waits = sql`(${runs.status} in ('queued', 'paused') or ${runs.external} is not null)`;
  const changed = await db
    .update(runs)
    .set({
      status: sql`case when ${waits} then 'cancelled' else 'cancelling' end`,
      endedAt: sql`case when ${waits} then ${clock} else ${runs.endedAt} end`,
      waitsFor: null,
      failure: sql`case when ${runs.status} = 'queued' then '{"code":"CANCELLED","message":"Cancelled before it started."}'::jsonb
        when ${runs.external} is not null then ${JSON.stringify(cancelledElsewhere)}::jsonb
        when ${runs.status} = 'paused' then '{"code":"CANCELLED","message":"Cancelled while it was paused."}'::jsonb end`,
    })
    .where(lockedInOrder(db, and(scope, inArray(runs.status, ["queued", "paused", "leased", "running", "pausing"]))))
    .returning(stateColumns);
  const reported = changed.filter(({ external }) => external !== null).map(({ id }) => id);
  await endReported(db, reported, cancelledElsewhere.message);
  return changed;
}

/** Its program is told when it reports again. */
const cancelledElsewhere = { code: "CANCELLED", message: "Cancelled by a person; its program may still be training." };

/**
 * Asks runs to wait: queued ones are paused at once, leased and running ones become pausing; one that is trained elsewhere is not asked.
 * @returns those that changed
 */
export async function requestPause(db: Executor, where: Scope): Promise<RunState[]> {
  return db
    .update(runs)
    .set({ status: sql`case when ${runs.status} = 'queued' then 'paused' else 'pausing' end`, waitsFor: null })
    .where(lockedInOrder(db, and(scopeOf(where), isNull(runs.external), inArray(runs.status, ["queued", "leased", "running"]))))
    .returning(stateColumns);
}

/**
 * Undoes a pause: paused runs are queued, and those that have not stopped yet continue as if they had not been asked.
 * @returns those that changed
 */
export async function requestResume(db: Executor, where: Scope): Promise<RunState[]> {
  const begun = sql`exists (select from ${attempts} a where a.run_id = runs.id and a.number = runs.attempt and a.started is not null)`;
  return db
    .update(runs)
    .set({
      status: sql`case when ${runs.status} = 'paused' then 'queued' when ${begun} then 'running' else 'leased' end`,
      queuedAt: sql`case when ${runs.status} = 'paused' then ${clock} else ${runs.queuedAt} end`,
      workerName: sql`case when ${runs.status} = 'paused' then null else ${runs.workerName} end`,
    })
    .where(lockedInOrder(db, and(scopeOf(where), inArray(runs.status, ["paused", "pausing"]))))
    .returning(stateColumns);
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

const scopeOf = (where: Scope) => ("id" in where ? eq(runs.id, where.id) : eq(runs.experimentId, where.experimentId));

/**
 * Queues ended runs again as new attempts.
 * @param fromStart from step 0, on the data as they are now, whatever checkpoint there is
 * @returns those that changed
 */
export async function requeueRuns(
  db: Executor,
  where: Scope,
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
      packLimit: null,
      queuedAt: clock,
      fromStart,
    })
    .where(lockedInOrder(db, and(scope, isNull(runs.external), inArray(runs.status, from))))
    .returning(stateColumns);
}
