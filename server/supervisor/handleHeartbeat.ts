import type { RunStatus } from "../../contract/status.ts";
import type { Heartbeat, HeartbeatAnswer } from "../../contract/wire/workerProtocol.ts";
import { type Renewed, renewLeases } from "../../db/queries/leases.ts";
import { recordHeartbeat } from "../../db/queries/rosters.ts";
import { readRunState } from "../../db/queries/runs.ts";
import { confirmGreeting } from "../../db/queries/workers.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { toRunItem } from "../services/runs/runViews.ts";
import type { ConnectedWorker } from "./connectedWorkers.ts";
import { reclaimAttempts } from "./reclaimAttempts.ts";

/**
 * Renews the leases a heartbeat names, tells the pages how far its runs are, and answers which it lost and which it is to stop; or
 * nothing of that if the worker has gone to another server since.
 */
export async function handleHeartbeat(
  context: ServiceContext,
  worker: ConnectedWorker,
  beat: Heartbeat,
): Promise<HeartbeatAnswer | "elsewhere"> {
  worker.system = beat.system;
  worker.packs = beat.packs ?? worker.packs;
  const { orm } = context.database;
  const at = await recordHeartbeat(orm, worker.id, context.bus.serverId, beat.system, beat.packs);
  if (at !== null && at !== context.bus.serverId && context.bus.peers().includes(at)) return "elsewhere";
  if (worker.unconfirmedGreeting !== null && beat.nonce === worker.unconfirmedGreeting) {
    await confirmGreeting(orm, worker.id, worker.unconfirmedGreeting);
    worker.unconfirmedGreeting = null;
  }
  const renewed = await renewLeases(orm, beat.runs, context.leaseTimes.leaseMs);
  const kept = new Map(renewed.map((run) => [run.runId, run]));
  const ranOut = beat.runs.filter((run) => !kept.has(run.runId));
  for (const run of await reclaimAttempts(context, worker.id, ranOut)) kept.set(run.runId, run);
  // Only now: while it counts as silent, its own run that waits in the queue does not come to it as another attempt.
  worker.lastHeardAt = performance.now();
  const now = Date.now();
  for (const { runId, step, stepMs } of beat.runs) {
    const run = kept.get(runId);
    if (!run) continue;
    if (step !== null) context.changes.publish(run.experimentId, [{ kind: "progress", runId, step, stepMs, at: now }]);
    const state = run.stallChanged ? await readRunState(orm, runId) : null;
    if (state) context.changes.publish(run.experimentId, [toRunItem(state)]);
  }
  context.changes.listChanged("workers");
  return {
    lost: beat.runs.filter((run) => !kept.has(run.runId)).map(({ runId, attempt, lease }) => ({ runId, attempt, lease })),
    cancel: askedTo("cancelling", renewed),
    suspend: askedTo("pausing", renewed),
  };
}

const askedTo = (status: RunStatus, runs: Renewed[]) =>
  runs.filter((run) => run.status === status).map(({ runId, attempt }) => ({ runId, attempt }));
