import { requireTrained } from "../../../contract/external/externalConfig.ts";
import type { RunStatus } from "../../../contract/status.ts";
import { getExperimentRow } from "../../../db/queries/experiments.ts";
import { requestPause } from "../../../db/queries/runRequests.ts";
import { getRunWithExperiment } from "../../../db/queries/runs.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { changeRuns } from "./changeRuns.ts";

/** Pauses a run: a queued one at once, one on a worker as soon as its checkpoint is made. An ended run is unaffected. */
export async function pauseRun(context: ServiceContext, id: string): Promise<{ status: RunStatus }> {
  const { run } = requireFound(await getRunWithExperiment(context.database.orm, id), "run");
  requireTrained(run, "pausing");
  const [changed] = await changeRuns(context, run.experimentId, (tx) => requestPause(tx, { id }));
  if (changed?.status === "pausing") context.dispatch.suspend([changed]);
  return { status: changed?.status ?? run.status };
}

/** The same for every unfinished run of an experiment. */
export async function pauseExperiment(context: ServiceContext, id: string): Promise<{ paused: number }> {
  requireTrained(requireFound(await getExperimentRow(context.database.orm, id), "experiment"), "pausing");
  const runs = await changeRuns(context, id, (tx) => requestPause(tx, { experimentId: id }));
  context.dispatch.suspend(runs.filter((run) => run.status === "pausing"));
  return { paused: runs.length };
}
