import { lockExperiment } from "../../../db/queries/experiments.ts";
import { requeueRuns } from "../../../db/queries/runRequests.ts";
import { insertRuns, listCells } from "../../../db/queries/runs.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { changeRuns } from "../runs/changeRuns.ts";
import { linkParents } from "../runs/linkParents.ts";
import { learnedTimes } from "../times/learnedTimes.ts";
import { requireOwnExperiment } from "./extendGrid.ts";
import { makeRuns } from "./makeRuns.ts";

/** Queues exactly the cells of the grid without a result: failed, cancelled and deleted ones. */
export async function runMissingCells(context: ServiceContext, id: string): Promise<{ queued: number }> {
  await context.database.requireRoom();
  const changed = await changeRuns(context, id, async (tx) => {
    const experiment = requireOwnExperiment(requireFound(await lockExperiment(tx, id), "experiment"), "running missing cells");
    const again = await requeueRuns(tx, { experimentId: id }, ["failed", "cancelled"]);
    const learned = await learnedTimes(context, tx);
    const created = await insertRuns(
      tx,
      makeRuns(id, experiment.config, await listCells(tx, id), undefined, (run) => learned(run).times),
    );
    const queued = await linkParents(tx, id, [...again, ...created]);
    await context.dispatch.enqueue(tx, queued);
    return queued;
  });
  context.dispatch.wake();
  return { queued: changed.length };
}
