import type { FailureCode } from "../../../contract/failure.ts";
import { stoppedWithWorker, type WorkerStop } from "../../../contract/wire/runEvents.ts";
import { log, messageOf } from "../../log.ts";
import { deviceTrouble, troubleText } from "../../run/deviceTrouble.ts";
import { machineFault } from "../../run/machineFault.ts";
import type { AssignedRun } from "../../run/messages.ts";
import type { EndEvent } from "../../spool/attemptHistory.ts";
import type { AttemptSpool } from "../../spool/attemptSpool.ts";
import type { SpoolSender } from "../wire/spoolSender.ts";
import { describeExit } from "./describeExit.ts";
import type { RunExit, RunListener, RunSeat } from "./runSeat.ts";

const messageLimit = 8_000;
const stopSignals: Partial<Record<NodeJS.Signals, WorkerStop>> = {
  ...{ SIGTERM: "asked", SIGINT: "asked", SIGHUP: "asked" },
  SIGUSR1: "time",
};

/** One attempt on this worker: its spool, its sender, and its place in a process while it has one. */
export class Attempt {
  readonly spool: AttemptSpool;
  readonly label: string;
  sender!: SpoolSender;
  run: RunSeat | null = null;
  step = 0;
  stepMs: number | null = null;
  /** Whether the step has changed since the last heartbeat. */
  private isFresh = false;
  /** How it ended, where its process could not write that down, or never began. */
  private unwritten: { code: FailureCode; message: string } | null = null;
  /** Why it is to stop: says what becomes of an attempt whose process did not end it itself. */
  stopping: "cancelled" | "suspended" | "refused" | null = null;
  /** Why the worker stops with it, if it does. */
  stop: WorkerStop | null = null;
  /** Why its spool must be restarted before the attempt ends; null while it is intact. */
  damage: string | null = null;
  /** Its process is gone and its last event is in the spool. */
  isSealed = false;
  /** Resolves when none of its parts writes any longer. */
  done: Promise<void> = Promise.resolve();

  constructor(spool: AttemptSpool) {
    this.spool = spool;
    this.label = `${spool.lease.runId.slice(0, 8)} (attempt ${spool.lease.attempt})`;
  }

  /** Whether it takes a slot: a process that has reported its end is only cleaning up. */
  get isWorking(): boolean {
    return this.run !== null && this.spool.endSeq === null;
  }

  /** Whether its process is between its start and its first steps. */
  get isStarting(): boolean {
    return this.isWorking && this.step === 0 && !this.run?.process.hasMoved;
  }

  /** Its progress, if changed since the last call, and how long its process has shown no sign of life. */
  takeProgress(): { step: number | null; stepMs: number | null; stalledMs?: number } {
    const { isFresh, step, stepMs } = this;
    this.isFresh = false;
    const stalledMs = this.run?.stalledMs ?? null;
    return { step: isFresh ? step : null, stepMs: isFresh ? stepMs : null, ...(stalledMs !== null && { stalledMs }) };
  }

  /** Gives the run to its process, unless it was asked to stop before that was ready. */
  async train(run: RunSeat, given: () => AssignedRun, moved: () => void): Promise<RunExit> {
    try {
      this.spool.process = run.process.identity;
      this.spool.save();
      if ((await run.process.ready) && !this.stopping) run.assign(given(), this.listener(moved));
      else run.kill();
    } catch (error) {
      const { code, message } = machineFault(error) ?? { code: "WORKER_FAULT" as const, message: messageOf(error) };
      this.unwritten = { code, message };
      run.kill();
    }
    const exit = await run.exited;
    this.run = null;
    return exit;
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
        this.isFresh = true;
        moved();
      },
      unwritten: (code, message) => {
        this.unwritten ??= { code, message };
      },
      stalled: (ms) => log(`Run ${this.label} has shown no sign of life for ${Math.round(ms / 1_000)} s`),
    };
  }

  /** The last event of an attempt whose process ended without one. A run that was not alone in its step is not to blame for that. */
  endEvent(exit: RunExit): EndEvent {
    const stored = this.spool.inspect().lastStep;
    const step = this.step > (stored ?? 0) ? this.step : stored;
    const end = (code: FailureCode, message: string, more: { excused?: true } = {}): EndEvent => ({
      kind: "ended",
      code,
      message: message.slice(0, messageLimit),
      step,
      ...more,
    });
    if (this.stopping === "cancelled") return end("CANCELLED", "cancelled");
    const stopped = (stop: WorkerStop | null): EndEvent => ({ kind: "ended", ...stoppedWithWorker, step, ...(stop && { stop }) });
    if (this.stopping === "suspended") return stopped(this.stop);
    if (this.unwritten) return end(this.unwritten.code, this.unwritten.message);
    // A service manager signals every process of the worker, also those that do not listen yet.
    const asked = exit.signal === null ? undefined : stopSignals[exit.signal];
    if (asked) return stopped(asked);
    const others = exit.together > 1 ? `, while it trained a pack of ${exit.together} runs` : "";
    const how = `The run's process ended: ${describeExit(exit)}${others}`;
    const text = exit.errorTail ? `${how}\nLast output:\n${exit.errorTail}` : how;
    const shared = exit.together === 1 ? {} : { excused: true as const };
    if (exit.stalledMs !== null) return end("WORKER_LOST", text, shared);
    if (!exit.wasReady) return end("WORKER_FAULT", `The worker could not start the run. ${text}`);
    // A driver may end the process that uses its GPU.
    const trouble = deviceTrouble(exit.errorTail);
    if (trouble === "lost") return end("WORKER_FAULT", `${troubleText(trouble, exit.errorTail)}. ${text}`, shared);
    return end("CRASHED", text, shared);
  }
}
