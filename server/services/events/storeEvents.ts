import { crc32 } from "node:zlib";
import { isTerminal } from "../../../contract/status.ts";
import type { StartedEvent } from "../../../contract/wire/runEvents.ts";
import type { WatchItem } from "../../../contract/wire/watchProtocol.ts";
import { type EventAnswer, type EventBatch, eventBatch } from "../../../contract/wire/workerProtocol.ts";
import { storableText } from "../../../contract/wireText.ts";
import type { Executor } from "../../../db/database.ts";
import { neverStored } from "../../../db/neverStored.ts";
import {
  advanceAttempt,
  insertCheckpoints,
  insertGeometry,
  insertLogLines,
  type LockedRun,
  lockRun,
  readReach,
  startAttempt,
} from "../../../db/queries/attempts.ts";
import { reclaimLeases } from "../../../db/queries/leases.ts";
import { recordEvaluation, recordMeasured, startRun } from "../../../db/queries/runProgress.ts";
import { type RunState, readRunState } from "../../../db/queries/runs.ts";
import { appendMeasurements, readSeries } from "../../../db/queries/series.ts";
import { pointsOf } from "../../../db/seriesCodec.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { describeInvalid } from "../../failures/describeInvalid.ts";
import { log } from "../../log/log.ts";
import { counters } from "../../metrics/counters.ts";
import { type AttemptEnd, settleAttempt } from "../attempts/settleAttempt.ts";
import { dropSpareFiles, needsNoCheckpoint } from "../files/dropSpareFiles.ts";
import { toRunItem } from "../runs/runViews.ts";
import { tendGrown } from "../runs/tendGrown.ts";
import { type SortedEvents, sortEvents } from "./sortEvents.ts";

interface Stored {
  answer: EventAnswer;
  items: WatchItem[];
  /** The run, if the events started, evaluated or ended its attempt. */
  changed: RunState | null;
  /** How its attempt ended, the first time this is reported. */
  ended?: AttemptEnd | null;
  /** Values of series that were stored. */
  points?: number;
  experimentId: string;
}

/**
 * Stores a worker's events once, however often they come, in one transaction with the number of the last stored one; then tells
 * the pages. A batch is stored whole or not at all.
 */
export async function storeEvents(context: ServiceContext, workerId: string, message: unknown): Promise<EventAnswer> {
  const answer = await storeBatch(context, workerId, message);
  counters.batches.inc({ outcome: answer.ok ? "stored" : "refused" });
  return answer;
}

async function storeBatch(context: ServiceContext, workerId: string, message: unknown): Promise<EventAnswer> {
  if (isDamaged(message)) return { ok: false, code: "DAMAGED", message: "The batch does not match its checksum." };
  const parsed = eventBatch.safeParse(message);
  if (!parsed.success) return { ok: false, code: "INVALID", message: describeInvalid(parsed.error) };
  await context.database.requireRoom();
  const stored = await context.database
    .transaction((tx) => storeInTransaction(context, tx, workerId, parsed.data))
    .catch((error): Stored => {
      const why = neverStored(error);
      if (why === null) throw error;
      // Sent again, it would fail again, and everything behind it would wait forever.
      return refusal({ ok: false, code: "INVALID", message: `The database cannot store it: ${storableText(why, 300)}` });
    });
  if (stored.items.length > 0) context.changes.publish(stored.experimentId, stored.items);
  counters.points.inc(stored.points ?? 0);
  if (stored.ended) counters.attemptsEnded.inc({ code: stored.ended.code });
  if (stored.ended)
    context.dispatch.attemptEnded(workerId, parsed.data.runId, { ...stored.ended, packId: stored.changed?.packId ?? null });
  if (stored.changed) publishChange(context, workerId, stored.changed);
  if (stored.changed && isTerminal(stored.changed.status)) await tendGrown(context, stored.changed);
  // The worker's next events do not wait for the store.
  if (stored.changed && needsNoCheckpoint(stored.changed.status))
    dropSpareFiles(context, stored.changed).catch((error) => log.error("removing checkpoints of an ended run", error));
  return stored.answer;
}

/** Whether its events were altered in transit. */
function isDamaged(message: unknown): boolean {
  const { events, checksum } = (message ?? {}) as { events?: unknown; checksum?: unknown };
  if (typeof checksum !== "string" || !Array.isArray(events)) return false;
  return crc32(JSON.stringify(events)).toString(16).padStart(8, "0") !== checksum;
}

const refusal = (answer: EventAnswer): Stored => ({ answer, items: [], changed: null, experimentId: "" });

async function storeInTransaction(context: ServiceContext, tx: Executor, workerId: string, batch: EventBatch): Promise<Stored> {
  const { runId, attempt: number, lease, events } = batch;
  const locked = await lockRun(tx, runId, number);
  if (!locked) return refusal({ ok: false, code: "NOT_FOUND", message: "This run was deleted." });
  const { attempt } = locked;
  let { run } = locked;
  if (!attempt || attempt.lease !== lease || attempt.workerId !== workerId)
    return refusal(leaseLost("This lease was never granted."));
  if (events.at(-1)!.seq <= attempt.lastSeq) return acknowledgeAgain(tx, run, batch, attempt.lastSeq);
  let isTakenUp = false;
  if (run.status === "queued" && run.attempt === number) {
    // Its lease expired while it was unreachable, and nobody else has started: treat it as never lost.
    const [taken] = await reclaimLeases(tx, workerId, [{ runId, attempt: number, lease }], context.leaseTimes.leaseMs);
    isTakenUp = taken !== undefined;
  }
  if (isTakenUp) ({ run } = (await lockRun(tx, runId, number))!);
  else if (attempt.endedAt !== null || run.attempt !== number || run.lease !== lease)
    return refusal(leaseLost(`Attempt ${number} has ended; the run's attempt is ${run.attempt}, and it is ${run.status}.`));
  const [first] = events;
  if (first === undefined) return refusal({ ok: true, storedThrough: attempt.lastSeq });
  if (first.seq > attempt.lastSeq + 1) return refusal({ ok: false, code: "SEQUENCE_GAP", expected: attempt.lastSeq + 1 });
  const gap = events.findIndex((event, index) => event.seq !== first.seq + index);
  if (gap > 0) return refusal({ ok: false, code: "SEQUENCE_GAP", expected: Math.max(attempt.lastSeq + 1, first.seq + gap) });

  const fresh = events.filter((event) => event.seq > attempt.lastSeq);
  const sorted = sortEvents(runId, number, fresh);
  const impossible = impossibleStep(sorted, sorted.started?.totalSteps ?? run.totalSteps);
  if (impossible !== null) return refusal({ ok: false, code: "INVALID", message: impossible });
  if (sorted.started) {
    const hole = await holeBefore(tx, run, sorted.started.resumedFromStep);
    if (hole !== null) return refuseStart(context, tx, run, hole);
    await storeStart(tx, run, sorted.started);
  }
  if (sorted.measurements.length > 0) {
    await appendMeasurements(tx, runId, number, sorted.measurements);
    await recordMeasured(tx, runId, sorted.lastStep, sorted.last, sorted.missing, sorted.measureMs);
  }
  await insertLogLines(tx, sorted.logLines);
  await insertGeometry(tx, sorted.geometry);
  await insertCheckpoints(tx, sorted.checkpoints);
  if (sorted.evaluation) await recordEvaluation(tx, runId, sorted.evaluation);
  const stored = { lastSeq: events.at(-1)!.seq, lastStep: sorted.reach };
  await advanceAttempt(tx, runId, number, stored, context.leaseTimes.leaseMs);
  if (sorted.end) await settleAttempt(context, tx, run, sorted.end);
  return {
    answer: { ok: true, storedThrough: events.at(-1)!.seq },
    ended: sorted.end,
    points: sorted.measurements.reduce((sum, { values }) => sum + Object.keys(values).length, 0),
    ...(await whatToPublish(
      tx,
      run,
      number,
      fresh.length < events.length ? sortEvents(runId, number, events) : sorted,
      isTakenUp,
    )),
  };
}

/** Steps of measurements rise, and end with the training. */
function impossibleStep({ measurements }: SortedEvents, totalSteps: number): string | null {
  for (const [index, { step }] of measurements.entries()) {
    if (step > totalSteps) return `A measurement at step ${step} of a training of ${totalSteps} steps.`;
    const before = measurements[index - 1];
    if (before && step <= before.step) return `A measurement at step ${step} after one at step ${before.step}.`;
  }
  return null;
}

/**
 * The answer to a batch that is stored already. If it was the last one, its commit may have been all that was done of it before the
 * connection was lost: the pages are notified again (harmless, they merge), and an end frees its worker's slot.
 */
async function acknowledgeAgain(tx: Executor, run: LockedRun["run"], { runId, attempt, events }: EventBatch, lastSeq: number) {
  const answer: EventAnswer = { ok: true, storedThrough: lastSeq };
  if (events.at(-1)!.seq < lastSeq) return refusal(answer);
  const again = sortEvents(runId, attempt, events);
  // Pages get what is stored, whatever arrived this time.
  const items = await storedPoints(tx, runId, again.items);
  return { answer, ...(await whatToPublish(tx, run, attempt, { ...again, items })) };
}

/** Of the points reported, those that are stored, with their stored values. */
async function storedPoints(tx: Executor, runId: string, items: WatchItem[]): Promise<WatchItem[]> {
  const points = items.flatMap((item) => (item.kind === "points" ? [item] : []));
  if (points.length === 0) return [];
  const steps = points.map(({ step }) => step);
  const window = { fromStep: Math.min(...steps), toStep: Math.max(...steps) };
  const stored = new Map<number, Record<string, number>>();
  for (const series of await readSeries(tx, [runId], null, window))
    for (const [step, value] of pointsOf(series)) stored.set(step, { ...stored.get(step), [series.key]: value });
  return points.flatMap((item) => (stored.has(item.step) ? [{ ...item, values: stored.get(item.step)! }] : []));
}

/** What pages are sent for stored events; a superseded attempt's points are void. */
async function whatToPublish(
  tx: Executor,
  run: LockedRun["run"],
  attempt: number,
  { items, started, evaluation, end }: SortedEvents,
  isTakenUp = false,
): Promise<Omit<Stored, "answer">> {
  return {
    items: run.attempt === attempt ? items : [],
    changed: started || evaluation || end || isTakenUp ? await readRunState(tx, run.id) : null,
    experimentId: run.experimentId,
  };
}

const leaseLost = (message: string): EventAnswer => ({ ok: false, code: "LEASE_LOST", message });

/** Why an attempt may not start where it does: points before that step were never stored, or are gone. */
async function holeBefore(tx: Executor, run: LockedRun["run"], step: number): Promise<string | null> {
  if (step === 0) return null;
  const reach = await readReach(tx, run.id, run.attempt);
  if (step <= reach) return null;
  return `It resumed from step ${step}, but what was measured is stored only up to step ${reach}: the next attempt resumes earlier.`;
}

async function refuseStart(context: ServiceContext, tx: Executor, run: LockedRun["run"], why: string): Promise<Stored> {
  await settleAttempt(context, tx, run, { code: "WORKER_LOST", message: why, step: null, excused: false });
  const changed = await readRunState(tx, run.id);
  return { answer: leaseLost(why), items: [], changed, experimentId: run.experimentId };
}

/** A later attempt voids what earlier ones measured after the step it resumes from. */
async function storeStart(tx: Executor, run: LockedRun["run"], started: StartedEvent): Promise<void> {
  await startAttempt(tx, run.id, run.attempt, started);
  const last: Record<string, number> = {};
  if (run.attempt > 1) for (const series of await readSeries(tx, [run.id], null)) last[series.key] = series.values.at(-1)!;
  const { totalSteps, resumedFromStep, optimum, dataset, pack } = started;
  await startRun(tx, run.id, { totalSteps, step: resumedFromStep, optimum, dataset, last, packRuns: pack?.runs ?? 1 });
}

function publishChange(context: ServiceContext, workerId: string, run: RunState): void {
  context.changes.publish(run.experimentId, [toRunItem(run)]);
  context.changes.listChanged("workers");
  context.refreshSoon(run.experimentId);
  if (run.lease !== null && run.workerId === workerId) context.dispatch.occupy(workerId, run.id, run.packId);
  else {
    context.dispatch.release(workerId, run.id);
    context.dispatch.wake();
  }
}
