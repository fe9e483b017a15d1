import { isOnWorker } from "../../contract/status.ts";
import type { RunRow } from "../../contract/wire/views.ts";
import type { Activity } from "./describeFreshness.ts";
import type { LiveRow } from "./RowBatch.ts";

/** Whether a run waits because its attempt ended unintentionally: a run queued by a person names no worker. */
const wasInterrupted = ({ status, attempt, workerName }: LiveRow): boolean =>
  status === "queued" && attempt > 0 && workerName !== null;

export const isActive = ({ status }: Pick<RunRow, "status">): boolean => isOnWorker(status);

/** What the freshness badge must know of the runs of a page. @param now ms of this browser's clock, as `stalledSince` is of the server's */
export function activityOf(rows: readonly LiveRow[], now = Date.now()): Activity {
  const active = rows.filter(isActive);
  const training = active.filter((row) => row.status === "running" && row.step > 0 && row.step < row.totalSteps);
  const stepTimes = training.flatMap((row) => row.stepMs ?? []);
  const stalled = active.flatMap((row) => row.stalledSince ?? []).map((since) => Math.max(0, now - Date.parse(since)));
  return {
    active: active.length > 0,
    resuming: active.length === 0 && rows.some(wasInterrupted),
    // One that reads its data or is tried after its training does no step, and is well.
    stepMs: stepTimes.length === 0 || stepTimes.length < active.length ? null : Math.max(...stepTimes),
    stalledMs: stalled.length > 0 ? Math.max(...stalled) : null,
  };
}
