/**
 * Writes a finished experiment of a stopped server to a file that `importRecordings` reads:
 * node server/recordings/recordExperiment.ts --experiment ID --out FILE.json.gz [--data DIR]
 */
import { parseArgs } from "node:util";
import { requireTrained } from "../../contract/external/externalConfig.ts";
import type { Evaluation, GeometrySnapshot } from "../../contract/wire/runEvents.ts";
import type { Database } from "../../db/database.ts";
import { openDatabase } from "../../db/openDatabase.ts";
import { listAttempts, listGeometry } from "../../db/queries/attempts.ts";
import { getExperimentRow } from "../../db/queries/experiments.ts";
import { listRuns, type TrainedRun } from "../../db/queries/runs.ts";
import { readSeries } from "../../db/queries/series.ts";
import { pickEvenly } from "../../math/statistics/spaced.ts";
import { serverSettings } from "../program/env.ts";
import { type RecordedExperiment, type RecordedRun, writeRecording } from "./recordingFile.ts";

/** Snapshots of one run: enough to play. */
const maxSnapshots = 16;

const { values: flags } = parseArgs({
  options: { experiment: { type: "string" }, out: { type: "string" }, data: { type: "string" } },
});
if (!flags.experiment || !flags.out) {
  console.error("Usage: node server/recordings/recordExperiment.ts --experiment ID --out FILE.json.gz [--data DIR]");
  process.exit(1);
}
const settings = serverSettings();
const database = await openDatabase({ dataDir: flags.data ?? settings.dataDir, url: settings.databaseUrl }, (error) => {
  throw error;
});
try {
  const recording = await makeRecording(database, flags.experiment);
  const bytes = writeRecording(flags.out, recording);
  console.log(`${flags.out}: ${recording.runs.length} runs, ${(bytes / 1e6).toFixed(2)} MB`);
} finally {
  await database.close();
}

async function makeRecording({ orm }: Database, id: string): Promise<RecordedExperiment> {
  const found = await getExperimentRow(orm, id);
  if (!found) throw new Error(`There is no experiment ${id}`);
  const experiment = requireTrained(found, "a recording");
  const { name, note, tags, config } = experiment;
  const stored = (await listRuns(orm, id)).map((run) => requireTrained(run, "a recording"));
  const unfinished = stored.filter((run) => run.status !== "finished");
  if (unfinished.length > 0) throw new Error(`${unfinished.length} of ${stored.length} runs have not finished`);
  const runs: RecordedRun[] = [];
  // The geometry of one seed is enough to play; how every run ended is wanted for means over seeds.
  for (const run of stored) runs.push(await makeRun(orm, run, run.config.seed === config.seeds[0] ? maxSnapshots : 1));
  return { name, note, tags, config, runs };
}

async function makeRun(orm: Database["orm"], run: TrainedRun, most: number): Promise<RecordedRun> {
  const started = (await listAttempts(orm, run.id)).findLast((attempt) => attempt.started)!.started!;
  const places = new Map<string, number>();
  const steps: number[][] = [];
  const series: RecordedRun["series"] = {};
  for (const item of await readSeries(orm, [run.id], null)) {
    const text = item.steps.join();
    const place = places.get(text) ?? steps.push(item.steps) - 1;
    places.set(text, place);
    series[item.key] = [place, item.values];
  }
  const snapshots = (await listGeometry(orm, run.id)).map((row) => row.snapshot);
  return {
    config: run.config,
    stepMs: run.stepMs,
    started: {
      ...started,
      resumedFromStep: 0,
      dataset: { ...started.dataset, source: "recorded" },
      // Its runs have other numbers wherever it is read.
      ...(started.pack && { pack: { ...started.pack, with: [] } }),
    },
    missing: run.missing,
    ...(run.evaluation ? { evaluation: withoutSource(run.evaluation) } : {}),
    steps,
    series,
    geometry: pickEvenly(snapshots, most).map(roundSnapshot),
  };
}

/** Where a machine found its data is nobody else's business. */
function withoutSource(evaluation: Evaluation): Evaluation {
  const { transfer } = evaluation;
  return { ...evaluation, transfer: transfer && { ...transfer, dataset: { ...transfer.dataset, source: "recorded" } } };
}

function round(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}

/** Three digits are finer than a pixel. */
function roundSnapshot(snapshot: GeometrySnapshot): GeometrySnapshot {
  const rounded = Object.entries(snapshot).map(([key, value]) => [
    key,
    Array.isArray(value) && key !== "labels" ? value.map((number) => round(number, 3)) : value,
  ]);
  return Object.fromEntries(rounded) as GeometrySnapshot;
}
