import type { LeaveOutRule } from "../../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { hasImbalance, imbalanceLevels, type LevelChoice } from "../imbalance/minorityCollapse.ts";
import { geometryRun } from "../runs/shownRuns.ts";

export interface GeometryChoice extends LevelChoice {
  /** Ordinal of the run of the geometry view; null = the first to have one. */
  geometryRun: number | null;
}

/** A run whose geometry the page shows: through its training, or its last snapshot alone. */
export interface WantedGeometry {
  runId: string;
  lastOnly: boolean;
}

/** The geometry view's run, and of every level of imbalance the last snapshots of its seeds. */
export function wantedGeometry(rows: readonly RunRow[], choice: GeometryChoice, rule?: LeaveOutRule): WantedGeometry[] {
  const shown = geometryRun(rows, choice.geometryRun);
  const levels = hasImbalance(rows) ? imbalanceLevels(rows, choice, rule).flatMap(({ runs }) => runs) : [];
  return [
    ...(shown ? [{ runId: shown.id, lastOnly: false }] : []),
    ...levels.filter(({ id }) => id !== shown?.id).map(({ id }) => ({ runId: id, lastOnly: true })),
  ];
}
