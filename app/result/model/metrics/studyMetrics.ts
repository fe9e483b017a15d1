import { layersOf } from "../../../../contract/config/networkForm.ts";
import { layerMetrics, type Metric, metricInfo, type Split } from "../../../../contract/metrics/seriesKey.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { referenceAttack } from "./evaluations.ts";
import { lastLayerKey } from "./lastValue.ts";

/** Numbers of a run that follow from what is stored. */
const derivedMetrics = ["ridge.total", "robust", "transfer"] as const;
type DerivedMetric = (typeof derivedMetrics)[number];
export type StudyMetric = Metric | DerivedMetric;

export interface StudyMetricInfo {
  label: string;
  formula: string;
  log: boolean;
}

const derivedInfo: Record<DerivedMetric, StudyMetricInfo> = {
  "ridge.total": { label: "Regularization, total", formula: "sum of all ridge terms", log: true },
  robust: { label: "Robust accuracy", formula: "PGD (else FGSM) in ℓ∞ (else ℓ2) at the middle ε of the grid", log: false },
  transfer: { label: "Transfer accuracy", formula: "test accuracy of a linear probe on the last layer", log: false },
};

export const isDerived = (metric: StudyMetric): metric is DerivedMetric => (derivedMetrics as readonly string[]).includes(metric);

export const studyMetricInfo = (metric: StudyMetric): StudyMetricInfo =>
  isDerived(metric) ? derivedInfo[metric] : metricInfo[metric];

/** Metrics that make sense for a whole run, in the order in which they are offered. */
export const studyMetrics: readonly StudyMetric[] = [
  ...layerMetrics,
  "gap.total",
  "gap.head",
  "gap.representation",
  "distance.procrustes",
  "distance.gram",
  "loss",
  "fit",
  "ridge.total",
  "ridge.head",
  "ridge.hidden",
  "ridge.features",
  "ridge.bias",
  "slack",
  "accuracy",
  "robust",
  "transfer",
  "stepMs",
];

const ridgeTerms = ["ridge.head", "ridge.hidden", "ridge.features", "ridge.bias"] as const;
/** Measured for the training as a whole, not on a set of samples. */
const splitless = /^(ridge|gap|distance|slack|stepMs|loss$)/;

/** Latest value of a run: at the last layer where it is a layer's, of the whole network otherwise. */
export function studyValue(row: RunRow, metric: StudyMetric, split: Split): number | null {
  switch (metric) {
    case "ridge.total": {
      const terms = ridgeTerms.flatMap((term) => row.last[lastLayerKey(term, "train", layersOf(row.config))] ?? []);
      return terms.length === 0 ? null : terms.reduce((sum, value) => sum + value, 0);
    }
    case "robust":
      return referenceAttack(row)?.accuracy ?? null;
    case "transfer":
      return row.evaluation?.transfer?.layers.at(-1)?.testAccuracy ?? null;
    default: {
      const key = lastLayerKey(metric, split, layersOf(row.config));
      // What is stored for the training alone is the same number under either split.
      return (
        row.last[key] ?? (splitless.test(metric) ? row.last[lastLayerKey(metric, "train", layersOf(row.config))] : null) ?? null
      );
    }
  }
}

/** Whether less is better: thresholds ask for "at most". */
export const isBetterSmall = (metric: StudyMetric): boolean => !/^(accuracy|robust|transfer|stepMs)$/.test(metric);

/** Whether a value is a share that reads well in percent. */
export const isAccuracy = (metric: StudyMetric): boolean => /^(accuracy|robust|transfer)$/.test(metric);

/** What there is to choose from: metrics with a value in some run, and the one that is chosen. */
export function offeredMetrics(rows: readonly RunRow[], split: Split, chosen: StudyMetric): StudyMetric[] {
  const begun = rows.filter((row) => Object.keys(row.last).length > 0);
  if (begun.length === 0) return studyMetrics.filter((metric) => !isDerived(metric) || metric === chosen);
  return studyMetrics.filter((metric) => metric === chosen || begun.some((row) => studyValue(row, metric, split) !== null));
}
