import { requireTrained } from "../../../contract/external/externalConfig.ts";
import { Failure } from "../../../contract/failure.ts";
import type { RunStatus } from "../../../contract/status.ts";
import type { Executor } from "../../../db/database.ts";
import { readParentId } from "../../../db/queries/parents.ts";
import { requeueRuns } from "../../../db/queries/runRequests.ts";
import { getRunWithExperiment, type RunState } from "../../../db/queries/runs.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { changeRuns } from "./changeRuns.ts";
import { linkParents } from "./linkParents.ts";

/**
 * Queues an ended run as a new attempt, and with a grown one those that it waits for and that ended without a result.
 * @param fromStart from step 0 on the data as they are now: what was measured before is void
 * @throws Failure CONFLICT if it finished, or has not ended
 */
export async function runAgain(context: ServiceContext, id: string, fromStart = false): Promise<{ status: RunStatus }> {
  const { run } = requireFound(await getRunWithExperiment(context.database.orm, id), "run");
  requireTrained(run, "running it again");
  if (run.status === "finished")
    throw new Failure("CONFLICT", "This run has finished: the same config gives the same numbers. Add a seed to repeat it.");
  const [changed] = await changeRuns(context, run.experimentId, async (tx) => {
    const runs = await requeueRuns(tx, { id }, ["failed", "cancelled", "diverged"], fromStart);
    const parents = runs.length > 0 && run.awaitsParent ? await requeueParents(tx, run.parentId) : [];
    const queued = await linkParents(tx, run.experimentId, [...runs, ...parents]);
    await context.dispatch.enqueue(tx, queued, queued.length > 1 || fromStart ? null : run.workerId);
    return queued;
  });
  if (run.status === "paused" && !changed) throw new Failure("CONFLICT", "This run is paused: resume it, or cancel it first.");
  if (!changed) throw new Failure("CONFLICT", `This run is ${run.status}: cancel it first, or wait until it ends.`);
  context.dispatch.wake();
  return { status: changed.status };
}

/** What a run waits for is run again too, and what that waits for. */
async function requeueParents(tx: Executor, id: string | null): Promise<RunState[]> {
  const queued: RunState[] = [];
  for (let parent = id; parent !== null; parent = await readParentId(tx, parent)) {
    const again = await requeueRuns(tx, { id: parent }, ["failed", "cancelled", "diverged"]);
    if (again.length === 0) break;
    queued.push(...again);
  }
  return queued;
}
