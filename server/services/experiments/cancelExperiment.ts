import { getExperimentRow } from "../../../db/queries/experiments.ts";
import { requestCancel } from "../../../db/queries/runRequests.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { changeRuns } from "../runs/changeRuns.ts";

/** Cancels every run that has not ended: queued ones at once, the others as soon as their worker has stopped them. */
export async function cancelExperiment(context: ServiceContext, id: string): Promise<{ cancelled: number }> {
  requireFound(await getExperimentRow(context.database.orm, id), "experiment");
  const runs = await changeRuns(context, id, (tx) => requestCancel(tx, { experimentId: id }));
  context.dispatch.cancel(runs.filter((run) => run.status === "cancelling"));
  return { cancelled: runs.length };
}
