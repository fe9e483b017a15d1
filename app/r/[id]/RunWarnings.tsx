import { warmupWarning } from "../../../contract/launch/warmupWarning.ts";
import type { RunDetail } from "../../../contract/wire/views.ts";
import { WarningList } from "../../result/parts/WarningList.tsx";
import { countOf } from "../../text/formatNumber.ts";

/** What was passed over in the run's data or looks like a mistake in them, in those it was probed on or shown as a second set, or in its settings. */
export function RunWarnings({ detail: { row, dataset } }: { detail: RunDetail }) {
  const { transfer, outOfDistribution } = row.evaluation ?? {};
  const warmup = warmupWarning(row.config.training);
  const warnings = [
    ...(dataset?.warnings ?? []),
    ...(transfer?.dataset.warnings ?? []).map((text) => `Data set of the linear probes: ${text}`),
    ...(outOfDistribution?.dataset.warnings ?? []).map((text) => `Second data set: ${text}`),
    ...(warmup === null ? [] : [warmup]),
  ];
  if (warnings.length === 0) return null;
  return (
    <div className="mt-4">
      <WarningList title={countOf(warnings.length, "warning")} warnings={warnings} testId="run-warnings" />
    </div>
  );
}
