import { markTokenRevoked } from "../../../db/queries/workers.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";

/** Ends a token at once: workers that use it are cut off, and their runs go to others when their leases run out. */
export async function revokeWorkerToken(context: ServiceContext, id: string): Promise<{ ok: true }> {
  requireFound(await markTokenRevoked(context.database.orm, id), "token");
  context.dispatch.dropToken(id);
  context.changes.listChanged("workers");
  return { ok: true };
}
