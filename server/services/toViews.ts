import type { AttemptView, ExperimentSummary, RunRow } from "../../contract/wire/views.ts";
import type { WatchItem } from "../../contract/wire/watchProtocol.ts";
import type { StoredAttempt } from "../../db/queries/attempts.ts";
import type { ListedExperiment } from "../../db/queries/experiments.ts";
import type { RunState, StoredRun } from "../../db/queries/runs.ts";
import { noCounts } from "./experiments/noCounts.ts";

const iso = (date: Date | null) => date?.toISOString() ?? null;

/** @param slots of the connected workers: what the work left is divided by */
export function toExperimentSummary(row: ListedExperiment, slots: number): ExperimentSummary {
  // Rows that an older version counted know fewer statuses.
  const counts = { ...noCounts, ...row.counts };
  const unfinished = counts.queued + counts.leased + counts.running;
  const timeLeftMs =
    unfinished === 0
      ? // Nothing goes on by itself: how long is left is the person's to say.
        counts.paused + counts.pausing > 0
        ? null
        : 0
      : row.workLeftMs === null || slots === 0
        ? null
        : Math.max(row.maxLeftMs ?? 0, row.workLeftMs / Math.min(slots, unfinished));
  return {
    id: row.id,
    name: row.name,
    tags: row.tags,
    status: row.status,
    counts,
    progress: row.progress,
    timeLeftMs,
    nc1: row.nc1Last === null ? null : { last: row.nc1Last, course: row.nc1Course ?? [] },
    sample: row.sample,
    launchedBy: row.launchedBy,
    archived: row.archived,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function toRunRow(run: StoredRun, device?: string): RunRow {
  return { ...toRunChange(run), config: run.config, last: run.last, ...(device === undefined ? {} : { device }) };
}

/** A run's row without what is long. */
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
  outcome: attempt.outcome,
  started: attempt.started,
});
