import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RunEvent, stoppedWithWorker, type WorkerStop } from "../../../contract/wire/runEvents.ts";
import { setEnvironment } from "../../../workers/env.ts";
import type { AssignedRun, FromRun, ToRun } from "../../../workers/run/messages.ts";
import { openSpool, type SpoolWriter } from "../../../workers/spool/spool.ts";
import { startedEvent } from "../builders/startedEvent.ts";

/**
 * A process of runs that trains nothing: it speaks the real protocol and misbehaves as the experiment's name asks, for the
 * faults of the agent's own tests. "slow-start" is ready late; "deaf" blocks and hears nothing; "crash" ends with code 7 at
 * step 5; "slow" pauses between its steps; "absorbed" blocks at step 3 until the file `awake` is in the
 * folder COLLAPSAR_TEST_GATES, and trains on until `done` is; "hungry" takes memory without end; "unknown-event" writes an event at step 3 that no schema knows; "huge-event" one of 5 MB; "tells-gpu" says what
 * puts it on a GPU.
 */
const send = (message: FromRun) => process.send?.(message);
const stepMs = 10;
let runs: ScriptedRun[] = [];

const all = (work: (run: ScriptedRun) => void) => {
  for (const run of runs.filter(({ isOver }) => !isOver)) work(run);
};
const asked = (runId: string | undefined, work: (run: ScriptedRun) => void) =>
  all((run) => {
    if (runId === undefined || run.runId === runId) work(run);
  });

process.on("message", (message: ToRun) => {
  if (message.type === "environment") setEnvironment(message.set);
  if (message.type === "assign") {
    runs = message.runs.map((given) => new ScriptedRun(given));
    if (runs.length > 1) send({ type: "together", runIds: runs.map(({ runId }) => runId), runs: runs.length });
    all((run) => void run.train());
  }
  if (message.type === "cancel")
    asked(message.runId, (run) => run.leave({ kind: "ended", code: "CANCELLED", message: "cancelled", step: run.step }));
  if (message.type === "suspend") asked(message.runId, (run) => run.suspend(message.stop));
  if (message.type === "drop") asked(message.runId, (run) => run.leave(null));
});
process.on("SIGTERM", () => stopAll("asked"));
process.on("SIGUSR1", () => stopAll("time"));
process.on("disconnect", () => {
  all((run) => run.checkpoint());
  process.exit(0);
});
if (process.env.COLLAPSAR_TEST_BROKEN) throw new Error("libmissing.so: cannot open shared object file");
setInterval(() => send({ type: "alive" }), 200).unref();
send({ type: "ready" });

function stopAll(stop: WorkerStop): void {
  if (runs.length === 0) process.exit(0);
  all((run) => run.suspend(stop));
}

class ScriptedRun {
  readonly runId: string;
  step = 0;
  isOver = false;
  private readonly given: AssignedRun;
  private readonly spool: SpoolWriter;

  constructor(given: AssignedRun) {
    this.runId = given.assignment.runId;
    this.given = given;
    this.spool = openSpool(given.paths.spool);
  }

  async train(): Promise<void> {
    const { assignment } = this.given;
    const total = assignment.config.training.steps;
    const manner = assignment.experimentName;
    this.write(startedEvent(total, "a scripted run computes nothing"));
    if (manner === "tells-gpu") this.write({ kind: "log", level: "info", text: JSON.stringify(gpuVariables()) });
    for (this.step = 0; this.step <= total; this.step++) {
      const { step } = this;
      this.write({ kind: "measurement", step, values: { "train/loss": 1 / (1 + step) }, missing: {} });
      if (step % 10 === 0 && step > 0) this.checkpoint();
      if (manner === "deaf" && step === 3) for (;;) Math.random();
      if (manner === "crash" && step === 5) crash();
      if (manner === "absorbed" && step === 3) while (!isOpen("awake")) Math.random();
      if (manner === "absorbed" && step === total)
        while (!isOpen("done")) await new Promise((resolve) => setTimeout(resolve, stepMs));
      if (manner === "hungry" && step === 3) for (const kept: unknown[][] = []; ; ) kept.push(new Array(100_000).fill({}));
      if (manner === "unknown-event" && step === 3) this.write({ kind: "aurora", step } as unknown as RunEvent);
      if (manner === "huge-event" && step === 3) this.write({ kind: "log", level: "info", text: "x".repeat(5_000_000) });
      send({ type: "progress", runId: this.runId, step, stepMs });
      await new Promise((resolve) => setTimeout(resolve, manner === "slow" ? 200 : stepMs));
      if (this.isOver) return;
    }
    this.leave({ kind: "finished", step: total, elapsedMs: total * stepMs });
  }

  private write(event: RunEvent): void {
    send({ type: "spooled", runId: this.runId, seq: this.spool.append(event) });
  }

  checkpoint(): void {
    const { step } = this;
    const folder = this.given.paths.checkpoints;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${step}.ckpt`), String(step));
    this.write({ kind: "checkpoint", step, hash: "0", bytes: 1 });
  }

  suspend(stop?: WorkerStop): void {
    this.checkpoint();
    this.leave({ kind: "ended", ...stoppedWithWorker, step: this.step, ...(stop && { stop }) });
  }

  leave(event: RunEvent | null): void {
    if (event) this.write(event);
    this.isOver = true;
    if (runs.every(({ isOver }) => isOver)) process.exit(0);
    send({ type: "left", runId: this.runId });
  }
}

function gpuVariables() {
  const { CUDA_VISIBLE_DEVICES, CUDA_DEVICE_ORDER, DRI_PRIME, NVIDIA_TF32_OVERRIDE, COLLAPSAR_GPU } = process.env;
  return { CUDA_VISIBLE_DEVICES, CUDA_DEVICE_ORDER, DRI_PRIME, NVIDIA_TF32_OVERRIDE, COLLAPSAR_GPU };
}

const isOpen = (gate: string) => existsSync(join(process.env.COLLAPSAR_TEST_GATES!, gate));

function crash() {
  console.error("Error: the scripted run falls over");
  process.exit(7);
}
