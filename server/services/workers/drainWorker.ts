import { setDrained } from "../../../db/queries/workers.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";

/**
 * Lets a worker finish its runs and gives it no new ones, or gives it runs again; also where it is not connected now.
 * @throws Failure NOT_FOUND
 */
export async function drainWorker(context: ServiceContext, id: string, drained: boolean): Promise<{ drained: boolean }> {
  const isThere = await setDrained(context.database.orm, id, drained);
  requireFound(isThere || null, "worker");
  context.dispatch.drain(id, drained);
  context.changes.listChanged("workers");
  return { drained };
}
