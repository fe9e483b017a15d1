import type { StudyMetric } from "../../../contract/metrics/metricInfo.ts";
import type { Split } from "../../../contract/metrics/seriesKey.ts";
import type { LeaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import { cellMean } from "../model/runs/cellMean.ts";

interface MeanCellProps {
  members: readonly RunRow[];
  metric: StudyMetric;
  split: Split;
  rule: LeaveOutRule | undefined;
}

/** What `cellMean` says of a cell. */
export function MeanCell({ members, metric, split, rule }: MeanCellProps) {
  const mean = cellMean(members, metric, split, rule);
  if (mean === null) return "–";
  if (mean.count === 1) return mean.text;
  return <span title={`arithmetic mean ± standard deviation of ${mean.count} runs`}>{mean.text}</span>;
}
