import { requireTrained } from "../../../contract/external/externalConfig.ts";
import type { RunStatus } from "../../../contract/status.ts";
import { getExperimentRow } from "../../../db/queries/experiments.ts";
import { requestResume } from "../../../db/queries/runRequests.ts";
import { getRunWithExperiment, type RunState } from "../../../db/queries/runs.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { changeRuns } from "./changeRuns.ts";
import { tendGrown } from "./tendGrown.ts";

/** Queues a paused run, preferably where its checkpoint is. A run that is not paused is unaffected. */
export async function resumeRun(context: ServiceContext, id: string): Promise<{ status: RunStatus }> {
  const { run } = requireFound(await getRunWithExperiment(context.database.orm, id), "run");
  requireTrained(run, "resuming");
  const [changed] = await resume(context, run.experimentId, { id });
  return { status: changed?.status ?? run.status };
}

/** The same for every paused run of an experiment. */
export async function resumeExperiment(context: ServiceContext, id: string): Promise<{ resumed: number }> {
  requireTrained(requireFound(await getExperimentRow(context.database.orm, id), "experiment"), "resuming");
  return { resumed: (await resume(context, id, { experimentId: id })).length };
}

async function resume(
  context: ServiceContext,
  experimentId: string,
  which: { id: string } | { experimentId: string },
): Promise<RunState[]> {
  const changed = await changeRuns(context, experimentId, async (tx) => {
    const runs = await requestResume(tx, which);
    // One by one: each waits a few seconds for the worker that has its checkpoint.
    for (const run of runs) if (run.status === "queued") await context.dispatch.enqueue(tx, [run], run.workerId);
    return runs;
  });
  // What waits says so again.
  const waiting = changed.find(({ awaitsParent }) => awaitsParent);
  if (waiting) await tendGrown(context, waiting);
  context.dispatch.wake();
  return changed;
}
