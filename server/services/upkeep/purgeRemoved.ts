import { setTimeout as sleep } from "node:timers/promises";
import { deleteExperiment, listPurgeable } from "../../../db/queries/experiments.ts";
import { deleteRun, listRunIds } from "../../../db/queries/runs.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { removeRunFiles } from "../files/removeRunFiles.ts";

/** Between two runs: what is being stored goes first. */
const pauseMs = 20;

/** Deletes experiments for good that were deleted long enough ago, run by run, each with its points and files. @returns how many */
export async function purgeRemoved(context: ServiceContext, isStopped: () => boolean): Promise<number> {
  const { orm } = context.database;
  let purged = 0;
  for (const id of await listPurgeable(orm, context.purgeAfterMs)) {
    for (const runId of await listRunIds(orm, id)) {
      if (isStopped()) return purged;
      await deleteRun(orm, runId);
      await removeRunFiles(context, runId);
      await sleep(pauseMs);
    }
    await deleteExperiment(orm, id);
    purged++;
  }
  return purged;
}
