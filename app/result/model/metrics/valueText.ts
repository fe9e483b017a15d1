import { plusMinus, plusMinusPercent } from "../../../text/plusMinus.ts";
import { isAccuracy, type StudyMetric } from "./studyMetrics.ts";

export const isShare = (metric: StudyMetric): boolean => isAccuracy(metric) || metric.startsWith("gap");

/** A value of the run table: gaps and accuracies in percent. */
export const valueText = (value: number | null, metric: StudyMetric): string =>
  value === null ? "–" : (isShare(metric) ? plusMinusPercent : plusMinus)(value, null);
