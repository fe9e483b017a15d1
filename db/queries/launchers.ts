import { and, desc, eq, gt, isNull, lt, ne, notInArray, or, sql } from "drizzle-orm";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { LaunchedJob, LauncherKind } from "../../contract/launcher.ts";
import { clock, msAgo } from "../clock.ts";
import { launchedJobs, launchers } from "../clusterSchema.ts";
import type { Executor } from "../database.ts";
import { onlyRow } from "../onlyRow.ts";
import { experiments, runs, workers, workerTokens } from "../schema.ts";
import { busySlots } from "./slotsInUse.ts";

export type StoredLauncher = typeof launchers.$inferSelect;

/** Jobs that are over are shown for so long. */
const keptMs = 2 * 86_400_000;

/** What is known of a launcher of this database; the mark is given to it once, by whichever server is the first to ask. */
export async function openLauncher(db: Executor, kind: LauncherKind, mark: string): Promise<StoredLauncher> {
  await db.insert(launchers).values({ kind, mark }).onConflictDoNothing();
  return onlyRow(await db.select().from(launchers).where(eq(launchers.kind, kind)));
}

/** Notes that it looked, and what is the matter, unless a person has seen to it in the meantime. */
export async function recordLook(
  db: Executor,
  { kind, retriedAt }: Pick<StoredLauncher, "kind" | "retriedAt">,
  found: Pick<StoredLauncher, "trouble" | "held" | "bounds" | "waiting">,
): Promise<void> {
  await db
    .update(launchers)
    .set({ ...found, lookedAt: clock })
    .where(
      and(
        eq(launchers.kind, kind),
        sql`date_trunc('milliseconds', ${launchers.retriedAt}) = ${retriedAt.toISOString()}::timestamptz`,
      ),
    );
}

/** A person has seen to what was the matter: jobs that ended before count no more. @returns false if there is no such launcher */
export async function retryLauncher(db: Executor, kind: LauncherKind): Promise<boolean> {
  const result = await db.update(launchers).set({ held: null, trouble: null, retriedAt: clock }).where(eq(launchers.kind, kind));
  return (result.rowCount ?? 0) > 0;
}

export const listLauncherRows = (db: Executor): Promise<StoredLauncher[]> => db.select().from(launchers).orderBy(launchers.kind);

/** Keeps what a cluster says of its jobs. @returns whether anything of it is news */
export async function recordJobs(db: Executor, kind: LauncherKind, jobs: readonly LaunchedJob[]): Promise<boolean> {
  if (jobs.length === 0) return false;
  const rows = jobs.map(({ id, since, startedAt, endsBy, ...rest }) => ({
    ...{ launcher: kind, id, ...rest, since: new Date(since) },
    ...{ startedAt: toDate(startedAt), endsBy: toDate(endsBy) },
  }));
  const given = (name: string) => sql.raw(`excluded.${name}`);
  const result = await db
    .insert(launchedJobs)
    .values(rows)
    .onConflictDoUpdate({
      target: [launchedJobs.launcher, launchedJobs.id],
      set: {
        state: given("state"),
        since: given("since"),
        startedAt: given("started_at"),
        endsBy: given("ends_by"),
        node: sql`coalesce(excluded.node, ${launchedJobs.node})`,
        slots: given("slots"),
        reason: given("reason"),
        end: given(`"end"`),
      },
      setWhere: sql`(${launchedJobs.state}, ${launchedJobs.since}, ${launchedJobs.endsBy}, ${launchedJobs.reason}, ${launchedJobs.end})
        is distinct from (excluded.state, excluded.since, excluded.ends_by, excluded.reason, excluded."end")`,
    });
  return (result.rowCount ?? 0) > 0;
}

/** Ends what the cluster no longer tells of, and forgets what ended long ago. @returns whether anything ended */
export async function closeJobs(db: Executor, kind: LauncherKind, told: readonly string[]): Promise<boolean> {
  const isGone = told.length === 0 ? undefined : notInArray(launchedJobs.id, [...told]);
  const result = await db
    .update(launchedJobs)
    .set({ state: "ended", end: "unknown", since: clock, reason: null })
    .where(and(eq(launchedJobs.launcher, kind), ne(launchedJobs.state, "ended"), isGone));
  await db
    .delete(launchedJobs)
    .where(and(eq(launchedJobs.launcher, kind), eq(launchedJobs.state, "ended"), lt(launchedJobs.since, msAgo(keptMs))));
  return (result.rowCount ?? 0) > 0;
}

/** Jobs that are over since a person last saw to them, the newest first. */
export async function listEnds(db: Executor, { kind, retriedAt }: StoredLauncher, count: number) {
  return db
    .select()
    .from(launchedJobs)
    .where(and(eq(launchedJobs.launcher, kind), eq(launchedJobs.state, "ended"), gt(launchedJobs.since, retriedAt)))
    .orderBy(desc(launchedJobs.since))
    .limit(count);
}

/** The jobs that are not over, and the last of those that are. */
export async function listJobRows(db: Executor, kind: LauncherKind, ended: number) {
  const ofKind = eq(launchedJobs.launcher, kind);
  const live = await db
    .select()
    .from(launchedJobs)
    .where(and(ofKind, ne(launchedJobs.state, "ended")))
    .orderBy(launchedJobs.orderedAt, launchedJobs.id);
  const over = await db
    .select()
    .from(launchedJobs)
    .where(and(ofKind, eq(launchedJobs.state, "ended")))
    .orderBy(desc(launchedJobs.since))
    .limit(ended);
  return [...live, ...over];
}

/** Queued runs by what decides where they can go, with one config of each kind. */
export async function listWaiting(db: Executor): Promise<{ config: RunConfig; held: boolean; count: number }[]> {
  const result = await db.execute<{ config: RunConfig; held: boolean; count: number }>(sql`
    select (array_agg(config))[1] as config, held, count(*)::int as count from (
      select ${runs.config} as config, ${runs.waitsFor} is not null as held from ${runs}
      join ${experiments} on ${experiments.id} = ${runs.experimentId}
      where ${runs.status} = 'queued' and not ${runs.awaitsParent} and ${experiments.removedAt} is null limit 5000
    ) as queued group by config->'device', config->'dataset', config->'afterTraining', config->'other', held`);
  return result.rows;
}

export type Place = typeof workers.$inferSelect & {
  /** By whose token it came; null: by one that a person made. */
  launcher: LauncherKind | null;
  busy: number;
};

/** Workers heard of within this time, and how many of their slots runs take. */
export async function listPlaces(db: Executor, withinMs: number): Promise<Place[]> {
  const rows = await db
    .select({
      worker: workers,
      launcher: workerTokens.launcher,
      busy: busySlots,
    })
    .from(workers)
    .innerJoin(workerTokens, eq(workerTokens.id, workers.tokenId))
    .where(gt(workers.lastSeenAt, msAgo(withinMs)))
    .orderBy(desc(workers.lastSeenAt));
  return rows.map(({ worker, launcher, busy }) => ({ ...worker, launcher, busy }));
}

/** The last worker that came out of a launcher's job, for what its next ones will be like; null if there was none. */
export async function readLastLaunched(db: Executor, kind: LauncherKind): Promise<typeof workers.$inferSelect | null> {
  const [row] = await db
    .select({ worker: workers })
    .from(workers)
    .innerJoin(workerTokens, and(eq(workerTokens.id, workers.tokenId), eq(workerTokens.launcher, kind)))
    .orderBy(desc(workers.lastSeenAt))
    .limit(1);
  return row?.worker ?? null;
}

/** Names of the workers that came out of a launcher's jobs, with their ids, the newest first. */
export function listLaunchedWorkers(db: Executor, kind: LauncherKind) {
  return db
    .select({ id: workers.id, name: workers.name, lastSeenAt: workers.lastSeenAt })
    .from(workers)
    .innerJoin(workerTokens, and(eq(workerTokens.id, workers.tokenId), eq(workerTokens.launcher, kind)))
    .where(gt(workers.lastSeenAt, msAgo(keptMs)))
    .orderBy(desc(workers.lastSeenAt))
    .limit(500);
}

/** Whether a token of this digest is there, and may be used; null if it is not there. */
export async function readTokenState(db: Executor, hash: string): Promise<"valid" | "void" | null> {
  const isValid = and(isNull(workerTokens.revokedAt), or(isNull(workerTokens.expiresAt), gt(workerTokens.expiresAt, clock)));
  const [row] = await db
    .select({ valid: sql<boolean>`${isValid}` })
    .from(workerTokens)
    .where(eq(workerTokens.hash, hash));
  return row === undefined ? null : row.valid ? "valid" : "void";
}

/** Whose workers come by the token of this digest; null: nobody orders them. */
export async function setTokenLauncher(db: Executor, hash: string, launcher: LauncherKind | null): Promise<void> {
  await db.update(workerTokens).set({ launcher }).where(eq(workerTokens.hash, hash));
}

const toDate = (text: string | null): Date | null => (text === null ? null : new Date(text));
