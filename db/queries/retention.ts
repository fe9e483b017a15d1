import { and, eq, gt, inArray, isNotNull, type SQL, sql } from "drizzle-orm";
import { terminalStatuses } from "../../contract/status.ts";
import { anyOf } from "../anyOf.ts";
import { clock, msAgo } from "../clock.ts";
import type { Executor } from "../database.ts";
import { sessions } from "../peopleSchema.ts";
import { attempts, geometrySnapshots, logLines, runs, seriesChunks } from "../schema.ts";

/** Runs that ended longer ago than this, of which a condition holds. */
async function listEnded(db: Executor, endedForMs: number, condition: SQL): Promise<string[]> {
  const rows = await db
    .select({ id: runs.id })
    .from(runs)
    .where(and(inArray(runs.status, [...terminalStatuses]), sql`${runs.endedAt} < ${msAgo(endedForMs)}`, condition));
  return rows.map(({ id }) => id);
}

/** Ended runs with an attempt that voided what an earlier one measured. */
export function listWithVoid(db: Executor, endedForMs: number): Promise<string[]> {
  const later = db
    .select({ id: attempts.runId })
    .from(attempts)
    .where(and(gt(attempts.number, 1), isNotNull(attempts.resumedFromStep)));
  return listEnded(db, endedForMs, inArray(runs.id, later));
}

/** The last valid step of the earlier attempts of runs, as `attemptCutoffs` has it. */
const cutoffs = (runIds: readonly string[]) => sql`
  select a.run_id, a.number, min(case when later.resumed_from_step = 0 then -1 else later.resumed_from_step end) as step
  from ${attempts} a join ${attempts} later
    on later.run_id = a.run_id and later.number > a.number and later.resumed_from_step is not null
  where a.run_id = any(${sql.param(runIds)}::uuid[]) group by a.run_id, a.number`;

/** Deletes chunks and pictures of which every point is void: no page and no export shows them. @returns how many */
export async function deleteVoid(db: Executor, runIds: readonly string[]): Promise<number> {
  const firstStep = sql.join(
    [0, 1, 2, 3].map((byte) => sql.raw(`(get_byte(s.steps, ${byte}) << ${8 * byte})`)),
    sql` | `,
  );
  const chunks = await db.execute(sql`
    with valid as (${cutoffs(runIds)}) delete from ${seriesChunks} s using valid
    where s.run_id = valid.run_id and s.attempt = valid.number
      and case when length(s.steps) > 0 then ${firstStep} > valid.step else true end`);
  const pictures = await db.execute(sql`
    with valid as (${cutoffs(runIds)}) delete from ${geometrySnapshots} g using valid
    where g.run_id = valid.run_id and g.attempt = valid.number and g.step > valid.step`);
  return (chunks.rowCount ?? 0) + (pictures.rowCount ?? 0);
}

/** Ended runs with lines of information in their log. */
export const listWithInformation = (db: Executor, endedForMs: number): Promise<string[]> =>
  listEnded(db, endedForMs, sql`exists (select from ${logLines} l where l.run_id = ${runs.id} and l.level = 'info')`);

/** Deletes lines of information; warnings and errors stay. @returns how many */
export async function deleteInformation(db: Executor, runIds: readonly string[]): Promise<number> {
  const result = await db.delete(logLines).where(and(anyOf(logLines.runId, runIds, "uuid"), eq(logLines.level, "info")));
  return result.rowCount ?? 0;
}

/** Ended runs with more pictures than this. */
export const listWithPictures = (db: Executor, endedForMs: number, most: number): Promise<string[]> =>
  listEnded(
    db,
    endedForMs,
    sql`${runs.id} in (select run_id from ${geometrySnapshots} group by run_id having count(*) > ${most}::int)`,
  );

/**
 * Leaves so many pictures of each run, spread evenly over its training, the first and the last among them. Void ones do not count: no
 * page shows them, and `deleteVoid` has its own time.
 * @returns how many it deleted
 */
export async function thinPictures(db: Executor, runIds: readonly string[], most: number): Promise<number> {
  const result = await db.execute(sql`
    with valid as (${cutoffs(runIds)}), placed as (
      select s.run_id, s.attempt, s.seq, row_number() over of_run - 1 as place, count(*) over (partition by s.run_id) as count
      from ${geometrySnapshots} s left join valid on valid.run_id = s.run_id and valid.number = s.attempt
      where s.run_id = any(${sql.param(runIds)}::uuid[]) and (valid.step is null or s.step <= valid.step)
      window of_run as (partition by s.run_id order by s.attempt, s.seq)
    )
    delete from ${geometrySnapshots} g using placed p
    where g.run_id = p.run_id and g.attempt = p.attempt and g.seq = p.seq and p.count > ${most}::int and not exists (
      select from generate_series(0, ${most}::int - 1) as kept
      where p.place = round(kept * (p.count - 1)::numeric / (${most}::int - 1))
    )`);
  return result.rowCount ?? 0;
}

/** Nobody can use them any longer, and no page lists them. @returns how many */
export async function deleteExpiredSessions(db: Executor): Promise<number> {
  const result = await db.delete(sessions).where(sql`${sessions.expiresAt} <= ${clock}`);
  return result.rowCount ?? 0;
}
