import { and, asc, desc, eq, inArray, isNotNull, like, sql } from "drizzle-orm";
import type { RunStatus } from "../../contract/status.ts";
import { resumePrefix } from "../../contract/wire/artefactNames.ts";
import type { Lineage } from "../../contract/wire/workerProtocol.ts";
import { anyOf } from "../anyOf.ts";
import type { Executor } from "../database.ts";
import { onlyRow } from "../onlyRow.ts";
import { artefactStore, attempts, runFiles, runs } from "../schema.ts";

export type RunFile = typeof runFiles.$inferSelect;

/** Attempts that are looked back through: what older ones left is hardly there any more. */
const maxLookedAt = 200;
const maxLineage = 50;

/**
 * Notes a file that is stored.
 * @returns the sha256 of the one of its name that it takes the place of, if there was another; nothing is noted of a run that is gone
 */
export async function recordFile(db: Executor, file: Omit<RunFile, "at"> & { at?: Date }): Promise<{ replaced: string | null }> {
  const { runId, attempt, name, bytes, sha256, at } = file;
  const result = await db.execute<{ before: string | null }>(sql`
    with earlier as (
      select sha256 from ${runFiles} where run_id = ${runId}::uuid and attempt = ${attempt} and name = ${name}
    ), noted as (
      insert into ${runFiles} (run_id, attempt, name, bytes, sha256, at)
      select id, ${attempt}::int, ${name}, ${bytes}::bigint, ${sha256}, coalesce(${at?.toISOString() ?? null}::timestamptz, now())
      from ${runs} where id = ${runId}::uuid
      on conflict (run_id, attempt, name) do update set bytes = excluded.bytes, sha256 = excluded.sha256, at = excluded.at
    )
    select (select sha256 from earlier where sha256 <> ${sha256}) as before`);
  return { replaced: onlyRow(result.rows).before };
}

/** Files of a run, those of its newest attempt first. */
export function listFiles(db: Executor, runId: string): Promise<RunFile[]> {
  return db.select().from(runFiles).where(eq(runFiles.runId, runId)).orderBy(desc(runFiles.attempt), asc(runFiles.name));
}

export async function findFile(db: Executor, runId: string, attempt: number, name: string): Promise<RunFile | null> {
  const [row] = await db
    .select()
    .from(runFiles)
    .where(and(eq(runFiles.runId, runId), eq(runFiles.attempt, attempt), eq(runFiles.name, name)));
  return row ?? null;
}

/** Only while it is still this one. */
export async function forgetFile(db: Executor, { runId, attempt, name, sha256 }: Omit<RunFile, "bytes" | "at">): Promise<void> {
  await db
    .delete(runFiles)
    .where(and(eq(runFiles.runId, runId), eq(runFiles.attempt, attempt), eq(runFiles.name, name), eq(runFiles.sha256, sha256)));
}

/** Those of these runs of which files are noted. */
export async function listRunsWithFiles(db: Executor, ids: string[]): Promise<string[]> {
  const rows = await db
    .selectDistinct({ id: runFiles.runId })
    .from(runFiles)
    .where(anyOf(runFiles.runId, ids, "uuid"));
  return rows.map(({ id }) => id);
}

/** Runs of these statuses that still have files to resume from. */
export async function listRunsWithResumeFiles(db: Executor, statuses: readonly RunStatus[]): Promise<string[]> {
  const rows = await db
    .selectDistinct({ id: runFiles.runId })
    .from(runFiles)
    .innerJoin(runs, eq(runs.id, runFiles.runId))
    .where(and(like(runFiles.name, `${resumePrefix}%`), inArray(runs.status, [...statuses])));
  return rows.map(({ id }) => id);
}

/**
 * From which step on the next attempt of a run may resume by a checkpoint of an earlier one: the last that started reaches as far as its
 * measurements are stored, and each before it as far as those after it resumed from. What lies beyond belongs to a curve that was voided.
 */
export async function readLineage(db: Executor, runId: string, before: number): Promise<Lineage> {
  const rows = await db
    .select({ number: attempts.number, resumed: attempts.resumedFromStep, lastStep: attempts.lastStep })
    .from(attempts)
    .where(and(eq(attempts.runId, runId), isNotNull(attempts.resumedFromStep), sql`${attempts.number} < ${before}`))
    .orderBy(desc(attempts.number))
    .limit(maxLookedAt);
  const [newest] = rows;
  const lineage: Lineage = [];
  if (!newest) return lineage;
  let through = Math.max(newest.resumed ?? 0, newest.lastStep ?? 0);
  for (const { number, resumed } of rows) {
    if (through === 0 || lineage.length === maxLineage) break;
    const last = lineage.at(-1);
    if (last?.through === through) last.fromAttempt = number;
    else lineage.push({ fromAttempt: number, through });
    through = Math.min(through, resumed ?? 0);
  }
  return lineage;
}

/** The store that this database's files are in; null if none has been noted. */
export async function readStore(db: Executor): Promise<{ mark: string; place: string } | null> {
  const [row] = await db.select({ mark: artefactStore.mark, place: artefactStore.place }).from(artefactStore);
  return row ?? null;
}

/** Notes the store, unless another server was first. */
export async function noteStore(
  db: Executor,
  store: { mark: string; place: string },
  replace: boolean,
): Promise<{ mark: string; isOurs: boolean }> {
  const adding = db.insert(artefactStore).values(store);
  if (replace) await adding.onConflictDoUpdate({ target: artefactStore.only, set: store });
  else await adding.onConflictDoNothing();
  const mark = (await readStore(db))?.mark ?? store.mark;
  return { mark, isOurs: mark === store.mark };
}
