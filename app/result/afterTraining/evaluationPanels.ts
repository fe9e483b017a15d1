import type { RunRow } from "../../../contract/wire/views.ts";
import type { GridAxisId } from "../model/grid/gridAxes.ts";
import type { ResultView } from "../view/resultView.ts";
import type { ChangeView } from "../view/useResultView.ts";

/** What the panels of one kind of evaluation are drawn from. */
export interface EvaluationPanelsProps {
  /** Runs that are not left out. */
  rows: readonly RunRow[];
  /** Axes that part the lines. */
  lines: readonly GridAxisId[];
  /** Whether the study asks for it: then the panels are there before any value. */
  asked: boolean;
  view: ResultView;
  onView: ChangeView;
}

/** In place of a chart without values. */
export const waitingText = "Each run is evaluated once it is trained.";
