import { countStatuses, isTerminal } from "../../../contract/status.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import { pauseAction } from "../parts/PauseToggle.tsx";

export interface AvailableActions {
  /** Runs that have not ended. */
  open: number;
  /** Runs that ended without a result. */
  missing: number;
  pausable: boolean;
  resumable: boolean;
}

/** What the states of an experiment's runs leave to do. */
export function availableActions(rows: readonly RunRow[]): AvailableActions {
  const counts = countStatuses(rows);
  return {
    open: rows.filter((row) => !isTerminal(row.status)).length,
    missing: counts.failed + counts.cancelled + counts.diverged,
    pausable: rows.some((row) => pauseAction(row) === "pause"),
    resumable: rows.some((row) => pauseAction(row) === "resume"),
  };
}
