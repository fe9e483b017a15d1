import { and, asc, eq, sql } from "drizzle-orm";
import { attemptCutoffs } from "../../contract/metrics/attemptCutoffs.ts";
import { anyOf } from "../anyOf.ts";
import type { Executor } from "../database.ts";
import { attempts, seriesChunks } from "../schema.ts";
import { decodePoints, encodePoints, eventsPerBlock, type Points } from "../seriesCodec.ts";

/** Points of one measurement event. */
export interface StoredMeasurement {
  seq: number;
  step: number;
  values: Record<string, number>;
}

/** Appends measurements to the chunks of their series, in one statement; the caller guards against the same events twice. */
export async function appendMeasurements(
  db: Executor,
  runId: string,
  attempt: number,
  measurements: StoredMeasurement[],
): Promise<void> {
  const blocks = new Map<number, Map<string, Points>>();
  for (const { seq, step, values } of measurements) {
    const block = Math.floor(seq / eventsPerBlock);
    const series = blocks.get(block) ?? new Map<string, Points>();
    blocks.set(block, series);
    for (const [key, value] of Object.entries(values)) {
      const points = series.get(key);
      if (points) {
        points.steps.push(step);
        points.values.push(value);
      } else series.set(key, { steps: [step], values: [value] });
    }
  }
  const keys: string[] = [];
  const ofBlock: number[] = [];
  const counts: number[] = [];
  const starts: number[] = [];
  const parts: Buffer[] = [];
  let total = 0;
  for (const [block, series] of blocks)
    for (const [key, points] of series) {
      const { steps, values } = encodePoints(points);
      keys.push(key);
      ofBlock.push(block);
      counts.push(points.steps.length);
      starts.push(total + 1);
      parts.push(steps, values);
      total += steps.length + values.length;
    }
  if (keys.length === 0) return;
  // All chunks travel as one binary value, cut in the database: an array of bytea would be spelled out in hex.
  await db.execute(sql`
    insert into ${seriesChunks} (run_id, attempt, key, block, steps, values)
    select ${runId}::uuid, ${attempt}::int, c.key, c.block,
      substring(b.bytes from c.start for 4 * c.count), substring(b.bytes from c.start + 4 * c.count for 8 * c.count)
    from (select ${Buffer.concat(parts)}::bytea as bytes) b,
      unnest(${sql.param(keys)}::text[], ${sql.param(ofBlock)}::int[], ${sql.param(starts)}::int[], ${sql.param(counts)}::int[])
        as c (key, block, start, count)
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

/** Series of runs with their attempts joined, by run and key, steps rising; no `keys` means all. */
export async function readSeries(
  db: Executor,
  runIds: string[],
  keys: string[] | null,
  window: SeriesWindow = {},
): Promise<Series[]> {
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
    .where(and(anyOf(seriesChunks.runId, runIds, "uuid"), keys ? anyOf(seriesChunks.key, keys, "text") : undefined))
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

/** How many points are stored of each series, void ones of ended attempts among them, by run and key; no `keys` means all. */
export async function countStoredPoints(
  db: Executor,
  runIds: string[],
  keys: string[] | null,
): Promise<{ runId: string; key: string; points: number }[]> {
  if (runIds.length === 0 || keys?.length === 0) return [];
  return db
    .select({
      runId: seriesChunks.runId,
      key: seriesChunks.key,
      points: sql<number>`(sum(length(${seriesChunks.steps})) / 4)::int`,
    })
    .from(seriesChunks)
    .where(and(anyOf(seriesChunks.runId, runIds, "uuid"), keys ? anyOf(seriesChunks.key, keys, "text") : undefined))
    .groupBy(seriesChunks.runId, seriesChunks.key)
    .orderBy(asc(seriesChunks.runId), asc(seriesChunks.key));
}

/** Series of which the steps of a run's measurements are gathered: each measurement has its rate and its time. */
const fullest = 3;

/** Steps at which something of a run is stored and valid. */
export async function readMeasuredSteps(db: Executor, runId: string): Promise<Set<number>> {
  const keys = await db
    .select({ key: seriesChunks.key })
    .from(seriesChunks)
    .where(eq(seriesChunks.runId, runId))
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

/** Keys of a run's stored series, also of those whose points are all void. */
export async function listSeriesKeys(db: Executor, runId: string): Promise<string[]> {
  const rows = await db.selectDistinct({ key: seriesChunks.key }).from(seriesChunks).where(eq(seriesChunks.runId, runId));
  return rows.map((row) => row.key).sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

/** Number of stored points of every series of a run, void ones left out. */
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
