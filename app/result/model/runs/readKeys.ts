import { layersOf } from "../../../../contract/config/networkForm.ts";
import { type Metric, metricInfo } from "../../../../contract/metrics/metricInfo.ts";
import { trainingPlaces } from "../../../../contract/metrics/metricPlaces.ts";
import type { SeriesKey, Split } from "../../../../contract/metrics/seriesKey.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { lastLayerKey, lastValue } from "../metrics/lastValue.ts";

export interface PanelSpec {
  id: string;
  title: string;
  metric: Metric;
  /** Measured on the training set only. */
  trainOnly: boolean;
  /** Shown once a run has it. */
  rare: boolean;
}

/** Panels of the training section, in order. */
const trainingPanels: readonly PanelSpec[] = trainingPlaces.map(({ metric, title, trainOnly, rare }) => ({
  id: metric.replace(/[^a-z0-9]/gi, "-").toLowerCase(),
  title: title ?? metricInfo[metric].label,
  metric,
  trainOnly,
  rare: rare ?? false,
}));

export const shownPanels = (rows: readonly Pick<RunRow, "last" | "config">[]): readonly PanelSpec[] =>
  trainingPanels.filter(({ metric, rare }) => !rare || rows.some((row) => lastValue(row, metric, "train") !== null));

/** Series of the training panels for runs of as many layers. @param splits that are measured */
export function keysOfLayers(layers: number, splits: readonly Split[]): SeriesKey[] {
  const keys = new Set<SeriesKey>(["train/elapsedMs"]);
  for (const { metric, trainOnly } of trainingPanels)
    for (const split of trainOnly ? (["train"] as const) : splits) keys.add(lastLayerKey(metric, split, layers));
  return [...keys];
}

/** Runs grouped by their number of layers: the last layer's series have other keys at each. */
export function byLayers(runs: readonly RunRow[]): Map<number, string[]> {
  const groups = new Map<number, string[]>();
  for (const run of runs) {
    const layers = layersOf(run.config);
    const ids = groups.get(layers) ?? [];
    ids.push(run.id);
    groups.set(layers, ids);
  }
  return groups;
}
