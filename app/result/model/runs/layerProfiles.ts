import { layersOf } from "../../../../contract/config/networkForm.ts";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { type LayerMetric, lastMeansOf } from "../../../../contract/metrics/metricInfo.ts";
import { type SeriesKey, type Split, seriesKey } from "../../../../contract/metrics/seriesKey.ts";
import { isTerminal } from "../../../../contract/status.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { geometricBand, meanBand } from "../../../../math/statistics/seedBand.ts";
import type { ExperimentStore } from "../../../live/ExperimentStore.ts";
import type { DataTag } from "../grid/dataVersions.ts";
import { gridAxisIds, groupCells } from "../grid/gridAxes.ts";

export interface LayerProfile {
  key: string;
  config: RunConfig;
  data: DataTag;
  /** Relative depth of each layer, its number over that of the last, (0, 1]. */
  xs: number[];
  /** Mean over the seeds at each layer; null where no run has a value. */
  ys: (number | null)[];
  /** Values behind each mean, one a run. */
  samples: number[][];
  count: number;
  /** What the metric is of the classifier W, beside the last layer's class means; null where it has no such side. */
  classifier: number | null;
  classifierSamples: number[];
  /** The class means of the last layer were not measured: by a version that knew the classifier's side alone. */
  lacksLast: boolean;
}

const cellAxes = gridAxisIds.filter((axis) => axis !== "seed");

/** Series of a metric of class means at a layer: the last one has it under another name, as the classifier has the first. */
const meansKey = (metric: LayerMetric, split: Split, layer: number, last: number) =>
  seriesKey(split, layer === last ? (lastMeansOf(metric) ?? metric) : metric, layer);

/**
 * A metric over the layers at a moment of the training: one profile a cell, mean over its seeds (geometric on a
 * logarithmic scale). Each run stands at its last measurement that is not after `at`; runs that have not come so far
 * count only where none has.
 */
export function layerProfiles(
  store: ExperimentStore,
  runs: readonly RunRow[],
  metric: LayerMetric,
  split: Split,
  at: number,
  log: boolean,
): LayerProfile[] {
  const begun = runs.filter((run) => !isTerminal(run.status) || run.status === "finished");
  return groupCells(begun, cellAxes).flatMap((cell) => {
    const last = layersOf(cell.config);
    const profile = profileOf(store, cell.members, last, metric, split, at, log);
    if (profile === null) return [];
    const xs = Array.from({ length: last }, (_, index) => (index + 1) / last);
    return [{ key: cell.key, config: cell.config, data: cell.data, xs, ...profile }];
  });
}

/** A store of series, whatever the runs behind them. */
export type SeriesStore = Pick<ExperimentStore, "series" | "lastStep">;

/** The profile of runs of one number of layers, which differ in their seed alone; null where none has a value. */
export function profileOf<Run extends Pick<RunRow, "id" | "status">>(
  store: SeriesStore,
  members: readonly Run[],
  last: number,
  metric: LayerMetric,
  split: Split,
  at: number,
  log: boolean,
): Pick<LayerProfile, "ys" | "samples" | "count" | "classifier" | "classifierSamples" | "lacksLast"> | null {
  const covers = (run: Run) => run.status === "finished" || store.lastStep(run.id) >= at;
  const layers: number[][] = Array.from({ length: last }, () => []);
  const ofClassifier: number[] = [];
  const meanOf = (values: readonly number[]) => (log ? geometricBand(values) : meanBand(values))?.mean ?? null;
  const seen = new Set<string>();
  // A run that has not come so far yet would pull the mean back: it counts only where no other has.
  const reached = members.filter(covers);
  for (const run of reached.length > 0 ? reached : members) {
    const lastOf = (key: SeriesKey): number | undefined => {
      const series = store.series(run.id, key);
      return series.values[lastIndexAt(series.steps, at)];
    };
    for (let layer = 1; layer <= last; layer++) {
      const value = lastOf(meansKey(metric, split, layer, last));
      if (value === undefined) continue;
      layers[layer - 1]?.push(value);
      seen.add(run.id);
    }
    const itsClassifier = lastMeansOf(metric) === null ? undefined : lastOf(seriesKey(split, metric, last));
    if (itsClassifier === undefined) continue;
    ofClassifier.push(itsClassifier);
    seen.add(run.id);
  }
  if (seen.size === 0) return null;
  return {
    ys: layers.map(meanOf),
    samples: layers,
    count: seen.size,
    classifier: meanOf(ofClassifier),
    classifierSamples: ofClassifier,
    lacksLast: ofClassifier.length > 0 && layers.at(-1)?.length === 0,
  };
}

/** Index of the last step that is ≤ `at`; -1 if there is none. `steps` in order. */
export function lastIndexAt(steps: readonly number[], at: number): number {
  let found = -1;
  for (let i = 0; i < steps.length && (steps[i] as number) <= at; i++) found = i;
  return found;
}

/** All measured steps of some runs for a metric, in order; the first layers of a network may have no values (a token that is alike in all texts). */
export function profileSteps(store: ExperimentStore, runs: readonly RunRow[], metric: LayerMetric, split: Split): number[] {
  const steps = new Set<number>();
  for (const run of runs)
    for (const layer of [1, layersOf(run.config)])
      for (const step of store.series(run.id, seriesKey(split, metric, layer)).steps) steps.add(step);
  return [...steps].sort((a, b) => a - b);
}
