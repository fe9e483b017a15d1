import { and, asc, eq, inArray, isNull, sql } from "drizzle-orm";
import { anyOf } from "../anyOf.ts";
import type { Executor } from "../database.ts";
import { attempts, experiments, geometrySnapshots, logLines, runs, seriesChunks, workers } from "../schema.ts";
import { eventsPerBlock } from "../seriesCodec.ts";

/** All points that one attempt stored of one series, void ones among them; see seriesCodec.ts. */
export interface AttemptSeries {
  key: string;
  attempt: number;
  steps: Buffer;
  values: Buffer;
}

/** What is stored of a run's series now, by key and attempt: points that come later follow these. */
export async function countAttemptSeries(
  db: Executor,
  runId: string,
): Promise<{ key: string; attempt: number; count: number }[]> {
  const rows = await db
    .select({
      key: seriesChunks.key,
      attempt: seriesChunks.attempt,
      count: sql<number>`(sum(length(${seriesChunks.steps})) / 4)::int`,
    })
    .from(seriesChunks)
    .where(eq(seriesChunks.runId, runId))
    .groupBy(seriesChunks.key, seriesChunks.attempt);
  // Databases sort texts each in their own way.
  return rows.filter(({ count }) => count > 0).sort((a, b) => (a.key === b.key ? a.attempt - b.attempt : a.key < b.key ? -1 : 1));
}

/** Points of some series of a run, in the order in which they were measured. */
export async function readAttemptSeries(db: Executor, runId: string, keys: string[]): Promise<AttemptSeries[]> {
  const chunks = await db
    .select({
      key: seriesChunks.key,
      attempt: seriesChunks.attempt,
      steps: seriesChunks.steps,
      values: seriesChunks.values,
    })
    .from(seriesChunks)
    .where(and(eq(seriesChunks.runId, runId), anyOf(seriesChunks.key, keys, "text")))
    .orderBy(asc(seriesChunks.key), asc(seriesChunks.attempt), asc(seriesChunks.block));
  const joined = new Map<string, { key: string; attempt: number; steps: Buffer[]; values: Buffer[] }>();
  for (const { key, attempt, steps, values } of chunks) {
    const name = `${attempt} ${key}`;
    const one = joined.get(name) ?? { key, attempt, steps: [], values: [] };
    joined.set(name, one);
    one.steps.push(steps);
    one.values.push(values);
  }
  return [...joined.values()].map(({ steps, values, ...one }) => ({
    ...one,
    steps: Buffer.concat(steps),
    values: Buffer.concat(values),
  }));
}

/** Stores whole series of an attempt that nothing is added to any more. */
export async function insertAttemptSeries(db: Executor, runId: string, series: readonly AttemptSeries[]): Promise<void> {
  const [keys, ofAttempts, blocks, counts, starts]: [string[], number[], number[], number[], number[]] = [[], [], [], [], []];
  const parts: Buffer[] = [];
  let total = 0;
  for (const { key, attempt, steps, values } of series)
    for (let at = 0, block = 0; 4 * at < steps.length; at += eventsPerBlock, block++) {
      const until = Math.min(at + eventsPerBlock, steps.length / 4);
      keys.push(key);
      ofAttempts.push(attempt);
      blocks.push(block);
      counts.push(until - at);
      starts.push(total + 1);
      parts.push(steps.subarray(4 * at, 4 * until), values.subarray(8 * at, 8 * until));
      total += 12 * (until - at);
    }
  if (keys.length === 0) return;
  // One binary value, cut in the database: an array of bytea would be spelled out in hex.
  await db.execute(sql`
    insert into ${seriesChunks} (run_id, attempt, key, block, steps, values)
    select ${runId}::uuid, c.attempt, c.key, c.block, substring(b.bytes from c.start for 4 * c.count),
      substring(b.bytes from c.start + 4 * c.count for 8 * c.count)
    from (select ${Buffer.concat(parts)}::bytea as bytes) b,
      unnest(${sql.param(keys)}::text[], ${sql.param(ofAttempts)}::int[], ${sql.param(blocks)}::int[],
        ${sql.param(starts)}::int[], ${sql.param(counts)}::int[]) as c (key, attempt, block, start, count)`);
}

const snapshotsPerRead = 10;
const linesPerRead = 2_000;

/** Snapshots of a run, a few at a time. */
export async function* eachSnapshot(db: Executor, runId: string) {
  for (let after = { attempt: 0, seq: 0 }; ; ) {
    const rows = await db
      .select({ attempt: geometrySnapshots.attempt, seq: geometrySnapshots.seq, snapshot: geometrySnapshots.snapshot })
      .from(geometrySnapshots)
      .where(
        and(
          eq(geometrySnapshots.runId, runId),
          sql`(${geometrySnapshots.attempt}, ${geometrySnapshots.seq}) > (${after.attempt}::int, ${after.seq}::int)`,
        ),
      )
      .orderBy(asc(geometrySnapshots.attempt), asc(geometrySnapshots.seq))
      .limit(snapshotsPerRead);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < snapshotsPerRead) return;
    after = last;
  }
}

/** Lines of a run's log, oldest first, some at a time. */
export async function* eachLogLine(db: Executor, runId: string) {
  for (let after = { attempt: 0, seq: 0 }; ; ) {
    const rows = await db
      .select()
      .from(logLines)
      .where(
        and(eq(logLines.runId, runId), sql`(${logLines.attempt}, ${logLines.seq}) > (${after.attempt}::int, ${after.seq}::int)`),
      )
      .orderBy(asc(logLines.attempt), asc(logLines.seq))
      .limit(linesPerRead);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < linesPerRead) return;
    after = last;
  }
}

/** The workers that are known to have had runs of an experiment, by name. */
export async function listMachines(db: Executor, experimentId: string) {
  const ids = db
    .selectDistinct({ id: attempts.workerId })
    .from(attempts)
    .innerJoin(runs, eq(runs.id, attempts.runId))
    .where(eq(runs.experimentId, experimentId));
  const { name, version, devices, machine } = workers;
  const rows = await db.select({ name, version, devices, machine }).from(workers).where(inArray(workers.id, ids));
  return rows.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Experiments that an archive is from, or that came from an archive of the same experiment. */
export async function listCopies(db: Executor, { experimentId, content }: { experimentId: string; content: string }) {
  const { provenance } = experiments;
  return db
    .select({
      id: experiments.id,
      name: experiments.name,
      isSame: sql<boolean>`coalesce(${provenance}->>'content' = ${content}, false)`,
    })
    .from(experiments)
    .where(
      and(
        isNull(experiments.removedAt),
        sql`(${experiments.id} = ${experimentId}::uuid or ${provenance}->>'content' = ${content}
          or ${provenance}->'origin'->>'experimentId' = ${experimentId}
          or ${provenance}->'earlier' @> ${JSON.stringify([{ experimentId }])}::jsonb)`,
      ),
    )
    .orderBy(sql`coalesce(${provenance}->>'content' = ${content}, false) desc`, asc(experiments.createdAt), asc(experiments.id))
    .limit(10);
}
