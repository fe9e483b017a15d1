import { and, asc, eq, type SQL, sql } from "drizzle-orm";
import { limits } from "../../contract/limits.ts";
import { attemptCutoffs } from "../../contract/metrics/attemptCutoffs.ts";
import { isListKey, listOfKey } from "../../contract/metrics/seriesKey.ts";
import { anyOf } from "../anyOf.ts";
import type { Executor } from "../database.ts";
import { attempts, seriesChunks } from "../schema.ts";
import {
  decodePoints,
  encodePoints,
  eventsPerBlock,
  eventsPerListBlock,
  type Points,
  pointsInTail,
  tailBlock,
} from "../seriesCodec.ts";
import { asksForLists, leadingLength, listsOf, seriesOf, storedKeys } from "../seriesLists.ts";

/** Points of one measurement event. */
export interface StoredMeasurement {
  seq: number;
  step: number;
  values: Record<string, number>;
  /** By the keys of lists; NaN where a number does not exist. */
  lists?: Record<string, number[]>;
}

/**
 * Appends measurements to their series, in one statement; the caller guards against the same events twice. A few points of a series wait
 * in its tail until they are `pointsInTail` together with those that follow: a full chunk is not written anew for each of them.
 */
export async function appendMeasurements(
  db: Executor,
  runId: string,
  attempt: number,
  measurements: StoredMeasurement[],
): Promise<void> {
  const keys: string[] = [];
  const blocks: number[] = [];
  const counts: number[] = [];
  const starts: number[] = [];
  const parts: Buffer[] = [];
  let total = 0;
  for (const [key, ofBlocks] of blocksOf(measurements))
    for (const [block, points] of ofBlocks) {
      const { steps, values } = encodePoints(points);
      keys.push(key);
      blocks.push(block);
      counts.push(points.steps.length);
      starts.push(total + 1);
      parts.push(steps, values);
      total += steps.length + values.length;
    }
  if (keys.length === 0) return;
  // All chunks travel as one binary value, cut in the database: an array of bytea would be spelled out in hex.
  await db.execute(sql`
    with fresh as materialized (
      select c.key, c.block, substring(b.bytes from c.start for 4 * c.count) as steps,
        substring(b.bytes from c.start + 4 * c.count for 8 * c.count) as values,
        row_number() over (partition by c.key order by c.block) as place, sum(c.count) over (partition by c.key) as count
      from (select ${Buffer.concat(parts)}::bytea as bytes) b,
        unnest(${sql.param(keys)}::text[], ${sql.param(blocks)}::int[], ${sql.param(starts)}::int[], ${sql.param(counts)}::int[])
          as c (key, block, start, count)
    ), tails as materialized (
      select t.key, t.steps, t.values from ${seriesChunks} t
      where t.run_id = ${runId}::uuid and t.attempt = ${attempt}::int and t.block = ${tailBlock}::int
        and t.key = any(${sql.param([...new Set(keys)])}::text[])
    ), placed as materialized (
      select f.*, t.steps as tail_steps, t.values as tail_values,
        f.count + coalesce(length(t.steps), 0) / 4 < ${pointsInTail}::int as waits
      from fresh f left join tails t on t.key = f.key
    ), emptied as (
      update ${seriesChunks} s set steps = '', values = '' from placed p
      where s.run_id = ${runId}::uuid and s.key = p.key and s.attempt = ${attempt}::int and s.block = ${tailBlock}::int
        and p.place = 1 and not p.waits and length(p.tail_steps) > 0
    )
    insert into ${seriesChunks} (run_id, attempt, key, block, steps, values)
    select ${runId}::uuid, ${attempt}::int, key, case when waits then ${tailBlock}::int else block end,
      case when place = 1 and not waits then coalesce(tail_steps, '') || steps else steps end,
      case when place = 1 and not waits then coalesce(tail_values, '') || values else values end
    from placed
    on conflict (run_id, key, attempt, block) do update
      set steps = series_chunks.steps || excluded.steps, values = series_chunks.values || excluded.values`);
}

/** The points of each series by the blocks of their events; those of a series that fit into its tail in one. */
function blocksOf(measurements: StoredMeasurement[]): Map<string, Map<number, Points>> {
  const series = new Map<string, Map<number, Points>>();
  const total = new Map<string, number>();
  const lastSeq = measurements.at(-1)?.seq ?? 0;
  const count = (key: string, points: number) => total.set(key, (total.get(key) ?? 0) + points);
  for (const { values, lists = {} } of measurements) {
    for (const key in values) count(key, 1);
    for (const [key, numbers] of Object.entries(lists)) count(key, numbers.length);
  }
  const blockOf = (key: string, seq: number, events: number) =>
    Math.floor((total.get(key)! < pointsInTail ? lastSeq : seq) / events);
  const pointsIn = (key: string, block: number): Points => {
    const blocks = series.get(key) ?? new Map<number, Points>();
    series.set(key, blocks);
    const points = blocks.get(block) ?? { steps: [], values: [] };
    blocks.set(block, points);
    return points;
  };
  for (const { seq, step, values, lists = {} } of measurements) {
    for (const [key, value] of Object.entries(values)) {
      const points = pointsIn(key, blockOf(key, seq, eventsPerBlock));
      points.steps.push(step);
      points.values.push(value);
    }
    for (const [key, numbers] of Object.entries(lists)) {
      const points = pointsIn(key, blockOf(key, seq, eventsPerListBlock));
      for (const number of numbers) {
        points.steps.push(step);
        points.values.push(number);
      }
    }
  }
  return series;
}

/** Moves what waits in the tails of an attempt's series to their last chunks: nothing follows for now. */
export async function joinTails(db: Executor, runId: string, attempt: number): Promise<void> {
  await db.execute(sql`
    with tails as (
      delete from ${seriesChunks} where run_id = ${runId}::uuid and attempt = ${attempt}::int and block = ${tailBlock}::int
      returning key, steps, values
    )
    insert into ${seriesChunks} (run_id, attempt, key, block, steps, values)
    select ${runId}::uuid, ${attempt}::int, t.key, coalesce((
      select max(s.block) from ${seriesChunks} s
      where s.run_id = ${runId}::uuid and s.key = t.key and s.attempt = ${attempt}::int and s.block < ${tailBlock}::int
    ), 0), t.steps, t.values
    from tails t where length(t.steps) > 0
    on conflict (run_id, key, attempt, block) do update
      set steps = series_chunks.steps || excluded.steps, values = series_chunks.values || excluded.values`);
}

export interface Series extends Points {
  runId: string;
  key: string;
}

export interface SeriesWindow {
  fromStep?: number;
  toStep?: number;
}

/** A chunk's step at a place of its bytes (see encodePoints); null if it is empty. A window's chunks are found without sending the others. */
const stepAt = (place: SQL) =>
  sql`case when length(${seriesChunks.steps}) > 0 then ${sql.join(
    [0, 1, 2, 3].map(
      (byte) => sql`(get_byte(${seriesChunks.steps}, ${place} + ${sql.raw(String(byte))}) << ${sql.raw(String(8 * byte))})`,
    ),
    sql` | `,
  )} end`;

/** Lists alone, or what is none. */
const aList = sql`(right(${seriesChunks.key}, 2) = ':*' and left(${seriesChunks.key}, 4) <> 'log/')`;

/**
 * Series of runs with their attempts joined, by run and key, steps rising. No `keys` means all that stand alone; the key of a list means
 * the series of all its numbers.
 */
export async function readSeries(
  db: Executor,
  runIds: string[],
  keys: string[] | null,
  window: SeriesWindow = {},
): Promise<Series[]> {
  const stored = await readStored(db, runIds, keys, window);
  if (keys === null || !asksForLists(keys)) return stored;
  return stored.flatMap((series) => seriesOf(series, keys));
}

/** A list at each of its steps; NaN where a number does not exist. */
export interface StoredList {
  runId: string;
  key: string;
  steps: number[];
  lists: number[][];
}

/** Lists of runs, by run and key, steps rising. */
export async function readLists(
  db: Executor,
  runIds: string[],
  keys: string[],
  window: SeriesWindow = {},
): Promise<StoredList[]> {
  const stored = await readStored(db, runIds, keys.filter(isListKey), window);
  return stored.map(({ runId, key, ...points }) => ({ runId, key, ...listsOf(points) }));
}

/** Series and lists as they are stored: a list has a point for each of its numbers at each step. */
async function readStored(db: Executor, runIds: string[], keys: string[] | null, window: SeriesWindow): Promise<Series[]> {
  if (runIds.length === 0 || keys?.length === 0) return [];
  const chunks = await db
    .select({
      runId: seriesChunks.runId,
      key: seriesChunks.key,
      attempt: seriesChunks.attempt,
      steps: seriesChunks.steps,
      values: seriesChunks.values,
    })
    .from(seriesChunks)
    .where(
      and(
        anyOf(seriesChunks.runId, runIds, "uuid"),
        keys ? anyOf(seriesChunks.key, storedKeys(keys), "text") : sql`not ${aList}`,
        window.fromStep ? sql`${stepAt(sql`length(${seriesChunks.steps}) - 4`)} >= ${window.fromStep}::int` : undefined,
        window.toStep === undefined ? undefined : sql`${stepAt(sql`0`)} <= ${window.toStep}::int`,
      ),
    )
    .orderBy(asc(seriesChunks.runId), asc(seriesChunks.key), asc(seriesChunks.attempt), asc(seriesChunks.block));
  // After the points: an attempt that starts in between has none among them, and what it voids is left out.
  const cutoffs = await readCutoffs(db, runIds);
  const { fromStep = 0, toStep = Number.POSITIVE_INFINITY } = window;
  const series: Series[] = [];
  for (const chunk of chunks) {
    let current = series.at(-1);
    if (current?.runId !== chunk.runId || current.key !== chunk.key) {
      current = { runId: chunk.runId, key: chunk.key, steps: [], values: [] };
      series.push(current);
    }
    const cutoff = cutoffs.get(chunk.runId)?.get(chunk.attempt) ?? Number.POSITIVE_INFINITY;
    decodePoints(chunk, current, fromStep, Math.min(toStep, cutoff));
  }
  return series.filter((item) => item.steps.length > 0);
}

/**
 * How many points are stored of each series, void ones of ended attempts among them, by run and key; no `keys` means all that stand
 * alone. Of a list's series there is an entry each.
 */
export async function countStoredPoints(
  db: Executor,
  runIds: string[],
  keys: string[] | null,
): Promise<{ runId: string; key: string; points: number }[]> {
  if (runIds.length === 0 || keys?.length === 0) return [];
  const withLists = keys !== null && asksForLists(keys);
  const counts = await db
    .select({
      runId: seriesChunks.runId,
      key: seriesChunks.key,
      points: sql<number>`(sum(length(${seriesChunks.steps})) / 4)::int`,
      // Of one measurement at least: how many numbers the list has.
      ...(withLists && {
        first: sql<Buffer>`(array_agg(substring(${seriesChunks.steps} for ${4 * limits.listLength}::int)))[1]`,
      }),
    })
    .from(seriesChunks)
    .where(
      and(
        anyOf(seriesChunks.runId, runIds, "uuid"),
        keys ? anyOf(seriesChunks.key, storedKeys(keys), "text") : sql`not ${aList}`,
      ),
    )
    .groupBy(seriesChunks.runId, seriesChunks.key)
    .orderBy(asc(seriesChunks.runId), asc(seriesChunks.key));
  if (!withLists) return counts;
  return counts.flatMap(({ runId, key, points, first }) => {
    if (!isListKey(key)) return [{ runId, key, points }];
    const length = leadingLength(first ?? Buffer.alloc(0));
    const asked = keys.includes(key) ? length : keys.filter((one) => listOfKey(one)?.list === key).length;
    return Array.from({ length: asked }, () => ({ runId, key, points: Math.ceil(points / Math.max(1, length)) }));
  });
}

/** Series of which the steps of a run's measurements are gathered: each measurement has its rate and its time. */
const fullest = 3;

/** Steps at which something of a run is stored and valid. */
export async function readMeasuredSteps(db: Executor, runId: string): Promise<Set<number>> {
  const keys = await db
    .select({ key: seriesChunks.key })
    .from(seriesChunks)
    .where(and(eq(seriesChunks.runId, runId), sql`not ${aList}`))
    .groupBy(seriesChunks.key)
    .orderBy(sql`sum(length(${seriesChunks.steps})) desc`, asc(seriesChunks.key))
    .limit(fullest);
  const series = await readSeries(
    db,
    [runId],
    keys.map(({ key }) => key),
  );
  return new Set(series.flatMap(({ steps }) => steps));
}

/** Keys of a run's stored series and lists, also of those whose points are all void. */
export async function listSeriesKeys(db: Executor, runId: string): Promise<string[]> {
  const rows = await db.selectDistinct({ key: seriesChunks.key }).from(seriesChunks).where(eq(seriesChunks.runId, runId));
  return rows.map((row) => row.key).sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

/** Number of stored points of every series of a run, void ones left out; of a list that of all its numbers. */
export async function countPoints(db: Executor, runId: string): Promise<{ key: string; points: number }[]> {
  const cutoffs = (await readCutoffs(db, [runId])).get(runId)!;
  const chunks = await db
    .select({
      key: seriesChunks.key,
      attempt: seriesChunks.attempt,
      bytes: sql<number>`length(${seriesChunks.steps})`,
      // Steps alone of the attempts that another one cut off: only there must points be looked at.
      steps: sql<Buffer | null>`case when ${seriesChunks.attempt} = any(${sql.param([...cutoffs.keys()])}::int[]) then ${seriesChunks.steps} end`,
    })
    .from(seriesChunks)
    .where(eq(seriesChunks.runId, runId));
  const counts = new Map<string, number>();
  for (const { key, attempt, bytes, steps } of chunks) {
    let count = bytes / 4;
    if (steps) {
      const cutoff = cutoffs.get(attempt)!;
      count = 0;
      for (let at = 0; at < steps.length; at += 4) if (steps.readInt32LE(at) <= cutoff) count++;
    }
    if (count > 0) counts.set(key, (counts.get(key) ?? 0) + count);
  }
  return [...counts]
    .map(([key, points]) => ({ key, points }))
    .sort((a, b) => a.key.localeCompare(b.key, "en", { numeric: true }));
}

/** Run → attempt → last valid step, for runs with more than one attempt. */
export async function readCutoffs(db: Executor, runIds: string[]): Promise<Map<string, Map<number, number>>> {
  const rows = await db
    .select({ runId: attempts.runId, number: attempts.number, resumedFromStep: attempts.resumedFromStep })
    .from(attempts)
    .where(anyOf(attempts.runId, runIds, "uuid"));
  const byRun = new Map<string, typeof rows>(runIds.map((id) => [id, []]));
  for (const row of rows) byRun.get(row.runId)!.push(row);
  return new Map([...byRun].map(([runId, list]) => [runId, attemptCutoffs(list)]));
}
