import type { ToRun } from "../run/messages.ts";
import type { AttemptSpool, EndEvent } from "./attemptSpool.ts";
import { describeExit } from "./describeExit.ts";
import { messageOf } from "./log.ts";
import type { RunExit, RunListener, RunProcess } from "./runProcess.ts";
import type { SpoolSender } from "./spoolSender.ts";

export type AssignMessage = Extract<ToRun, { type: "assign" }>;
const messageLimit = 8_000;

/** One attempt on this worker: its spool, its sender, and its process while there is one. */
export class Attempt {
  readonly spool: AttemptSpool;
  readonly label: string;
  sender!: SpoolSender;
  run: RunProcess | null = null;
  step = 0;
  stepMs: number | null = null;
  /** Why it is to stop: says what becomes of an attempt whose process did not end it itself. */
  stopping: "cancelled" | "suspended" | "refused" | null = null;
  /** Why its spool is to be begun anew before the attempt ends. */
  mending: string | null = null;
  /** Its process is gone and its last event is in the spool. */
  isSealed = false;
  /** Resolves when nothing of it writes any more. */
  done: Promise<void> = Promise.resolve();

  constructor(spool: AttemptSpool) {
    this.spool = spool;
    this.label = `${spool.lease.runId.slice(0, 8)} (attempt ${spool.lease.attempt})`;
  }

  /** Whether it takes a slot: a process that has told its end is only tidying up. */
  get isWorking(): boolean {
    return this.run !== null && this.spool.endSeq === null;
  }

  /** Whether its process is between its start and its first steps. */
  get isStarting(): boolean {
    return this.isWorking && this.step === 0;
  }

  /** Gives it a process, and the process the run, unless it was told to stop before the process was ready. */
  async train(run: RunProcess, message: () => AssignMessage, moved: () => void): Promise<RunExit> {
    this.run = run;
    let trouble = "";
    try {
      this.spool.process = run.identity;
      this.spool.save();
      if ((await run.ready) && !this.stopping) run.assign(message(), this.listener(moved));
      else run.kill();
    } catch (error) {
      trouble = messageOf(error); // a disk that refuses
      run.kill();
    }
    const exit = await run.exited;
    this.run = null;
    return trouble ? { ...exit, errorTail: trouble } : exit;
  }

  private listener(moved: () => void): RunListener {
    return {
      spooled: (seq) => {
        this.spool.lastSeq = Math.max(this.spool.lastSeq, seq);
        this.sender.wake();
      },
      progress: (step, stepMs) => {
        this.step = step;
        this.stepMs = Number.isFinite(stepMs) ? stepMs : null;
        moved();
      },
    };
  }

  /** The last event of an attempt whose process ended without one. */
  farewell(exit: RunExit): EndEvent {
    const stored = this.spool.inspect().lastStep;
    const step = this.step > (stored ?? 0) ? this.step : stored;
    const end = (code: "CANCELLED" | "WORKER_LOST" | "CRASHED", message: string): EndEvent => ({
      kind: "ended",
      code,
      message: message.slice(0, messageLimit),
      step,
    });
    if (this.stopping === "cancelled") return end("CANCELLED", "cancelled");
    if (this.stopping === "suspended") return end("WORKER_LOST", "worker stopped");
    const how = `The run's process ended: ${describeExit(exit)}`;
    return end("CRASHED", exit.errorTail ? `${how}\nIts last words:\n${exit.errorTail}` : how);
  }
}
