import { Failure } from "../../../contract/failure.ts";
import { runText } from "../../../contract/grown.ts";
import { isTerminal } from "../../../contract/status.ts";
import { findUnfinishedChild } from "../../../db/queries/parents.ts";
import { deleteRun, getRunWithExperiment } from "../../../db/queries/runs.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { removeRunFiles } from "../files/removeRunFiles.ts";
import { refreshExperiment } from "../summaries/refreshExperiment.ts";

/**
 * Deletes a run with all its points and files; "Run missing" creates it again.
 * @throws Failure CONFLICT while it has not ended
 */
export async function removeRun(context: ServiceContext, id: string): Promise<{ ok: true }> {
  const { run } = requireFound(await getRunWithExperiment(context.database.orm, id), "run");
  if (!isTerminal(run.status)) throw new Failure("CONFLICT", `This run is ${run.status}: cancel it before deleting it.`);
  const child = await findUnfinishedChild(context.database.orm, run);
  if (child)
    throw new Failure(
      "CONFLICT",
      `${runText(child.config).replace("the", "The")} grows from this one, and is ${child.status}: wait until it has finished, or cancel and delete it first.`,
    );
  await deleteRun(context.database.orm, id);
  await removeRunFiles(context, id);
  context.changes.publish(run.experimentId, [{ kind: "removed", experimentId: run.experimentId, runId: id }]);
  await refreshExperiment(context, run.experimentId, { touch: true, nc1History: true });
  return { ok: true };
}
