import type { StudyMetric } from "../../../contract/metrics/metricInfo.ts";
import type { Split } from "../../../contract/metrics/seriesKey.ts";
import type { LeaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import { plusMinus, plusMinusPercent } from "../../text/plusMinus.ts";
import { isShare, valueText } from "../model/metrics/valueText.ts";
import { meanRuns } from "../model/runs/convergenceRule.ts";
import { meanAndDeviation } from "../model/runs/tableGroups.ts";

interface MeanCellProps {
  members: readonly RunRow[];
  metric: StudyMetric;
  split: Split;
  rule: LeaveOutRule | undefined;
}

/** Arithmetic mean ± standard deviation over the finished runs of a cell that converged, or over the running ones while none is finished. */
export function MeanCell({ members, metric, split, rule }: MeanCellProps) {
  const spread = meanAndDeviation(meanRuns(members, rule), metric, split);
  if (spread === null) return "–";
  if (spread.deviation === null) return valueText(spread.mean, metric);
  const text = (isShare(metric) ? plusMinusPercent : plusMinus)(spread.mean, spread.deviation);
  return <span title={`arithmetic mean ± standard deviation of ${spread.count} runs`}>{text}</span>;
}
