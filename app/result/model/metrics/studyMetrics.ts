import { layersOf } from "../../../../contract/config/networkForm.ts";
import { isDerived, metricInfo, metrics, type StudyMetric } from "../../../../contract/metrics/metricInfo.ts";
import { studyMetrics } from "../../../../contract/metrics/metricPlaces.ts";
import type { Split } from "../../../../contract/metrics/seriesKey.ts";
import { scoreOfMetric } from "../../../../contract/metrics/table/detection.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { detectionOf } from "./detections.ts";
import { referenceAttack } from "./evaluations.ts";
import { lastLayerKey } from "./lastValue.ts";

const ridgeTerms = metrics.filter((metric) => metric.startsWith("ridge."));

/** Latest value of a run: at the last layer where it is a layer's, of the whole network otherwise. */
export const studyValue = (row: RunRow, metric: StudyMetric, split: Split): number | null =>
  valueOfLayers(row, layersOf(row.config), metric, split);

/** The same of a network of as many layers. */
export function valueOfLayers(
  row: Pick<RunRow, "last" | "evaluation">,
  layers: number,
  metric: StudyMetric,
  split: Split,
): number | null {
  switch (metric) {
    case "ridge.total": {
      const terms = ridgeTerms.flatMap((term) => row.last[lastLayerKey(term, "train", layers)] ?? []);
      return terms.length === 0 ? null : terms.reduce((sum, value) => sum + value, 0);
    }
    case "robust":
      return referenceAttack(row)?.accuracy ?? null;
    case "transfer":
      return row.evaluation?.transfer?.layers.at(-1)?.testAccuracy ?? null;
    case "auroc.msp":
    case "auroc.maxlogit":
    case "auroc.energy":
    case "auroc.neco":
    case "auroc.nci":
    case "auroc.mahalanobis":
      return detectionOf(row, scoreOfMetric(metric), split === "train" ? "train" : "test", "auroc");
    default: {
      const last = (of: Split) => row.last[lastLayerKey(metric, of, layers)];
      // What is measured for the training as a whole is the same number under either split.
      const trained = metricInfo[metric].scope === "network" && !metricInfo[metric].test;
      return last(split) ?? (trained ? last("train") : null) ?? null;
    }
  }
}

/** What there is to choose from: metrics with a value in some run, and the one that is chosen. */
export function offeredMetrics(rows: readonly RunRow[], split: Split, chosen: StudyMetric): StudyMetric[] {
  const begun = rows.filter((row) => Object.keys(row.last).length > 0);
  if (begun.length === 0) return studyMetrics.filter((metric) => !isDerived(metric) || metric === chosen);
  return studyMetrics.filter((metric) => metric === chosen || begun.some((row) => studyValue(row, metric, split) !== null));
}
