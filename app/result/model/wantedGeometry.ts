import type { LeaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import type { ResultView } from "../view/resultView.ts";
import { hasImbalance, imbalanceLevels } from "./minorityCollapse.ts";
import { geometryRun } from "./shownRuns.ts";

/** A run whose geometry the page shows: through its training, or its last snapshot alone. */
export interface WantedGeometry {
  runId: string;
  lastOnly: boolean;
}

/** The geometry view's run, and of every level of imbalance the last snapshots of its seeds. */
export function wantedGeometry(
  rows: readonly RunRow[],
  view: Pick<ResultView, "geometryRun" | "imbalanceRun" | "imbalanceSeed">,
  rule?: LeaveOutRule,
): WantedGeometry[] {
  const shown = geometryRun(rows, view.geometryRun);
  const levels = hasImbalance(rows) ? imbalanceLevels(rows, view, rule).flatMap(({ runs }) => runs) : [];
  return [
    ...(shown ? [{ runId: shown.id, lastOnly: false }] : []),
    ...levels.filter(({ id }) => id !== shown?.id).map(({ id }) => ({ runId: id, lastOnly: true })),
  ];
}
