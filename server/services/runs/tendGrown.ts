import { settleAwaiting } from "../../../db/queries/parents.ts";
import type { RunState } from "../../../db/queries/runs.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { toRunItem } from "./runViews.ts";

/**
 * Something that runs may wait for has ended, or has left its checkpoint: gives out those that wait no more, and cancels those that have
 * nothing to grow from. What is missed here follows at a later tick.
 * @param experimentId null: of all
 */
export async function tendGrown(context: ServiceContext, experimentId: string | null): Promise<RunState[]> {
  const changed = await context.database.transaction(async (tx) => {
    const settled = await settleAwaiting(tx, experimentId);
    const ready = settled.filter(({ status, awaitsParent }) => status === "queued" && !awaitsParent);
    if (ready.length > 0) await context.dispatch.enqueue(tx, ready);
    return settled;
  });
  for (const run of changed) context.changes.publish(run.experimentId, [toRunItem(run)]);
  for (const id of new Set(changed.map((run) => run.experimentId))) context.refreshSoon(id);
  if (changed.length > 0) context.dispatch.wake();
  return changed;
}
