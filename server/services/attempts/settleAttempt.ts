import type { FailureCode } from "../../../contract/failure.ts";
import { limits } from "../../../contract/limits.ts";
import { halfOf } from "../../../contract/pack/packShare.ts";
import { isTerminal, type RunStatus } from "../../../contract/status.ts";
import type { RunTimes, WorkerStop } from "../../../contract/wire/runEvents.ts";
import type { AttemptOutcome } from "../../../contract/wire/views.ts";
import type { Executor } from "../../../db/database.ts";
import { endAttempt, hasProgressed, type LockedRun } from "../../../db/queries/attempts.ts";
import { recordGaps, recordTimes, settleRun } from "../../../db/queries/runProgress.ts";
import { readConfigs } from "../../../db/queries/runs.ts";
import { joinTails } from "../../../db/queries/series.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { faultOf } from "./faultOf.ts";
import { findRunGaps } from "./findRunGaps.ts";

export interface AttemptEnd {
  code: FailureCode | "FINISHED";
  message: string;
  /** Last training step, if known. */
  step: number | null;
  /** What a finished attempt's time was spent on. */
  times?: RunTimes;
  /** Nobody's fault: the attempt does not count towards the limit. */
  excused: boolean;
  /** Its worker stopped, for this reason. */
  stop?: WorkerStop;
}

/**
 * Ends an attempt and its run's lease; a crashed or lost attempt is followed by another one, unless several in a row got no further.
 * Runs in the transaction that locked the run's row.
 */
export async function settleAttempt(
  context: ServiceContext,
  tx: Executor,
  run: LockedRun["run"],
  end: AttemptEnd,
): Promise<RunStatus> {
  const { code, message } = end;
  const verdict = await judge(context, tx, run, end);
  const failedAttempts = await countFailedAttempts(tx, run, { code, excused: end.excused || verdict.isExcused });
  let to = nextStatus(run.status, end, { failedAttempts, isElsewhere: verdict.isElsewhere });
  // The worker only knows that it was asked to stop.
  const isPause = to === "paused" && end.excused;
  await endAttempt(tx, run.id, run.attempt, isPause ? { code: "PAUSED", message: "Paused by a person." } : outcomeOf(end));
  await joinTails(tx, run.id, run.attempt);
  const change = {
    failure: to === "finished" || to === "queued" || to === "paused" ? null : { code: code as FailureCode, message },
    ...(isTerminal(to) ? {} : { failedAttempts }),
    // Whether that counts or not: the run that brought the others down is found in ever smaller packs.
    ...(code === "CRASHED" && run.packRuns > 1 && { packLimit: run.packLimit === null ? halfOf(run.packRuns) : 1 }),
    ...(end.step === null || to === "queued" || to === "paused" ? {} : { step: end.step }),
  };
  if (!(await settleRun(tx, run.id, to, change))) {
    to = "failed";
    await settleRun(tx, run.id, to, change);
  }
  if (to === "finished") {
    await recordTimes(tx, run.id, end.times ?? null);
    await recordGaps(tx, run.id, await findRunGaps(tx, run.id, end.step ?? run.totalSteps));
  }
  if (to === "queued") {
    if (verdict.avoid && run.workerId !== null) context.dispatch.avoid(run.id, run.workerId, verdict.avoid);
    await context.dispatch.enqueue(tx, [run], verdict.avoid ? null : run.workerId);
  } else context.dispatch.forget(run.id);
  return to;
}

const stopTexts: Record<WorkerStop, string> = { asked: "Its worker was asked to stop.", time: "Its worker's time was up." };

const outcomeOf = ({ code, message, stop }: AttemptEnd): AttemptOutcome =>
  stop === undefined ? { code, message } : { code, message: stopTexts[stop], stop };

interface Verdict {
  /** Why the next attempt goes to another worker, where there is one; null: it goes to the same, which has the checkpoint. */
  avoid: "crashed" | "lacking" | null;
  /** The worker's fault: the attempt does not count. */
  isExcused: boolean;
  /** Whether another worker may have what this one lacks. */
  isElsewhere: boolean;
}

/** Where the run goes next, and whether this attempt counts. A worker's fault is the run's own once it shows at a second worker. */
async function judge(context: ServiceContext, tx: Executor, run: LockedRun["run"], end: AttemptEnd): Promise<Verdict> {
  switch (faultOf(end.code)) {
    case "worker": {
      const isExcused = !context.dispatch.hasCrashedElsewhere(run.id, run.workerId);
      return { avoid: "crashed", isExcused, isElsewhere: true };
    }
    case "missing": {
      const config = (await readConfigs(tx, [run.id])).get(run.id);
      const isElsewhere = config !== undefined && context.dispatch.mayGoElsewhere({ id: run.id, config }, run.workerId);
      return { avoid: "lacking", isExcused: true, isElsewhere };
    }
    case "unknown":
      return { avoid: "crashed", isExcused: false, isElsewhere: true };
    default:
      return { avoid: null, isExcused: false, isElsewhere: true };
  }
}

/**
 * Attempts in a row that got no further than those before them. A lost one that got further was no setback; a crashed one is the
 * first in a row, for the next ones may crash at the same place.
 */
async function countFailedAttempts(
  tx: Executor,
  run: LockedRun["run"],
  { code, excused }: Pick<AttemptEnd, "code" | "excused">,
): Promise<number> {
  if (await hasProgressed(tx, run.id, run.attempt)) return code === "CRASHED" && !excused ? 1 : 0;
  return run.failedAttempts + (excused ? 0 : 1);
}

function nextStatus(
  from: RunStatus,
  end: AttemptEnd,
  { failedAttempts, isElsewhere }: { failedAttempts: number; isElsewhere: boolean },
): RunStatus {
  switch (end.code) {
    case "FINISHED":
      return "finished";
    case "DIVERGED":
      return "diverged";
    case "CRASHED":
    case "WORKER_LOST":
    case "WORKER_FAULT":
    case "DISK_FULL":
      if (from === "cancelling") return "cancelled";
      if (from === "pausing") return failedAttempts < limits.attempts ? "paused" : "failed";
      return failedAttempts < limits.attempts ? "queued" : "failed";
    case "DATASET_UNAVAILABLE":
    case "DATASET_CORRUPT":
    case "DEVICE_UNAVAILABLE":
      if (from === "cancelling") return "cancelled";
      if (!isElsewhere) return "failed";
      return from === "pausing" ? "paused" : "queued";
    case "CANCELLED":
      return from === "cancelling" ? "cancelled" : "failed";
    default:
      return "failed";
  }
}
