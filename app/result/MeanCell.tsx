import type { LeaveOutRule } from "../../contract/isUnconverged.ts";
import type { Split } from "../../contract/seriesKey.ts";
import type { RunRow } from "../../contract/views.ts";
import { readable } from "../charts/axisTicks.ts";
import { meanRuns } from "./convergenceRule.ts";
import type { StudyMetric } from "./studyMetrics.ts";
import { meanAndDeviation } from "./tableGroups.ts";
import { isShare, valueText } from "./valueText.ts";

interface MeanCellProps {
  members: readonly RunRow[];
  metric: StudyMetric;
  split: Split;
  rule: LeaveOutRule | undefined;
}

/** Mean ± standard deviation over the finished runs of a cell that converged, or over the running ones while none is finished. */
export function MeanCell({ members, metric, split, rule }: MeanCellProps) {
  const spread = meanAndDeviation(meanRuns(members, rule), metric, split);
  if (spread === null) return "–";
  if (spread.deviation === null) return valueText(spread.mean, metric);
  const asPercent = isShare(metric);
  const deviation = asPercent ? `${Number((spread.deviation * 100).toPrecision(2))}` : readable(spread.deviation, 2);
  return (
    <span title={`N = ${spread.count}`}>
      {valueText(spread.mean, metric)} <span className="font-normal text-ink-faint">± {deviation}</span>
    </span>
  );
}
