import type { Lease } from "../../contract/wire/workerProtocol.ts";
import { type Renewed, reclaimLeases } from "../../db/queries/leases.ts";
import { readRunState } from "../../db/queries/runs.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { toRunItem } from "../services/runs/runViews.ts";

/** Gives a worker its lost attempts back as far as nobody else has begun their runs, and tells the pages. */
export async function reclaimAttempts(context: ServiceContext, workerId: string, leases: readonly Lease[]): Promise<Renewed[]> {
  const taken = await reclaimLeases(context.database.orm, workerId, leases, context.leaseTimes.leaseMs);
  for (const { runId, experimentId, packId } of taken) {
    context.dispatch.occupy(workerId, runId, packId);
    const state = await readRunState(context.database.orm, runId);
    if (state) context.changes.publish(experimentId, [toRunItem(state)]);
    context.refreshSoon(experimentId);
  }
  return taken;
}
