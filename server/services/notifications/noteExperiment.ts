import { boundValue, hasPassed, type NotificationBody, notificationLimits } from "../../../contract/wire/notifications.ts";
import type { Executor } from "../../../db/database.ts";
import type { ListedExperiment } from "../../../db/queries/experiments.ts";
import {
  endOccasion,
  failureOccasion,
  findUntoldEnd,
  insertNotification,
  listHooksOf,
  listUntoldFailures,
  listUntoldMeasured,
  metricOccasion,
  type StoredHook,
} from "../../../db/queries/notifications.ts";
import { endBody, failureBody, metricBody } from "./notificationBodies.ts";

/**
 * Keeps what an experiment's webhooks are to be told, in the transaction that counted its runs: what is counted is told, once.
 * A metric counts as it was last measured when its runs are counted, some seconds apart.
 */
export async function noteExperiment(tx: Executor, publicUrl: string, row: ListedExperiment): Promise<void> {
  if (row.removedAt !== null || row.sample) return;
  for (const hook of await listHooksOf(tx, row.id)) {
    const keep = (occasion: string, body: NotificationBody) =>
      insertNotification(tx, { id: body.id, hookId: hook.id, experimentId: row.id, occasion, body }, notificationLimits.waiting);
    for (const [occasion, body] of await occasionsOf(tx, publicUrl, row, hook)) await keep(occasion, body);
  }
}

async function occasionsOf(
  tx: Executor,
  publicUrl: string,
  row: ListedExperiment,
  hook: StoredHook,
): Promise<[string, NotificationBody][]> {
  const found: [string, NotificationBody][] = [];
  const about = { publicUrl, experiment: row };
  const { bound } = hook;
  if (bound !== null)
    for (const run of await listUntoldMeasured(tx, row.id, hook)) {
      const measured = boundValue(run.last, bound.key);
      if (measured !== null && hasPassed(bound, measured))
        found.push([metricOccasion + run.id, metricBody(about, run, bound, measured)]);
    }
  if (hook.onFailure)
    for (const run of await listUntoldFailures(tx, row.id, hook))
      found.push([`${failureOccasion}${run.id}:${run.attempt}`, failureBody(about, run)]);
  if (hook.onEnd && (row.status === "finished" || row.status === "incomplete")) {
    const endedAt = await findUntoldEnd(tx, row.id, hook);
    if (endedAt !== null) found.push([endOccasion(row.id, endedAt), endBody(about, endedAt)]);
  }
  return found;
}
