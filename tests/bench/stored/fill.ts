import { createHash } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { noCounts, type RunStatus } from "../../../contract/status.ts";
import type { GeometrySnapshot, StartedEvent } from "../../../contract/wire/runEvents.ts";
import type { Database, Executor } from "../../../db/database.ts";
import { insertCheckpoints, insertGeometry, insertLogLines } from "../../../db/queries/attempts.ts";
import { insertExperiment, recountExperiment } from "../../../db/queries/experiments.ts";
import { insertRuns } from "../../../db/queries/runs.ts";
import { appendMeasurements } from "../../../db/queries/series.ts";
import { attempts, experiments, runs, seriesChunks } from "../../../db/schema.ts";
import { measuringSteps } from "../../../math/steps/measuringSteps.ts";
import { makeRuns } from "../../../server/services/experiments/makeRuns.ts";
import { updateNc1History } from "../../../server/services/summaries/refreshExperiment.ts";
import { started } from "../../support/builders/events.ts";
import { type GeneratedStudy, generatedStudy, greatStudy, keysOf, longStudy, valueAt } from "./studies.ts";

export interface Size {
  runs: number;
  runsPerStudy: number;
}

const dayMs = 86_400_000;
/** Points of the long run's loss. */
export const longSeries = 1_000_000;

/**
 * Stores these special studies, and others until there are about so many runs, of 1,000 points each on the average; one that is there is left as it is.
 * @returns how many runs and points there are then
 */
export async function fill(
  database: Database,
  size: Size,
  say: (line: string) => void = () => undefined,
  special = [greatStudy, longStudy],
): Promise<{ runs: number; points: number }> {
  const known = new Set((await database.orm.select({ name: experiments.name }).from(experiments)).map(({ name }) => name));
  const wanted = [...special];
  for (let at = 0; at * size.runsPerStudy < size.runs; at++) wanted.push(generatedStudy(at, size.runsPerStudy));
  const left = wanted.filter(({ name }) => !known.has(name));
  let done = 0;
  const fillNext = async () => {
    for (let study = left.pop(); study; study = left.pop()) {
      const next = study;
      await database.transaction((tx) => storeStudy(tx, next, next === longStudy || next === greatStudy));
      if (++done % 50 === 0) say(`${done} of ${wanted.length} studies`);
    }
  };
  // One waits for the database while the other makes its rows.
  await Promise.all(Array.from({ length: database.kind === "embedded" ? 1 : 3 }, fillNext));
  await database.pool.query("vacuum (analyze)");
  const { rows } = await database.pool.query<{ runs: number; points: string }>(
    "select (select count(*) from runs)::int as runs, (select sum(length(steps) / 4) from series_chunks) as points",
  );
  return { runs: rows[0]!.runs, points: Number(rows[0]!.points) };
}

async function storeStudy(tx: Executor, study: GeneratedStudy, isPictured: boolean): Promise<void> {
  const { name, note, tags, config, archived, daysAgo } = study;
  const id = uuidOf(name);
  const at = new Date(Date.now() - daysAgo * dayMs);
  await insertExperiment(tx, { id, name, note, tags, config, archived, counts: noCounts, createdAt: at });
  const steps = measuringSteps(config.measuring, config.training.steps);
  const rows = makeRuns(id, config).map((row) => {
    const status = statusOf(row.ordinal);
    const { totalSteps } = started(0, row.totalSteps) as StartedEvent;
    const reached = status === "finished" ? totalSteps : steps[Math.floor(steps.length / 2)]!;
    const last = Object.fromEntries(keysOf(row.config.depth).map((key) => [key, valueAt(key, reached)]));
    return {
      ...row,
      status,
      last,
      step: reached,
      attempt: 1,
      stepMs: 3,
      measureMs: 20,
      workerName: "bench",
      startedAt: at,
      endedAt: at,
    };
  });
  await insertRuns(
    tx,
    rows.map((row) => ({ ...row, ...foundAt(row.totalSteps) })),
  );
  const lease = "0".repeat(32);
  for (let from = 0; from < rows.length; from += 200)
    await tx.insert(attempts).values(
      rows.slice(from, from + 200).map((row) => ({
        ...{
          runId: row.id,
          number: 1,
          lease,
          workerName: "bench",
          lastSeq: steps.length,
          lastStep: row.step,
          resumedFromStep: 0,
        },
        ...{ started: started(0, row.totalSteps) as StartedEvent, outcome: { code: "FINISHED" as const, message: "" } },
        ...{ leasedAt: at, startedAt: at, endedAt: at },
      })),
    );
  const logLines = rows.flatMap(({ id: runId }) =>
    [1, 2, 3].map((seq) => ({
      runId,
      attempt: 1,
      seq,
      level: "info" as const,
      text: `Training on the processor, one thread: line ${seq}`,
    })),
  );
  for (let from = 0; from < logLines.length; from += 2_000) await insertLogLines(tx, logLines.slice(from, from + 2_000));
  for (let from = 0; from < rows.length; from += 2_000)
    await insertCheckpoints(
      tx,
      rows.slice(from, from + 2_000).map(({ id: runId, step }) => ({
        runId,
        attempt: 1,
        seq: steps.length + 20,
        step,
        hash: "0".repeat(64),
        bytes: 300_000,
      })),
    );
  for (const depth of new Set(rows.map(({ config: { depth } }) => depth))) {
    const [first, ...others] = rows.filter((row) => row.config.depth === depth).map((row) => row.id);
    await storeSeries(tx, first!, keysOf(depth), steps);
    await copySeries(tx, first!, others);
  }
  if (study === longStudy)
    await storeSeries(
      tx,
      rows[0]!.id,
      ["train/nc1.ratio@1"],
      Array.from({ length: longSeries }, (_, step) => step + 1),
      2,
    );
  if (isPictured)
    for (const { id: runId } of rows)
      await insertGeometry(
        tx,
        Array.from({ length: 16 }, (_, index) => ({
          runId,
          attempt: 1,
          seq: steps.length + index,
          step: index,
          snapshot: picture(index),
        })),
      );
  await updateNc1History(tx, id);
  await recountExperiment(tx, id, false);
  await tx.update(experiments).set({ updatedAt: at }).where(eq(experiments.id, id));
}

/** Of a hundred runs two failed, one diverged, three were cancelled. */
function statusOf(ordinal: number): RunStatus {
  const at = ordinal % 100;
  return at < 94 ? "finished" : at < 96 ? "failed" : at < 97 ? "diverged" : "cancelled";
}

function foundAt(totalSteps: number) {
  const { optimum, dataset } = started(0, totalSteps) as StartedEvent;
  return { optimum, dataset, times: { startMs: 900, stepMs: 3, measureMs: 20, evaluateMs: 0 } };
}

/** By the codec and the statement with which the server stores events. */
async function storeSeries(tx: Executor, runId: string, keys: string[], steps: number[], attempt = 1): Promise<void> {
  const together = Math.max(128, Math.floor(100_000 / keys.length / 128) * 128);
  for (let from = 0; from < steps.length; from += together)
    await appendMeasurements(
      tx,
      runId,
      attempt,
      steps.slice(from, from + together).map((step, index) => ({
        seq: from + index,
        step,
        values: Object.fromEntries(keys.map((key) => [key, valueAt(key, step)])),
      })),
    );
}

/** The stored chunks of one run once more for others: as many rows and bytes as if each had been measured. */
async function copySeries(tx: Executor, from: string, to: string[]): Promise<void> {
  if (to.length === 0) return;
  await tx.execute(sql`
    insert into ${seriesChunks} (run_id, attempt, key, block, steps, values)
    select other.id, s.attempt, s.key, s.block, s.steps, s.values
    from unnest(${sql.param(to)}::uuid[]) as other (id), ${seriesChunks} s where s.run_id = ${from}::uuid`);
}

const classes = 10;
/** As large as a real one of ten classes. */
function picture(step: number): GeometrySnapshot {
  const numbers = (length: number) => Array.from({ length }, (_, index) => Math.round(1e3 * Math.sin(index + step)) / 1e3);
  return {
    ...{ step, classes, means: numbers(3 * classes), ideal: numbers(3 * classes), samples: numbers(3 * 200) },
    ...{ labels: Array.from({ length: 200 }, (_, index) => index % classes), explained: 0.9 },
    ...{ meansGram: numbers(classes ** 2), headGram: numbers(classes ** 2) },
  };
}

/** The same for the same name: a bench finds its studies again. */
export function uuidOf(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const longRunId = async (orm: Executor): Promise<string> =>
  (
    await orm
      .select({ id: runs.id })
      .from(runs)
      .where(eq(runs.experimentId, uuidOf(longStudy.name)))
  )[0]!.id;
