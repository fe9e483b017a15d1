import { eq, isNotNull, sql } from "drizzle-orm";
import { type JobState, jobStates, type LauncherKind } from "../../contract/launcher.ts";
import type { RunStatus } from "../../contract/status.ts";
import { clock } from "../clock.ts";
import { launchedJobs, launchers } from "../clusterSchema.ts";
import type { Executor } from "../database.ts";
import { onlyRow } from "../onlyRow.ts";
import { runs } from "../schema.ts";

export interface Load {
  queued: number;
  /** The time for which the first of them has waited, s; 0 where none waits. */
  waitedS: number;
  /** Runs that workers have, by status. */
  onWorkers: { status: RunStatus; count: number }[];
  /** Of these, those whose lease ran out. */
  overdue: number;
  /** Jobs that launchers ordered, by launcher in each state; those that ended until they are forgotten. */
  jobs: { kind: LauncherKind; state: JobState; count: number }[];
}

/** What waits and what runs, over all servers. Read by indexes that know no run that has ended. */
export async function readLoad(db: Executor): Promise<Load> {
  const waiting = await db
    .select({
      queued: sql<number>`count(*)::int`,
      waitedS: sql<number>`coalesce(extract(epoch from ${clock} - min(${runs.queuedAt})), 0)::float8`,
    })
    .from(runs)
    .where(eq(runs.status, "queued"));
  const held = await db
    .select({
      status: runs.status,
      count: sql<number>`count(*)::int`,
      overdue: sql<number>`(count(*) filter (where ${runs.leaseUntil} < ${clock}))::int`,
    })
    .from(runs)
    .where(isNotNull(runs.lease))
    .groupBy(runs.status);
  const states = await db
    .select({ kind: launchers.kind, state: launchedJobs.state, count: sql<number>`count(*)::int` })
    .from(launchers)
    .leftJoin(launchedJobs, eq(launchedJobs.launcher, launchers.kind))
    .groupBy(launchers.kind, launchedJobs.state);
  return {
    ...onlyRow(waiting),
    onWorkers: held.map(({ status, count }) => ({ status, count })),
    overdue: held.reduce((sum, { overdue }) => sum + overdue, 0),
    jobs: [...new Set(states.map(({ kind }) => kind))].flatMap((kind) =>
      jobStates.map((state) => ({
        ...{ kind, state },
        count: states.find((row) => row.kind === kind && row.state === state)?.count ?? 0,
      })),
    ),
  };
}
