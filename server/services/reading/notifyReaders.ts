import { listRunIds } from "../../../db/queries/runs.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";

/** Tells who reads an experiment, or one of its runs, that it was deleted or brought back. */
export async function notifyReaders(context: ServiceContext, experimentId: string, kind: "removed" | "restored"): Promise<void> {
  context.changes.publish(experimentId, [{ kind, experimentId }]);
  const runIds = await listRunIds(context.database.orm, experimentId);
  context.changes.publish(
    experimentId,
    runIds.map((runId) => ({ kind, experimentId, runId })),
  );
}
