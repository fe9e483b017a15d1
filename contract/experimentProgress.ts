import { isTerminal, type RunStatus } from "./status.ts";

/** A run, or runs of one status together. */
export interface StepsDone {
  status: RunStatus;
  step: number;
  totalSteps: number;
  /** Of a run that is trained elsewhere. */
  external?: { isTotalKnown: boolean };
}

/**
 * Share of a study's steps that are done, 0…1, weighed by steps. A run that ended counts whole however it ended, as nothing of it is
 * left: 1 means that no run is active or waiting. 0 without runs.
 */
export function experimentProgress(runs: Iterable<StepsDone>): number {
  let done = 0;
  let total = 0;
  for (const { status, step, totalSteps, external } of runs) {
    total += totalSteps;
    // Where nobody said how many steps it is to train, how much is done cannot be told.
    done += isTerminal(status) ? totalSteps : external?.isTotalKnown === false ? 0 : Math.min(step, totalSteps);
  }
  return total === 0 ? 0 : done / total;
}
