import type { Executor } from "../../db/database.ts";
import { recountExperiment } from "../../db/queries/experiments.ts";
import type { RunState } from "../../db/queries/runs.ts";
import type { ServiceContext } from "./context.ts";
import { toExperimentSummary, toRunItem } from "./toViews.ts";

/**
 * Changes runs of one experiment in a transaction that also recounts it; what changed is told to the pages after the commit.
 * @param change gives the changed runs
 */
export async function changeRuns(
  context: ServiceContext,
  experimentId: string,
  change: (tx: Executor) => Promise<RunState[]>,
): Promise<RunState[]> {
  const { changed, row } = await context.database.orm.transaction(async (tx) => {
    const runs = await change(tx);
    return { changed: runs, row: runs.length > 0 ? await recountExperiment(tx, experimentId, true) : null };
  });
  if (!row) return changed;
  const summary = toExperimentSummary(row, context.dispatch.slots());
  context.changes.publish(experimentId, [...changed.map(toRunItem), { kind: "experiment", summary }]);
  context.changes.listChanged("experiments");
  return changed;
}
