import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { noCounts } from "../../contract/status.ts";
import type { Database, Executor } from "../../db/database.ts";
import { insertAttempt, insertGeometry } from "../../db/queries/attempts.ts";
import { countExperiments, insertExperiment, recountExperiment } from "../../db/queries/experiments.ts";
import { insertRuns } from "../../db/queries/runs.ts";
import { appendMeasurements, type StoredMeasurement } from "../../db/queries/series.ts";
import { pointsOf } from "../../db/seriesCodec.ts";
import { storedLists } from "../../db/seriesLists.ts";
import { cellDigest } from "../services/experiments/makeRuns.ts";
import { updateNc1History } from "../services/summaries/refreshExperiment.ts";
import { type RecordedExperiment, type RecordedRun, readRecording } from "./recordingFile.ts";

const folder = import.meta.dirname;

/** Puts the recordings that come with the program into a database that never had an experiment: the first page is not empty. */
export async function importRecordings(database: Database): Promise<void> {
  if ((await countExperiments(database.orm)) > 0) return;
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".json.gz")))
    await database.transaction((tx) => importRecording(tx, readRecording(join(folder, file))));
}

export async function importRecording(tx: Executor, recording: RecordedExperiment): Promise<string> {
  const { name, note, tags, config } = recording;
  const id = randomUUID();
  await insertExperiment(tx, { id, name, note, tags, config, sample: true, counts: noCounts });
  for (const [ordinal, run] of recording.runs.entries()) await importRun(tx, id, ordinal, run);
  await updateNc1History(tx, id);
  await recountExperiment(tx, id, false);
  return id;
}

async function importRun(tx: Executor, experimentId: string, ordinal: number, run: RecordedRun): Promise<void> {
  const { config, stepMs, started, missing, evaluation = null } = run;
  const runId = randomUUID();
  const measurements = measurementsOf(run);
  const last: Record<string, number> = {};
  for (const { values } of measurements) Object.assign(last, values);
  const { totalSteps, optimum, dataset } = started;
  const now = new Date();
  await insertRuns(tx, [
    {
      ...{ id: runId, experimentId, ordinal, config, stepMs, missing, last, totalSteps, optimum, dataset, evaluation },
      cell: cellDigest(config),
      status: "finished",
      attempt: 1,
      step: totalSteps,
      startedAt: now,
      endedAt: now,
    },
  ]);
  const outcome = { code: "FINISHED" as const, message: "" };
  await insertAttempt(tx, {
    runId,
    number: 1,
    lease: "",
    lastSeq: measurements.length,
    resumedFromStep: 0,
    started,
    outcome,
    startedAt: now,
    endedAt: now,
  });
  await appendMeasurements(tx, runId, 1, measurements);
  await insertGeometry(
    tx,
    run.geometry.map((snapshot, index) => ({ runId, attempt: 1, seq: index + 1, step: snapshot.step, snapshot })),
  );
}

function measurementsOf(run: RecordedRun): StoredMeasurement[] {
  const byStep = new Map<number, Record<string, number>>();
  for (const [key, [place, values]] of Object.entries(run.series))
    for (const [step, value] of pointsOf({ steps: run.steps[place] ?? [], values })) {
      const at = byStep.get(step) ?? {};
      byStep.set(step, at);
      at[key] = value;
    }
  const lists = new Map<number, Record<string, (number | null)[]>>();
  for (const [key, ofSteps] of Object.entries(run.lists ?? {}))
    for (const [step, numbers] of ofSteps) lists.set(step, { ...lists.get(step), [key]: numbers });
  const steps = [...new Set([...byStep.keys(), ...lists.keys()])].sort((a, b) => a - b);
  return steps.map((step, index) => ({
    ...{ seq: index + 1, step, values: byStep.get(step) ?? {} },
    ...storedLists(lists.get(step)),
  }));
}
