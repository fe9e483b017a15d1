import type { Lease } from "../../contract/wire/workerProtocol.ts";
import type { Executor } from "../../db/database.ts";
import { lockRun } from "../../db/queries/attempts.ts";
import { readRunState } from "../../db/queries/runs.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { counters } from "../metrics/counters.ts";
import { settleAttempt } from "../services/attempts/settleAttempt.ts";
import { changeRuns } from "../services/runs/changeRuns.ts";
import { tendGrown } from "../services/runs/tendGrown.ts";

/**
 * Ends an attempt that its worker cannot continue, and queues its run again while attempts are left.
 * A lease that has changed in the meantime is left alone.
 * @param excused it was nobody's fault: the attempt does not count, and the run may go to anyone at once
 */
export async function endLostAttempt(
  context: ServiceContext,
  experimentId: string,
  held: Lease,
  message: string,
  { excused = false, unless = async (_tx: Executor) => false } = {},
): Promise<void> {
  const [ended] = await changeRuns(context, experimentId, async (tx) => {
    const locked = await lockRun(tx, held.runId, held.attempt);
    if (locked?.run.lease !== held.lease || (await unless(tx))) return [];
    const run = excused ? { ...locked.run, workerId: null } : locked.run;
    await settleAttempt(context, tx, run, { code: "WORKER_LOST", message, step: null, excused });
    // Before anyone can see it: its worker may take it up again a moment later, and then has its slot again.
    context.dispatch.release(locked.run.workerId, held.runId);
    return [(await readRunState(tx, held.runId))!];
  });
  if (ended) await tendGrown(context, ended);
  if (ended) counters.attemptsEnded.inc({ code: "WORKER_LOST" });
  context.dispatch.wake();
}
