/** The process of one run: prepared without one, given one by IPC, gone when it has ended. See messages.ts. */
import { Failure } from "../../contract/failure.ts";
import { type RunEvent, stoppedWithWorker, type WorkerStop } from "../../contract/wire/runEvents.ts";
import { newestCheckpoint, removeCheckpoints, writeCheckpoint } from "../checkpoints/checkpointFolder.ts";
import { checkpointEveryMs } from "../env.ts";
import { openSpool, type SpoolWriter } from "../spool/spool.ts";
import { executeRun } from "./executeRun.ts";
import { keepResults } from "./keepResults.ts";
import { asFailure } from "./machineFault.ts";
import type { FromRun, ToRun } from "./messages.ts";
import { warmUp } from "./warmUp.ts";

const progressEveryMs = 250;
const aliveEveryMs = 1_000;

let interruption: { checkpoint: boolean; reason: Failure } | null = null;
let assigned = false;
let step: number | null = null;
/** Step of the newest checkpoint up to which the server is known to have everything. */
let storedStep: number | null = null;
let spool: SpoolWriter | null = null;

const send = (message: FromRun) => {
  if (process.connected) process.send?.(message, () => {}); // an error means that the agent is gone: "disconnect" follows
};

/** Lines of the log from before the run has started; null once it has. */
let early: RunEvent[] | null = [];

/** `started` is the first event of an attempt, and its end the last: earlier log lines wait for either. */
function emit(event: RunEvent): void {
  const waiting = early;
  if (waiting && event.kind === "log") {
    waiting.push(event);
    return;
  }
  early = null;
  const events = event.kind === "ended" ? [...(waiting ?? []), event] : [event, ...(waiting ?? [])];
  events.forEach(append);
}

function append(event: RunEvent): void {
  if (!spool) throw new Error("no spool is open");
  send({ type: "spooled", seq: spool.append(event) });
}

function end(reason: Failure): void {
  const { code, message } = reason;
  try {
    if (spool) emit({ kind: "ended", code, message: message.slice(0, 8000), step, ...whyStopped.get(reason) });
  } catch {
    send({ type: "unwritten", code, message: message.slice(0, 8000) });
  }
  leave();
}

function leave(): void {
  spool?.close();
  spool = null;
  // The last hint may still be on its way; a run interrupted while something slow loads should not wait for it.
  if (process.connected) process.disconnect();
  process.exit(0);
}

async function take(message: Extract<ToRun, { type: "assign" }>): Promise<void> {
  const { assignment, paths, device, threads, keepCheckpoints: keep = 1 } = message;
  spool = openSpool(paths.spool);
  const { config } = assignment;
  for (const note of message.notes ?? []) emit({ kind: "log", ...note });
  let sentAt = 0;
  const resumeFrom = newestCheckpoint(paths.checkpoints, JSON.stringify(config), (text) =>
    emit({ kind: "log", level: "warning", text: text.slice(0, 4000) }),
  );
  step = resumeFrom?.step ?? null;
  storedStep ??= step;
  const place =
    paths.artefacts === undefined ? undefined : { assignment, folder: paths.artefacts, checkpoints: paths.checkpoints, keep };
  await executeRun({
    config,
    places: { folder: paths.datasets, cache: paths.datasetCache },
    device,
    threads,
    emit,
    progress(done, stepMs) {
      step = done;
      const now = performance.now();
      if (now - sentAt < progressEveryMs) return;
      sentAt = now;
      send({ type: "progress", step: done, stepMs: stepMs() });
    },
    resumeFrom,
    trainedOn: assignment.trainedOn,
    saveCheckpoint(checkpoint) {
      spool?.sync();
      emit({
        kind: "checkpoint",
        step: checkpoint.step,
        ...writeCheckpoint(paths.checkpoints, checkpoint, { keep, storedStep }),
      });
    },
    keepResults: place && ((trained) => keepResults(place, trained)),
    interruption: () => interruption,
    checkpointEveryMs: checkpointEveryMs(),
  }).catch(async (error) => {
    // The weights from before it diverged; a run that may continue keeps its checkpoints where they are.
    if (place && error instanceof Failure && error.code === "DIVERGED") await keepResults(place, null).catch(() => null);
    throw error;
  });
  removeCheckpoints(paths.checkpoints);
  leave();
}

/** Ends that are nobody's fault, and why the worker stops too, if it does. */
const whyStopped = new Map<Failure, { excused: true; stop?: WorkerStop }>();

function stoppedByWorker(stop?: WorkerStop): Failure {
  const reason = new Failure(stoppedWithWorker.code, stoppedWithWorker.message);
  whyStopped.set(reason, { excused: true, ...(stop && { stop }) });
  return reason;
}

function stop(reason: Failure, checkpoint: boolean): void {
  if (!assigned) process.exit(0);
  if (early) end(reason); // nothing is trained yet, and a download should not be waited for
  interruption ??= { checkpoint, reason };
}

process.on("message", (message: ToRun) => {
  if (message.type === "assign" && !assigned) {
    assigned = true;
    take(message).catch((error) => end(asFailure(error)));
  } else if (message.type === "note") {
    if (spool) emit({ kind: "log", ...message.note });
  } else if (message.type === "keep") storedStep = message.checkpointStep;
  else if (message.type === "cancel") stop(new Failure("CANCELLED", "cancelled"), false);
  else if (message.type === "suspend") stop(stoppedByWorker(message.stop), true);
});
process.on("disconnect", () => stop(stoppedByWorker(), true));
// A service manager or a batch system signals every process of the worker, not the agent alone.
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stop(stoppedByWorker("asked"), true));
process.on("SIGUSR1", () => stop(stoppedByWorker("time"), true));
process.on("uncaughtException", (error) => end(asFailure(error)));
process.on("unhandledRejection", (error) => end(asFailure(error)));

setInterval(() => send({ type: "alive" }), aliveEveryMs).unref();
await warmUp();
send({ type: "ready" });
