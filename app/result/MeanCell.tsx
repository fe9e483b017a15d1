import type { ConvergenceRule } from "../../contract/experimentConfig.ts";
import { isUnconverged } from "../../contract/isUnconverged.ts";
import type { Split } from "../../contract/seriesKey.ts";
import { isTerminal } from "../../contract/status.ts";
import type { RunRow } from "../../contract/views.ts";
import { readable } from "../charts/axisTicks.ts";
import type { StudyMetric } from "./studyMetrics.ts";
import { meanAndDeviation } from "./tableGroups.ts";
import { isShare, valueText } from "./valueText.ts";

interface MeanCellProps {
  members: readonly RunRow[];
  metric: StudyMetric;
  split: Split;
  rule: ConvergenceRule | undefined;
}

/** Mean ± standard deviation over the finished runs of a cell that converged, or over the running ones while none is finished. */
export function MeanCell({ members, metric, split, rule }: MeanCellProps) {
  const finished = members.filter((row) => row.status === "finished" && !isUnconverged(row, rule));
  const spread = meanAndDeviation(
    finished.length > 0 ? finished : members.filter((row) => !isTerminal(row.status)),
    metric,
    split,
  );
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
