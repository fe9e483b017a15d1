import { readable } from "../charts/axisTicks.ts";
import { isAccuracy, type StudyMetric } from "./studyMetrics.ts";

export const isShare = (metric: StudyMetric): boolean => isAccuracy(metric) || metric.startsWith("gap");

/** A value of the run table: gaps and accuracies in percent. */
export const valueText = (value: number | null, metric: StudyMetric): string =>
  value === null ? "–" : isShare(metric) ? percent(value) : readable(value);

const percent = (share: number): string => {
  const value = share * 100;
  return `${Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3)} %`;
};
