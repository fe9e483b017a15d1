import { and, asc, desc, eq, inArray, isNull, sql } from "drizzle-orm";
import type { ExternalRunConfig } from "../../contract/external/externalConfig.ts";
import type { StoredExternal } from "../../contract/external/externalFacts.ts";
import type { OptimumSummary } from "../../contract/wire/runEvents.ts";
import { anyOf } from "../anyOf.ts";
import { clock } from "../clock.ts";
import type { Executor } from "../database.ts";
import { onlyRow } from "../onlyRow.ts";
import { attempts, experiments, logLines, runs, seriesChunks } from "../schema.ts";
import type { StoredAttempt } from "./attempts.ts";
import type { StoredRun } from "./runs.ts";
import { readSeries } from "./series.ts";

/** Texts in the configs of a study's external runs, each key's in the order of the runs. */
export async function listConfigTexts(db: Executor, experimentId: string): Promise<{ key: string; text: string }[]> {
  const result = await db.execute<{ key: string; text: string }>(sql`
    select entry.key, entry.value #>> '{}' as text from ${runs}, jsonb_each(${runs.config}->'values') as entry
    where ${runs.experimentId} = ${experimentId}::uuid and jsonb_typeof(entry.value) = 'string'
    group by entry.key, entry.value order by min(${runs.ordinal}), entry.key`);
  return result.rows;
}

/** Until the transaction ends, nobody else looks for or makes what has this name: there is no row to lock yet. */
export async function lockName(db: Executor, name: string): Promise<void> {
  await db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`collapsar ${name}`}, 0))`);
}

/** The newest external study of a name that a person made here; null: none. */
export async function findStudyByName(db: Executor, memberId: string | null, name: string): Promise<string | null> {
  const [row] = await db
    .select({ id: experiments.id })
    .from(experiments)
    .where(
      and(
        eq(experiments.kind, "external"),
        eq(experiments.name, name),
        isNull(experiments.removedAt),
        isNull(experiments.provenance),
        memberId === null ? isNull(experiments.launchedById) : eq(experiments.launchedById, memberId),
      ),
    )
    .orderBy(desc(experiments.createdAt), desc(experiments.id))
    .limit(1);
  return row?.id ?? null;
}

/** Which of these ids are runs. */
export async function listPresentRuns(db: Executor, ids: string[]): Promise<Set<string>> {
  const rows = await db
    .select({ id: runs.id })
    .from(runs)
    .where(anyOf(runs.id, ids, "uuid"));
  return new Set(rows.map(({ id }) => id));
}

/** Number of an experiment's runs, and the largest ordinal (−1 without any). */
export async function countOrdinals(db: Executor, experimentId: string): Promise<{ count: number; last: number }> {
  return onlyRow(
    await db
      .select({ count: sql<number>`count(*)::int`, last: sql<number>`coalesce(max(${runs.ordinal}), -1)::int` })
      .from(runs)
      .where(eq(runs.experimentId, experimentId)),
  );
}

/** A run, its row locked until the transaction ends, with its attempts, and whether its experiment was removed. */
export async function lockReportedRun(
  db: Executor,
  id: string,
): Promise<{ run: StoredRun; attempts: StoredAttempt[]; isRemoved: boolean } | null> {
  const [row] = await db
    .select({ run: runs, removedAt: experiments.removedAt })
    .from(runs)
    .innerJoin(experiments, eq(experiments.id, runs.experimentId))
    .where(eq(runs.id, id))
    .for("update", { of: runs });
  if (!row) return null;
  const tries = await db.select().from(attempts).where(eq(attempts.runId, id)).orderBy(asc(attempts.number));
  return { run: row.run as StoredRun, attempts: tries, isRemoved: row.removedAt !== null };
}

/** A run whose experiment is not removed, without a lock, and how far an attempt is stored: for what is worked out before it is stored. */
export async function readReportedRun(db: Executor, id: string, number: number) {
  const [row] = await db
    .select({ run: runs, lastSeq: attempts.lastSeq })
    .from(runs)
    .innerJoin(experiments, eq(experiments.id, runs.experimentId))
    .leftJoin(attempts, and(eq(attempts.runId, runs.id), eq(attempts.number, number)))
    .where(and(eq(runs.id, id), isNull(experiments.removedAt)));
  return row ? { run: row.run as StoredRun, lastSeq: row.lastSeq } : null;
}

type Reported = Partial<{
  config: ExternalRunConfig;
  external: StoredExternal;
  optimum: OptimumSummary;
  totalSteps: number;
}>;

/** What was learned of a run; and that it was heard of. */
export async function recordReported(db: Executor, id: string, change: Reported): Promise<void> {
  await db
    .update(runs)
    .set({ ...change, heardAt: clock })
    .where(eq(runs.id, id));
}

/** A run is reported anew by its next attempt: it runs again, whatever became of the attempt before. */
export async function beginReported(db: Executor, id: string, attempt: number): Promise<void> {
  await db
    .update(runs)
    .set({
      ...{ attempt, status: "running", failure: null, endedAt: null, heardAt: clock },
      startedAt: sql`coalesce(${runs.startedAt}, ${clock})`,
    })
    .where(eq(runs.id, id));
}

/** From where an attempt goes on: what earlier ones measured after it is void. The latest values and the step follow. */
export async function resumeReported(db: Executor, id: string, number: number, step: number): Promise<void> {
  await db
    .update(attempts)
    .set({ resumedFromStep: step })
    .where(and(eq(attempts.runId, id), eq(attempts.number, number)));
  await refreshLatest(db, id, step);
}

/** The latest values of a run's series from its valid points. @param step absent: as it is */
export async function refreshLatest(db: Executor, id: string, step?: number): Promise<void> {
  const last: Record<string, number> = {};
  for (const { key, values } of await readSeries(db, [id], null)) last[key] = values.at(-1)!;
  await db
    .update(runs)
    .set({ last, ...(step !== undefined && { step }) })
    .where(eq(runs.id, id));
}

/** The last stored step of these series of an attempt. */
export async function readLastSteps(db: Executor, runId: string, attempt: number, keys: string[]): Promise<Map<string, number>> {
  const rows = await db
    .select({
      key: seriesChunks.key,
      steps: sql<Buffer>`substring(${seriesChunks.steps} from length(${seriesChunks.steps}) - 3)`,
    })
    .from(seriesChunks)
    .where(
      and(
        eq(seriesChunks.runId, runId),
        eq(seriesChunks.attempt, attempt),
        anyOf(seriesChunks.key, keys, "text"),
        sql`length(${seriesChunks.steps}) > 0`,
      ),
    );
  const last = new Map<string, number>();
  for (const { key, steps } of rows) last.set(key, Math.max(last.get(key) ?? -1, steps.readInt32LE(0)));
  return last;
}

export async function countLogLines(db: Executor, runId: string): Promise<number> {
  return onlyRow(await db.select({ count: sql<number>`count(*)::int` }).from(logLines).where(eq(logLines.runId, runId))).count;
}

/** Ends the attempts of external runs that a person cancelled. */
export async function endReported(db: Executor, runIds: string[], message: string): Promise<void> {
  if (runIds.length === 0) return;
  await db
    .update(attempts)
    .set({ outcome: { code: "CANCELLED", message }, endedAt: clock })
    .where(and(inArray(attempts.runId, runIds), isNull(attempts.endedAt)));
}
