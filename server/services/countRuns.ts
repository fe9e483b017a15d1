import { experimentStatus, type RunCounts } from "../../contract/status.ts";
import type { RunRow } from "../../contract/views.ts";
import type { ListedExperiment } from "../../db/queries/experiments.ts";
import { noCounts } from "./noCounts.ts";

/** What an experiment's row says of its runs, from the runs themselves: the row lags a little behind. */
export function countRuns(runs: RunRow[]): Pick<ListedExperiment, "counts" | "status" | "progress"> {
  const counts: RunCounts = { ...noCounts };
  let done = 0;
  let total = 0;
  for (const run of runs) {
    counts[run.status]++;
    total += run.totalSteps;
    done += run.status === "finished" ? run.totalSteps : Math.min(run.step, run.totalSteps);
  }
  return { counts, status: experimentStatus(counts), progress: total === 0 ? 0 : done / total };
}
