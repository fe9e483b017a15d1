import type { StudyMetric } from "../../../../contract/metrics/metricInfo.ts";
import type { Split } from "../../../../contract/metrics/seriesKey.ts";
import type { LeaveOutRule } from "../../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { plusMinus, plusMinusPercent } from "../../../text/plusMinus.ts";
import { isShare, valueText } from "../metrics/valueText.ts";
import { meanRuns } from "./convergenceRule.ts";
import { meanAndDeviation } from "./tableGroups.ts";

/**
 * Arithmetic mean ± standard deviation over the finished runs of a cell that converged, or over the running ones while none is
 * finished, as the page writes it; null where no run has a value.
 */
export function cellMean(
  members: readonly RunRow[],
  metric: StudyMetric,
  split: Split,
  rule: LeaveOutRule | undefined,
): { text: string; count: number } | null {
  const spread = meanAndDeviation(meanRuns(members, rule), metric, split);
  if (spread === null) return null;
  const { mean, deviation, count } = spread;
  if (deviation === null) return { text: valueText(mean, metric), count };
  return { text: (isShare(metric) ? plusMinusPercent : plusMinus)(mean, deviation), count };
}
