import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RunEvent, stoppedWithWorker, type WorkerStop } from "../../../contract/wire/runEvents.ts";
import type { FromRun, ToRun } from "../../../workers/run/messages.ts";
import { openSpool, type SpoolWriter } from "../../../workers/spool/spool.ts";

/**
 * A run's process that trains nothing: it speaks the real protocol and misbehaves as the experiment's name asks, for the
 * faults of the agent's own tests. "slow-start" is ready late; "deaf" blocks and hears nothing; "crash" ends with code 7 at
 * step 5; "slow" pauses between its steps; "absorbed" blocks at step 3 until the file `awake` is in the
 * folder COLLAPSAR_TEST_GATES, and trains on until `done` is; "hungry" takes memory without end; "unknown-event" writes an event at step 3 that no schema knows; "huge-event" one of 5 MB.
 */
const send = (message: FromRun) => process.send?.(message);
const stepMs = 10;
let spool: SpoolWriter;
let folder = "";
let step = 0;

process.on("message", (message: ToRun) => {
  if (message.type === "assign") void train(message);
  if (message.type === "cancel") leave({ kind: "ended", code: "CANCELLED", message: "cancelled", step });
  if (message.type === "suspend") suspend(message.stop);
});
process.on("SIGTERM", () => (spool ? suspend("asked") : process.exit(0)));
process.on("SIGUSR1", () => (spool ? suspend("time") : process.exit(0)));
process.on("disconnect", () => {
  if (spool) checkpoint();
  process.exit(0);
});
if (process.env.COLLAPSAR_TEST_BROKEN) throw new Error("libmissing.so: cannot open shared object file");
setInterval(() => send({ type: "alive" }), 200).unref();
send({ type: "ready" });

async function train({ assignment, paths }: Extract<ToRun, { type: "assign" }>) {
  const total = assignment.config.training.steps;
  const manner = assignment.experimentName;
  spool = openSpool(paths.spool);
  folder = paths.checkpoints;
  write({
    kind: "started",
    totalSteps: total,
    resumedFromStep: 0,
    device: { choice: "auto", device: "none", engine: "none", provider: "none", reason: "a scripted run computes nothing" },
    dataset: {
      id: "gaussian-clusters",
      source: "none",
      hash: "0",
      classes: 2,
      inputDimension: 1,
      trainCounts: [1, 1],
      testCounts: [1, 1],
    },
    parameters: 0,
    optimum: { method: "none", reason: "nothing is trained", loss: null, fit: null, ridge: null, scale: null, geometry: null },
    versions: {},
  });
  for (step = 0; step <= total; step++) {
    write({ kind: "measurement", step, values: { "train/loss": 1 / (1 + step) }, missing: {} });
    if (step % 10 === 0 && step > 0) checkpoint();
    if (manner === "deaf" && step === 3) for (;;) Math.random();
    if (manner === "crash" && step === 5) crash();
    if (manner === "absorbed" && step === 3) while (!isOpen("awake")) Math.random();
    if (manner === "absorbed" && step === total)
      while (!isOpen("done")) await new Promise((resolve) => setTimeout(resolve, stepMs));
    if (manner === "hungry" && step === 3) for (const kept: unknown[][] = []; ; ) kept.push(new Array(100_000).fill({}));
    if (manner === "unknown-event" && step === 3) write({ kind: "aurora", step } as unknown as RunEvent);
    if (manner === "huge-event" && step === 3) write({ kind: "log", level: "info", text: "x".repeat(5_000_000) });
    send({ type: "progress", step, stepMs });
    await new Promise((resolve) => setTimeout(resolve, manner === "slow" ? 200 : stepMs));
  }
  leave({ kind: "finished", step: total, elapsedMs: total * stepMs });
}

const isOpen = (gate: string) => existsSync(join(process.env.COLLAPSAR_TEST_GATES!, gate));

function write(event: RunEvent) {
  send({ type: "spooled", seq: spool.append(event) });
}

function checkpoint() {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${step}.ckpt`), String(step));
  write({ kind: "checkpoint", step, hash: "0", bytes: 1 });
}

function suspend(stop?: WorkerStop) {
  checkpoint();
  leave({ kind: "ended", ...stoppedWithWorker, step, ...(stop && { stop }) });
}

function leave(event: RunEvent) {
  write(event);
  process.exit(0);
}

function crash() {
  console.error("Error: the scripted run falls over");
  process.exit(7);
}
