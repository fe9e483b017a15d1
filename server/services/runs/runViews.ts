import { isExternalConfig } from "../../../contract/external/externalConfig.ts";
import type { ExternalFacts, StoredExternal } from "../../../contract/external/externalFacts.ts";
import type { AnyRunRow } from "../../../contract/wire/externalViews.ts";
import type { AttemptView, RunChange, RunRow } from "../../../contract/wire/views.ts";
import type { WatchItem } from "../../../contract/wire/watchProtocol.ts";
import type { Computing, StoredAttempt } from "../../../db/queries/attempts.ts";
import type { RunState, StoredRun, TrainedRun } from "../../../db/queries/runs.ts";

const iso = (date: Date | null) => date?.toISOString() ?? null;

export function toRunRow(run: TrainedRun, computing?: Computing): RunRow;
export function toRunRow(run: StoredRun, computing?: Computing): AnyRunRow;
export function toRunRow(run: StoredRun, computing?: Computing): AnyRunRow {
  const { device, pack } = computing ?? {};
  return {
    ...toRunChange(run),
    ...{ config: run.config, last: run.last },
    ...(device !== undefined && { device }),
    ...(pack && { pack }),
    // What a row is, its config says.
  } as AnyRunRow;
}

/** A run's row without its long fields. */
export function toRunChange(run: RunState): RunChange {
  const { external } = run;
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
    trainSamples: sumOf(run.dataset?.trainCounts ?? external?.trainCounts),
    classes: run.dataset?.classes ?? external?.classes ?? null,
    inputDimension: run.dataset?.inputDimension ?? null,
    ...(run.dataset?.ambiguity && { ambiguity: run.dataset.ambiguity }),
    dataHash: run.dataset?.hash ?? null,
    evaluation: run.evaluation,
    failure: run.failure,
    ...(run.gaps && { gaps: run.gaps }),
    stalledSince: iso(run.stalledSince),
    waitsFor: run.waitsFor,
    workerName: run.workerName,
    startedAt: iso(run.startedAt),
    endedAt: iso(run.endedAt),
    ...(external && { external: toFacts(external, run) }),
  };
}

const sumOf = (counts: number[] | undefined): number | null => counts?.reduce((sum, count) => sum + count, 0) ?? null;

/** @param run what it is the run of */
function toFacts(external: StoredExternal, { heardAt, optimum, config }: RunState): ExternalFacts {
  const { source, client, classNames, passes, isTotalKnown, hasHead } = external;
  const objective = isExternalConfig(config) ? config.objective : undefined;
  const unknown = ["the data and their hash", "the network and the machine that trained it"];
  if (!isTotalKnown) unknown.push("how many steps it is to train");
  if (passes !== undefined && !hasHead) unknown.push("its classifier");
  if (objective === undefined) unknown.push("what it minimizes, and with it the optimum L*");
  else if (optimum?.method === "none") unknown.push("the optimum L*");
  return {
    ...{ source, client, isTotalKnown, unknown, heardAt: iso(heardAt) },
    ...(classNames && { classNames }),
    ...(passes && { passes }),
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
