import { layersOf } from "../../../../contract/config/networkForm.ts";
import {
  type LayerMetric,
  type Metric,
  metricInfo,
  type SeriesKey,
  type Split,
  splits,
} from "../../../../contract/metrics/seriesKey.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { lastLayerKey, lastValue } from "../metrics/lastValue.ts";

export interface PanelSpec {
  id: string;
  title: string;
  metric: Metric;
  /** Measured on the training set only. */
  trainOnly: boolean;
}

const panel = (metric: Metric, title: string = metricInfo[metric].label, trainOnly = false): PanelSpec => ({
  id: metric.replace(/[^a-z0-9]/gi, "-").toLowerCase(),
  title,
  metric,
  trainOnly,
});

/** Panels of the training section, in order. */
export const trainingPanels: readonly PanelSpec[] = [
  panel("loss"),
  panel("nc1.ratio", "NC1, last layer"),
  panel("nc2.frame", "NC2, classifier"),
  panel("nc2.mframe", "NC2, class means", true),
  panel("nc3.cosine", "NC3"),
  panel("nc1.pinv"),
  panel("nc1.cdnv"),
  panel("gap.total", undefined, true),
  panel("gap.head", undefined, true),
  panel("gap.representation", undefined, true),
  panel("accuracy"),
  panel("nc4.ncc", "NC4"),
  panel("fit"),
  panel("ridge.head", undefined, true),
  panel("ridge.hidden", undefined, true),
  panel("ridge.features", undefined, true),
  panel("ridge.bias", undefined, true),
  panel("slack", undefined, true),
  panel("distance.procrustes", "Procrustes distance", true),
  panel("distance.gram", "Gram distance", true),
  panel("learningRate", undefined, true),
  panel("stepMs", undefined, true),
];

/** What only some objectives or newer versions have: their panels come with the first run that measures them. */
const rare: ReadonlySet<Metric> = new Set(["nc2.mframe", "ridge.features", "ridge.bias", "slack"]);

export const shownPanels = (rows: readonly Pick<RunRow, "last" | "config">[]): readonly PanelSpec[] =>
  trainingPanels.filter(({ metric }) => !rare.has(metric) || rows.some((row) => lastValue(row, metric, "train") !== null));

/** Series of the training panels for runs of as many layers. */
export function keysOfLayers(layers: number): SeriesKey[] {
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

export interface SeriesWish {
  runs: readonly RunRow[];
  zoom: { from: number; to: number } | null;
  maxPoints: number;
}
export interface ProfileWish {
  metric: LayerMetric;
  split: Split;
}
