import { clearTrouble } from "../../../db/queries/workers.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";

/**
 * Gives runs again to a worker that rests or is paused: a person has seen to it.
 * @throws Failure NOT_FOUND
 */
export async function resumeWorker(context: ServiceContext, id: string): Promise<void> {
  const isThere = await clearTrouble(context.database.orm, id);
  requireFound(isThere || null, "worker");
  await context.dispatch.resume(id);
  context.changes.listChanged("workers");
}
