import { isGrown } from "../../../contract/grown.ts";
import { settleAwaiting } from "../../../db/queries/parents.ts";
import type { RunState } from "../../../db/queries/runs.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { toRunItem } from "./runViews.ts";

/**
 * Something that runs may wait for has ended, or has left its checkpoint: gives out those that wait no more, and cancels those that have
 * nothing to grow from. What is missed here follows at a later tick.
 * @param run what has ended or left it, or what waits; null: look at all
 */
export async function tendGrown(context: ServiceContext, run: Pick<RunState, "experimentId" | "config"> | null): Promise<void> {
  if (run && !isGrown(run.config)) return;
  const changed = await context.database.transaction(async (tx) => {
    const settled = await settleAwaiting(tx, run?.experimentId ?? null);
    const ready = settled.filter(({ status, awaitsParent }) => status === "queued" && !awaitsParent);
    if (ready.length > 0) await context.dispatch.enqueue(tx, ready);
    return settled;
  });
  for (const one of changed) context.changes.publish(one.experimentId, [toRunItem(one)]);
  for (const id of new Set(changed.map(({ experimentId }) => experimentId))) context.refreshSoon(id);
  if (changed.length > 0) context.dispatch.wake();
}
