import { listExpired } from "../../db/queries/leases.ts";
import type { ServiceContext } from "../services/context.ts";
import { loseAttempt } from "./loseAttempt.ts";

/** Takes runs back whose workers did not renew their leases; the database's clock decides. */
export async function expireLeases(context: ServiceContext): Promise<void> {
  for (const { id, experimentId, attempt, lease, workerId } of await listExpired(context.database.orm)) {
    await loseAttempt(context, experimentId, { runId: id, attempt, lease: lease! }, "The worker stopped answering.", {
      // A heartbeat may have come in between.
      unless: async (tx) => (await listExpired(tx, id)).length === 0,
    });
    context.dispatch.release(workerId, id);
  }
}
