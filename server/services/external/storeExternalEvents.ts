import { isExternal } from "../../../contract/external/externalConfig.ts";
import { externalLimits } from "../../../contract/external/externalLimits.ts";
import type { ReceivedEvents, StoredExternalEvents } from "../../../contract/external/externalRequests.ts";
import { Failure } from "../../../contract/failure.ts";
import { loggedName } from "../../../contract/metrics/seriesKey.ts";
import type { GeometrySnapshot } from "../../../contract/wire/runEvents.ts";
import type { WatchItem } from "../../../contract/wire/watchProtocol.ts";
import type { Executor } from "../../../db/database.ts";
import {
  advanceAttempt,
  countPictures,
  endAttempt,
  insertGeometry,
  insertLogLines,
  readPictureBefore,
} from "../../../db/queries/attempts.ts";
import {
  countLogLines,
  lockReportedRun,
  readLastSteps,
  readReportedRun,
  recordReported,
  refreshLatest,
  resumeReported,
} from "../../../db/queries/externalRuns.ts";
import { thinPictures } from "../../../db/queries/retention.ts";
import { recordMeasured, settleRun } from "../../../db/queries/runProgress.ts";
import { type ExternalRun, type RunState, readRunState } from "../../../db/queries/runs.ts";
import { appendMeasurements, joinTails } from "../../../db/queries/series.ts";
import type { Person } from "../../access/person.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { counters } from "../../metrics/counters.ts";
import { toRunItem } from "../runs/runViews.ts";
import { requireOwnRun } from "./externalIds.ts";
import { externalSnapshot } from "./externalSnapshot.ts";
import { type Kept, keepRising } from "./keepRising.ts";
import { cancelled } from "./openExternalRun.ts";
import { type PreparedEvent, prepareEvents, type ReceivedEvent } from "./prepareEvents.ts";

interface Stored {
  storedThrough: number;
  warnings: string[];
  items: WatchItem[];
  changed: RunState | null;
  experimentId: string;
  points: number;
  /** The run's layers are others by now: what was worked out is void. */
  again?: true;
}

/**
 * Stores events of a run that is trained elsewhere, each once, however often they come, in one transaction with the number of the last
 * stored one; then tells the pages. What of them cannot be measured is named in `warnings` and in the run's log.
 * @throws Failure NOT_FOUND, NOT_ALLOWED; INVALID for events with a gap between them or behind the one that ends the attempt; SEQUENCE_GAP
 *   where earlier events are lacking; CONFLICT once the attempt has ended
 */
export async function storeExternalEvents(
  context: ServiceContext,
  person: Person,
  runId: string,
  request: ReceivedEvents,
): Promise<StoredExternalEvents> {
  const { attempt, events } = request;
  const first = events[0]!.seq;
  const gap = events.findIndex(({ seq }, at) => seq !== first + at);
  if (gap > 0)
    throw new Failure(
      "INVALID",
      `Event ${events[gap]!.seq} follows event ${events[gap - 1]!.seq}: events are numbered without gaps.`,
    );
  const end = events.findIndex(({ event: { kind } }) => kind === "finished" || kind === "failed");
  if (end >= 0 && end < events.length - 1)
    throw new Failure(
      "INVALID",
      `Event ${events[end + 1]!.seq} follows event ${events[end]!.seq}, which ends the attempt: it must be the last one.`,
    );
  return storeNumbered(context, person, runId, attempt, events, false);
}

/**
 * Stores measurements of a run's latest attempt that its program does not number, such as those of files, also once it has ended.
 * @throws Failure NOT_FOUND, NOT_ALLOWED; CONFLICT for a run that a person cancelled
 */
export async function addExternalMeasurements(
  context: ServiceContext,
  person: Person,
  runId: string,
  events: Exclude<ReceivedEvent["event"], { kind: "finished" | "failed" }>[],
): Promise<StoredExternalEvents> {
  const { attempt } = requireFound(await readRunState(context.database.orm, runId), "run");
  const numbered = events.map((event, at) => ({ seq: at + 1, at: Date.now(), event }));
  return storeNumbered(context, person, runId, attempt, numbered, true);
}

async function storeNumbered(
  context: ServiceContext,
  person: Person,
  runId: string,
  attempt: number,
  events: readonly ReceivedEvent[],
  isAdded: boolean,
): Promise<StoredExternalEvents> {
  const first = events[0]?.seq ?? 1;
  await context.database.requireRoom();
  for (;;) {
    const { run, lastSeq } = requireFound(await readReportedRun(context.database.orm, runId, attempt), "run");
    if (!isExternal(run)) throw new Failure("CONFLICT", "This run is trained here: its worker alone reports it.");
    requireOwnRun(person, run);
    const reached = isAdded ? 0 : (lastSeq ?? 0);
    const fresh = events.filter(({ seq }) => seq > reached);
    const prepared = first <= reached + 1 ? await prepareEvents(`${runId} ${attempt}`, run.config, fresh) : [];
    const batch = { number: attempt, first, prepared, isAdded, layersBefore: JSON.stringify(run.config.layers) };
    const stored = await context.database.transaction((tx) => store(tx, runId, batch));
    if (stored.again) continue;
    if (stored.items.length > 0) context.changes.publish(stored.experimentId, stored.items);
    if (stored.changed) {
      context.changes.publish(stored.experimentId, [toRunItem(stored.changed)]);
      context.refreshSoon(stored.experimentId);
    }
    counters.points.inc(stored.points);
    const { storedThrough, warnings } = stored;
    return { storedThrough, ...(warnings.length > 0 && { warnings }) };
  }
}

interface Batch {
  /** Of the attempt. */
  number: number;
  /** Number of its first event. */
  first: number;
  prepared: PreparedEvent[];
  /** Not numbered by the run's program. */
  isAdded: boolean;
  layersBefore: string | undefined;
}

/** Numbers of log lines that the run's program did not number: behind all that it may. */
const addedFrom = 2_000_000_000;

async function store(tx: Executor, runId: string, batch: Batch): Promise<Stored> {
  const { number, first, isAdded, layersBefore } = batch;
  const { run, attempts, isRemoved } = requireFound(await lockReportedRun(tx, runId), "run");
  if (!isExternal(run) || isRemoved) throw requireFound(null, "run");
  const { experimentId } = run;
  const attempt = attempts.find((one) => one.number === number);
  if (!attempt)
    throw new Failure(
      "CONFLICT",
      `Attempt ${number} of this run is not known: open the run again, and send events from its number on.`,
    );
  const nothing: Stored = {
    ...{ storedThrough: attempt.lastSeq, warnings: [], items: [], changed: null, experimentId, points: 0 },
  };
  const fresh = isAdded ? batch.prepared : batch.prepared.filter(({ seq }) => seq > attempt.lastSeq);
  if (fresh.length === 0 && (isAdded || first <= attempt.lastSeq)) return nothing;
  if (attempt.outcome?.code === "CANCELLED") throw cancelled();
  // One that another session superseded may still store what it had.
  if (attempt.endedAt !== null && attempt.outcome?.code !== "LEASE_LOST" && !isAdded)
    throw new Failure("CONFLICT", `Attempt ${number} has ended: open the run with another session to report its next attempt.`);
  if (!isAdded && fresh[0]?.seq !== attempt.lastSeq + 1)
    throw new Failure(
      "SEQUENCE_GAP",
      `Event ${attempt.lastSeq + 1} is the next one of attempt ${number}, and ${first} came: open the run again, and send from there on.`,
    );
  if (fresh.some(({ split }) => split) && JSON.stringify(run.config.layers) !== layersBefore) return { ...nothing, again: true };

  const isLatest = run.attempt === number;
  await beginAt(tx, run, attempt, fresh);
  const kept = await keepOf(tx, run, number, fresh);
  if (kept.measurements.length > 0) {
    // Numbers place points among those of the program: what it did not number comes behind what it has.
    const placed = isAdded ? kept.measurements.map((one) => ({ ...one, seq: attempt.lastSeq })) : kept.measurements;
    await appendMeasurements(tx, runId, number, placed);
    if (isLatest) await recordMeasured(tx, runId, kept.lastStep ?? 0, kept.last, kept.missing, null);
  }
  const snapshots = await picture(tx, runId, number, fresh);
  const lines = await linesOf(tx, runId, number, fresh, kept, isAdded);
  await insertLogLines(
    tx,
    lines.map(({ line, ...row }) => row),
  );
  const storedThrough = isAdded ? attempt.lastSeq : fresh.at(-1)!.seq;
  await advanceAttempt(tx, runId, number, { lastSeq: storedThrough, lastStep: kept.lastStep }, 0);
  await recordReported(tx, runId, learnedOf(run, fresh, kept.lastStep, isLatest));
  if (!isLatest) await refreshLatest(tx, runId);
  const end = fresh.find((event) => event.end)?.end ?? null;
  if (end) await finish(tx, run, number, end, isLatest);
  const changed = await readRunState(tx, runId);
  return {
    ...{ storedThrough, warnings: kept.warnings, experimentId, changed },
    points: kept.measurements.reduce((sum, { values }) => sum + Object.keys(values).length, 0),
    items: isLatest
      ? itemsOf(
          runId,
          number,
          fresh,
          kept,
          snapshots,
          lines.map(({ line }) => line),
        )
      : [],
  };
}

/** A next attempt goes on from where it was said to, else in front of its first step. */
async function beginAt(
  tx: Executor,
  run: ExternalRun,
  attempt: { number: number; resumedFromStep: number | null },
  fresh: PreparedEvent[],
): Promise<void> {
  if (attempt.resumedFromStep !== null) return;
  const steps = fresh.flatMap(({ step, values }) => (step === null || Object.keys(values).length === 0 ? [] : [step]));
  if (steps.length > 0) await resumeReported(tx, run.id, attempt.number, Math.max(0, Math.min(...steps) - 1));
}

/** What of the events goes into series: rising steps, and not more names than a run may have. */
async function keepOf(tx: Executor, run: ExternalRun, number: number, fresh: PreparedEvent[]): Promise<Kept> {
  const keys = [...new Set(fresh.flatMap(({ values, lists }) => [...Object.keys(values), ...Object.keys(lists)]))];
  const lastSteps = keys.length === 0 ? new Map<string, number>() : await readLastSteps(tx, run.id, number, keys);
  const names = new Set(Object.keys(run.last).filter((key) => loggedName(key) !== null));
  return keepRising(fresh, lastSteps, names);
}

/** Stores pictures of the geometry, each turned to the one before it; their steps rise, as all steps do. */
async function picture(tx: Executor, runId: string, attempt: number, fresh: PreparedEvent[]): Promise<GeometrySnapshot[]> {
  const pictured = fresh.flatMap(({ step, split }) =>
    step !== null && split?.picture ? [{ step, picture: split.picture }] : [],
  );
  if (pictured.length === 0) return [];
  const before = await readPictureBefore(tx, runId, attempt, pictured[0]!.step);
  let means = before?.means ?? null;
  let last = before?.attempt === attempt ? before.step : -1;
  const snapshots: GeometrySnapshot[] = [];
  for (const { step, picture: one } of pictured) {
    if (step <= last) continue;
    const snapshot = externalSnapshot(step, one, means);
    means = snapshot.means;
    last = step;
    snapshots.push(snapshot);
  }
  // By its step: what its program did not number has its place too.
  await insertGeometry(
    tx,
    snapshots.map((snapshot) => ({ runId, attempt, seq: snapshot.step, step: snapshot.step, snapshot })),
  );
  if ((await countPictures(tx, runId)) > 2 * externalLimits.pictures) await thinPictures(tx, [runId], externalLimits.pictures);
  return snapshots;
}

async function linesOf(tx: Executor, runId: string, attempt: number, fresh: PreparedEvent[], kept: Kept, isAdded: boolean) {
  const wanted = fresh.flatMap(({ seq, line }) => {
    const warning = kept.warningsOf.get(seq);
    if (line) return [{ seq, ...line }];
    return warning ? [{ seq, level: "warning" as const, text: warning.join(" ").slice(0, 4000) }] : [];
  });
  if (wanted.length === 0) return [];
  const there = await countLogLines(tx, runId);
  const room = externalLimits.logLines - there;
  const at = new Date();
  return wanted.slice(0, Math.max(0, room)).map((given, index) => {
    const line = isAdded ? { ...given, seq: addedFrom + there + index } : given;
    return { ...{ runId, attempt, at, ...line }, line: { attempt, at: at.toISOString(), ...line } };
  });
}

/** What the events say of the run besides numbers of its series. */
function learnedOf(run: ExternalRun, fresh: PreparedEvent[], lastStep: number | null, isLatest: boolean) {
  const layers = fresh.findLast((event) => event.layers)?.layers;
  const seen = fresh.flatMap(({ split }) => split?.seen ?? []);
  const optimum = fresh.findLast(({ split }) => split?.optimum)?.split?.optimum;
  const step = Math.max(
    run.step,
    lastStep ?? 0,
    ...fresh.flatMap((event) => (event.end && event.step !== null ? [event.step] : [])),
  );
  return {
    ...(layers && { config: { ...run.config, layers } }),
    ...(isLatest && seen.length > 0 && { external: Object.assign({ ...run.external }, ...seen) }),
    ...(isLatest && optimum && { optimum }),
    ...(isLatest && { totalSteps: run.external.isTotalKnown ? Math.max(run.totalSteps, step) : Math.max(1, step) }),
  };
}

async function finish(
  tx: Executor,
  run: ExternalRun,
  number: number,
  { code, message }: NonNullable<PreparedEvent["end"]>,
  isLatest: boolean,
): Promise<void> {
  await endAttempt(tx, run.id, number, { code, message });
  await joinTails(tx, run.id, number);
  if (isLatest)
    await settleRun(tx, run.id, code === "FINISHED" ? "finished" : "failed", {
      failure: code === "FINISHED" ? null : { code, message },
    });
}

function itemsOf(
  runId: string,
  attempt: number,
  fresh: PreparedEvent[],
  { measurements }: Kept,
  snapshots: GeometrySnapshot[],
  lines: (WatchItem & { kind: "log" })["line"][],
): WatchItem[] {
  const times = new Map(fresh.map(({ seq, at }) => [seq, at]));
  return [
    ...measurements.map(({ seq, step, values }) => ({
      ...{ kind: "points" as const, runId, attempt, step, values },
      measuredAt: times.get(seq) ?? 0,
    })),
    ...snapshots.map((snapshot) => ({ kind: "geometry" as const, runId, attempt, snapshot })),
    ...lines.map((line) => ({ kind: "log" as const, runId, line })),
  ];
}
