import type { RunStatus } from "../../../contract/status.ts";
import { requestCancel } from "../../../db/queries/runRequests.ts";
import { getRunWithExperiment } from "../../../db/queries/runs.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { changeRuns } from "./changeRuns.ts";
import { tendGrown } from "./tendGrown.ts";

/** Cancels a run; one that has ended or is being cancelled is unaffected. */
export async function cancelRun(context: ServiceContext, id: string): Promise<{ status: RunStatus }> {
  const { run } = requireFound(await getRunWithExperiment(context.database.orm, id), "run");
  const [changed] = await changeRuns(context, run.experimentId, (tx) => requestCancel(tx, { id }));
  if (changed?.status === "cancelling") context.dispatch.cancel([changed]);
  if (changed?.status === "cancelled") await tendGrown(context, changed);
  return { status: changed?.status ?? run.status };
}
