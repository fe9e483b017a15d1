import type { Metric } from "../../contract/seriesKey.ts";
import { readable } from "../charts/axisTicks.ts";

export const isShare = (metric: Metric): boolean => metric === "accuracy" || metric.startsWith("gap");

/** A value of the run table: gaps and accuracies in percent. */
export const valueText = (value: number | null, metric: Metric): string =>
  value === null ? "–" : isShare(metric) ? percent(value) : readable(value);

const percent = (share: number): string => {
  const value = share * 100;
  return `${Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3)} %`;
};
