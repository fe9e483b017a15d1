import type { Executor } from "../../../db/database.ts";
import type { RunState } from "../../../db/queries/runs.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { refreshExperiment } from "../summaries/refreshExperiment.ts";
import { toRunItem } from "./runViews.ts";

/**
 * Changes runs of one experiment in a transaction; after the commit it recounts them and notifies the pages.
 * @param change gives the changed runs
 */
export async function changeRuns(
  context: ServiceContext,
  experimentId: string,
  change: (tx: Executor) => Promise<RunState[]>,
): Promise<RunState[]> {
  const changed = await context.database.transaction(change);
  if (changed.length === 0) return changed;
  context.changes.publish(experimentId, changed.map(toRunItem));
  await refreshExperiment(context, experimentId, { touch: true, nc1History: false });
  return changed;
}
