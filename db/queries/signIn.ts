import { and, eq, lt, or, sql } from "drizzle-orm";
import { clock, daysFromNow, msAgo } from "../clock.ts";
import type { Executor } from "../database.ts";
import { entryCodes, signInMisses } from "../peopleSchema.ts";

/** Stores a code that lets one browser in, in the place of whatever was printed there before. */
export async function insertEntryCode(
  db: Executor,
  code: { hash: string; place: string; keyMark: string; days: number },
): Promise<void> {
  const { days, ...row } = code;
  await db.delete(entryCodes).where(or(eq(entryCodes.place, code.place), lt(entryCodes.expiresAt, clock)));
  await db.insert(entryCodes).values({ ...row, expiresAt: daysFromNow(days) });
}

export async function deleteEntryCodes(db: Executor, place: string): Promise<void> {
  await db.delete(entryCodes).where(eq(entryCodes.place, place));
}

/** Uses up a code. @returns whether it was valid: of two simultaneous uses, at whichever servers, one succeeds */
export async function spendEntryCode(db: Executor, hash: string, keyMark: string): Promise<boolean> {
  const result = await db
    .delete(entryCodes)
    .where(and(eq(entryCodes.hash, hash), eq(entryCodes.keyMark, keyMark), sql`${entryCodes.expiresAt} > ${clock}`));
  return (result.rowCount ?? 0) > 0;
}

/** Rows of those who have not knocked for long are removed so many at a time. */
const tidied = 100;

/**
 * Counts a miss, if there were fewer than `most` within the window: one statement, so that simultaneous ones, at whichever servers, are
 * counted one after the other. @returns whether it was counted
 */
export async function takeMiss(
  db: Executor,
  knocker: string,
  { windowMs, most }: { windowMs: number; most: number },
): Promise<boolean> {
  // What a clock that has been set back since says is still to come would count until then.
  const recent = sql`array(select one from unnest(${signInMisses.at}) one where one between ${msAgo(windowMs)} and ${clock} order by one)`;
  const counted = await db.execute(sql`
    insert into ${signInMisses} (knocker, at, last_at) values (${knocker}, array[${clock}], ${clock})
    on conflict (knocker) do update set at = ${recent} || ${clock}, last_at = ${clock}
    where cardinality(${recent}) < ${most}`);
  await db.execute(sql`
    delete from ${signInMisses} where knocker in (
      select knocker from ${signInMisses} where last_at < ${msAgo(windowMs)} limit ${tidied} for update skip locked)`);
  return (counted.rowCount ?? 0) > 0;
}

/** Takes the latest miss back. */
export async function returnMiss(db: Executor, knocker: string): Promise<void> {
  await db
    .update(signInMisses)
    .set({ at: sql`${signInMisses.at}[:cardinality(${signInMisses.at}) - 1]` })
    .where(eq(signInMisses.knocker, knocker));
}
