import { experimentProgress } from "../../../contract/experimentProgress.ts";
import { countStatuses, experimentStatus } from "../../../contract/status.ts";
import type { AnyRunRow } from "../../../contract/wire/externalViews.ts";
import type { ListedExperiment } from "../../../db/queries/experiments.ts";

/** What an experiment's row says of its runs, from the runs themselves: the row lags a little behind. */
export function countRuns(runs: AnyRunRow[]): Pick<ListedExperiment, "counts" | "status" | "progress"> {
  const counts = countStatuses(runs);
  return { counts, status: experimentStatus(counts), progress: experimentProgress(runs) };
}
