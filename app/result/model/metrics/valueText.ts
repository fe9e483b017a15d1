import { metricInfo, type StudyMetric } from "../../../../contract/metrics/metricInfo.ts";
import { plusMinus, plusMinusPercent } from "../../../text/plusMinus.ts";

export const isShare = (metric: StudyMetric): boolean => metricInfo[metric].percent !== null;

/** A value of the run table: gaps and accuracies in percent. */
export const valueText = (value: number | null, metric: StudyMetric): string =>
  value === null ? "–" : (isShare(metric) ? plusMinusPercent : plusMinus)(value, null);
