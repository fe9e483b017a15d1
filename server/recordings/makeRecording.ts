import type { ResolvedDataset } from "../../contract/data/resolvedDataset.ts";
import { requireTrained } from "../../contract/external/externalConfig.ts";
import { isMetric, metricInfo } from "../../contract/metrics/metricInfo.ts";
import { isListKey, parseSeriesKey } from "../../contract/metrics/seriesKey.ts";
import type { Evaluation, GeometrySnapshot } from "../../contract/wire/runEvents.ts";
import type { Database } from "../../db/database.ts";
import { listAttempts, listGeometry } from "../../db/queries/attempts.ts";
import { getExperimentRow } from "../../db/queries/experiments.ts";
import { listRuns, type TrainedRun } from "../../db/queries/runs.ts";
import { listSeriesKeys, readLists, readSeries } from "../../db/queries/series.ts";
import { pickEvenly } from "../../math/statistics/spaced.ts";
import type { RecordedExperiment, RecordedRun } from "./recordingFile.ts";

/** Snapshots of one run: enough to play. */
const maxSnapshots = 16;
/** Numbers of a list over its steps, and of all spectra of a kind: with more there are fewer steps, or layers. */
const maxNumbers = 2_048;

/** A finished study as a recording keeps it. @throws Error where a run has not finished */
export async function makeRecording({ orm }: Database, id: string): Promise<RecordedExperiment> {
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
  const lists = await recordedLists(orm, run.id, most);
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
    ...(Object.keys(lists).length > 0 && { lists }),
    geometry: pickEvenly(snapshots, most).map(roundSnapshot),
  };
}

/** What pages show of lists: of each class at some steps, and where the geometry plays the spectra at the last survey. */
async function recordedLists(orm: Database["orm"], runId: string, most: number): Promise<NonNullable<RecordedRun["lists"]>> {
  const keys = (await listSeriesKeys(orm, runId)).filter(isListKey);
  const scopeOf = (key: string) => {
    const metric = parseSeriesKey(key)?.metric ?? "";
    return isMetric(metric) ? metricInfo[metric].scope : null;
  };
  const [ofClasses, spectra] = ["class", "spectrum"].map((scope) => keys.filter((key) => scopeOf(key) === scope));
  const kept: NonNullable<RecordedRun["lists"]> = {};
  const keep = (key: string, { steps, lists }: { steps: number[]; lists: number[][] }, times: number) => {
    const at = pickEvenly([...steps.keys()], times);
    kept[key] = at.map((place) => [steps[place]!, lists[place]!.map((value) => (Number.isNaN(value) ? null : round(value, 4)))]);
  };
  for (const list of await readLists(orm, [runId], ofClasses!)) {
    const times = Math.max(1, Math.min(most, Math.floor(maxNumbers / (list.lists[0]?.length || 1))));
    keep(list.key, times === 1 ? lastOf(list) : list, times);
  }
  if (most === 1) return kept;
  const last = (await readLists(orm, [runId], spectra!)).map((list) => ({ key: list.key, ...lastOf(list) }));
  for (const ofKind of Map.groupBy(last, ({ key }) => parseSeriesKey(key)?.metric).values()) {
    const longest = Math.max(...ofKind.map(({ lists }) => lists[0]?.length ?? 0), 1);
    const inOrder = ofKind.toSorted((a, b) => a.key.localeCompare(b.key, "en", { numeric: true }));
    for (const one of pickEvenly(inOrder, Math.max(2, Math.floor(maxNumbers / longest)))) keep(one.key, one, 1);
  }
  return kept;
}

const lastOf = ({ steps, lists }: { steps: number[]; lists: number[][] }) => ({ steps: steps.slice(-1), lists: lists.slice(-1) });

/** Where a machine found its data is nobody else's business. */
function withoutSource(evaluation: Evaluation): Evaluation {
  const { transfer, outOfDistribution } = evaluation;
  const hidden = <Part extends { dataset: ResolvedDataset }>(part: Part): Part => ({
    ...part,
    dataset: { ...part.dataset, source: "recorded" },
  });
  return {
    ...evaluation,
    transfer: transfer && hidden(transfer),
    ...(outOfDistribution && { outOfDistribution: hidden(outOfDistribution) }),
  };
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
