import type { RunRow } from "../../contract/views.ts";
import { hasImbalance, imbalanceFamily, mostImbalances } from "./minorityCollapse.ts";
import type { ResultView } from "./resultView.ts";
import { geometryRun } from "./shownRuns.ts";

/** Runs whose geometry the page shows: the geometry view's, and one a level of imbalance. */
export function wantedGeometry(rows: readonly RunRow[], view: Pick<ResultView, "geometryRun" | "imbalanceRun">): string[] {
  const shown = geometryRun(rows, view.geometryRun);
  const levels = hasImbalance(rows) ? imbalanceFamily(rows, view.imbalanceRun).slice(0, mostImbalances) : [];
  return [...new Set([...(shown ? [shown] : []), ...levels].map((run) => run.id))];
}
