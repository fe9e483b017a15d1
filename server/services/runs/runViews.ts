import type { AttemptView, RunRow } from "../../../contract/wire/views.ts";
import type { WatchItem } from "../../../contract/wire/watchProtocol.ts";
import type { Computing, StoredAttempt } from "../../../db/queries/attempts.ts";
import type { RunState, StoredRun } from "../../../db/queries/runs.ts";

const iso = (date: Date | null) => date?.toISOString() ?? null;

export function toRunRow(run: StoredRun, computing?: Computing): RunRow {
  const { device, pack } = computing ?? {};
  return {
    ...toRunChange(run),
    ...{ config: run.config, last: run.last },
    ...(device !== undefined && { device }),
    ...(pack && { pack }),
  };
}

/** A run's row without its long fields. */
export function toRunChange(run: RunState): Omit<RunRow, "last" | "config"> {
  return {
    id: run.id,
    experimentId: run.experimentId,
    ordinal: run.ordinal,
    status: run.status,
    attempt: run.attempt,
    step: run.step,
    totalSteps: run.totalSteps,
    stepMs: run.stepMs,
    optimum: run.optimum,
    trainSamples: run.dataset === null ? null : run.dataset.trainCounts.reduce((sum, count) => sum + count, 0),
    classes: run.dataset?.classes ?? null,
    inputDimension: run.dataset?.inputDimension ?? null,
    dataHash: run.dataset?.hash ?? null,
    evaluation: run.evaluation,
    failure: run.failure,
    ...(run.gaps && { gaps: run.gaps }),
    stalledSince: iso(run.stalledSince),
    waitsFor: run.waitsFor,
    workerName: run.workerName,
    startedAt: iso(run.startedAt),
    endedAt: iso(run.endedAt),
  };
}

export const toRunItem = (run: RunState): WatchItem => ({ kind: "run", row: toRunChange(run) });

export const toAttemptView = (attempt: StoredAttempt): AttemptView => ({
  number: attempt.number,
  workerName: attempt.workerName,
  startedAt: (attempt.startedAt ?? attempt.leasedAt).toISOString(),
  endedAt: iso(attempt.endedAt),
  resumedFromStep: attempt.resumedFromStep,
  lastStep: attempt.lastStep,
  outcome: attempt.outcome,
  started: attempt.started,
});
