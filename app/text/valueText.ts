import { isAccuracy, type StudyMetric } from "../result/model/studyMetrics.ts";
import { plusMinus, plusMinusPercent } from "./plusMinus.ts";

export const isShare = (metric: StudyMetric): boolean => isAccuracy(metric) || metric.startsWith("gap");

/** A value of the run table: gaps and accuracies in percent. */
export const valueText = (value: number | null, metric: StudyMetric): string =>
  value === null ? "–" : (isShare(metric) ? plusMinusPercent : plusMinus)(value, null);
