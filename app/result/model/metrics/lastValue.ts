import { layersOf } from "../../../../contract/config/networkForm.ts";
import { isLayerMetric, type Metric } from "../../../../contract/metrics/metricInfo.ts";
import { type SeriesKey, type Split, seriesKey } from "../../../../contract/metrics/seriesKey.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";

/** Series of a metric at the last of a network's layers (`layersOf`), or of the whole network. */
export const lastLayerKey = (metric: Metric, split: Split, layers: number): SeriesKey =>
  isLayerMetric(metric) ? seriesKey(split, metric, layers) : seriesKey(split, metric);

/** Latest value of a run's metric; scalars that exist for the training only (ridge, times) are taken from there. */
export function lastValue(row: Pick<RunRow, "last" | "config">, metric: Metric, split: Split): number | null {
  const value = row.last[lastLayerKey(metric, split, layersOf(row.config))];
  return value ?? null;
}
