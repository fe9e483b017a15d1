import { eq, notInArray } from "drizzle-orm";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import { attemptCutoffs } from "../../contract/metrics/attemptCutoffs.ts";
import type { RunStatus } from "../../contract/status.ts";
import type { Database } from "../../db/database.ts";
import { attempts, checkpoints, experiments, geometrySnapshots, logLines, runs, seriesChunks } from "../../db/schema.ts";
import { decodePoints, type Points } from "../../db/seriesCodec.ts";
import { seriesOf } from "../../db/seriesLists.ts";

export interface StoredAttempt {
  lease: string;
  lastSeq: number;
  resumedFromStep: number | null;
  /** Steps of each series in the order in which they were stored. */
  series: Map<string, Points>;
  /** Numbers of the stored log lines, pictures and checkpoints, by kind. */
  seqs: Map<string, number[]>;
  outcome: string | null;
}

export interface StoredRun {
  id: string;
  status: RunStatus;
  failure: { code: string; message: string } | null;
  config: RunConfig;
  attempts: Map<number, StoredAttempt>;
}

/** All that the database has of all runs but recordings, void points among them. */
export async function readStored({ orm }: Pick<Database, "orm">): Promise<Map<string, StoredRun>> {
  const found = new Map<string, StoredRun>();
  const recordings = orm.select({ id: experiments.id }).from(experiments).where(eq(experiments.sample, true));
  for (const { id, status, failure, config } of await orm.select().from(runs).where(notInArray(runs.experimentId, recordings)))
    found.set(id, { id, status, failure, config: config as RunConfig, attempts: new Map() });
  for (const row of await orm.select().from(attempts))
    found.get(row.runId)?.attempts.set(row.number, {
      ...{ lease: row.lease, lastSeq: row.lastSeq, resumedFromStep: row.resumedFromStep, series: new Map(), seqs: new Map() },
      outcome: row.outcome?.code ?? null,
    });
  const attemptOf = (row: { runId: string; attempt: number }) => found.get(row.runId)?.attempts.get(row.attempt);
  for (const chunk of await orm.select().from(seriesChunks).orderBy(seriesChunks.block)) {
    const attempt = attemptOf(chunk);
    if (!attempt) continue;
    const points = attempt.series.get(chunk.key) ?? { steps: [], values: [] };
    attempt.series.set(chunk.key, points);
    decodePoints(chunk, points, 0, Number.POSITIVE_INFINITY);
  }
  for (const { attempts: ofRun } of found.values()) for (const attempt of ofRun.values()) attempt.series = apart(attempt.series);
  for (const [kind, table] of [
    ["log", logLines],
    ["geometry", geometrySnapshots],
    ["checkpoint", checkpoints],
  ] as const)
    for (const row of await orm.select({ runId: table.runId, attempt: table.attempt, seq: table.seq }).from(table)) {
      const seqs = attemptOf(row)?.seqs;
      seqs?.set(kind, [...(seqs.get(kind) ?? []), row.seq]);
    }
  return found;
}

/** A list's series each by its own key. */
const apart = (series: Map<string, Points>): Map<string, Points> =>
  new Map([...series].flatMap(([key, points]) => seriesOf({ key, ...points }, [key]).map((one) => [one.key, one] as const)));

/** Step → values of a run's valid curve, and steps that are in it twice. */
export function joinCurve(run: StoredRun): { points: Map<number, Record<string, number>>; doubled: number } {
  const list = [...run.attempts].map(([number, attempt]) => ({ number, resumedFromStep: attempt.resumedFromStep }));
  const cutoffs = attemptCutoffs(list);
  const points = new Map<number, Record<string, number>>();
  let doubled = 0;
  for (const [number, attempt] of [...run.attempts].sort(([a], [b]) => a - b))
    for (const [key, { steps, values }] of attempt.series)
      for (const [index, step] of steps.entries()) {
        if (step > (cutoffs.get(number) ?? Number.POSITIVE_INFINITY)) continue;
        const point = points.get(step) ?? {};
        points.set(step, point);
        if (key in point) doubled++;
        point[key] = values[index];
      }
  return { points: new Map([...points].sort(([a], [b]) => a - b)), doubled };
}
