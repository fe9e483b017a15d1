import { markRemoved } from "../../../db/queries/experiments.ts";
import { requestCancel } from "../../../db/queries/runRequests.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { notifyReaders } from "../reading/notifyReaders.ts";
import { changeRuns } from "../runs/changeRuns.ts";

/** Hides an experiment and cancels what still runs of it; `restoreExperiment` brings it back. */
export async function removeExperiment(context: ServiceContext, id: string): Promise<{ ok: true }> {
  const cancelled = await changeRuns(context, id, async (tx) => {
    requireFound(await markRemoved(tx, id, true), "experiment");
    return requestCancel(tx, { experimentId: id });
  });
  context.dispatch.cancel(cancelled.filter((run) => run.status === "cancelling"));
  await notifyReaders(context, id, "removed");
  context.changes.listChanged("experiments");
  return { ok: true };
}
