import type { FailureCode } from "../../../contract/failure.ts";
import type { WorkerStop } from "../../../contract/wire/runEvents.ts";
import type { AssignedRun, RunNote, ToRun } from "../../run/messages.ts";

export interface RunExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Last of what it wrote to standard error. */
  errorTail: string;
  /** For how long it had shown no sign of life when it was killed for that, ms; null if it was not. */
  stalledMs: number | null;
  /** Whether it had loaded all it needs before it ended. */
  wasReady: boolean;
  /** Runs that trained in one step when it ended, this one among them; 0: this one only waited for its turn. */
  together: number;
}

export interface RunListener {
  spooled(seq: number): void;
  progress(step: number, stepMs: number): void;
  /** The disk took no event of its end. */
  unwritten(code: FailureCode, message: string): void;
  /** It has shown no sign of life; called once, until it does again. */
  stalled(ms: number): void;
}

/** A process asked to stop is killed after this time: what is cancelled is to be gone within 2 s. */
const cancelGraceMs = 1_200;
/** A run that is no longer this worker's is given up so soon by a process that trains others too, or that process is killed. */
const dropMs = 5_000;

/** A process as a run that has a place in it sees it. */
interface SeatProcess {
  readonly isReady: boolean;
  readonly ready: Promise<boolean>;
  /** Which process it is, for the worker's next life; null before it has started. */
  readonly identity: string | null;
  /** Time since its last sign of life, ms, while that is longer than it should be. */
  readonly stalledMs: number | null;
  /** Whether one of its runs has made a step. */
  readonly hasMoved: boolean;
  /** Whether it has been given its runs. */
  readonly hasRuns: boolean;
  /** How many have places. */
  readonly runs: number;
  send(message: ToRun): void;
  kill(): void;
  /** A process that trains others too is killed only once none of them should be there any longer. */
  killIfAllDue(): void;
  /** One of its places has been given its run, or given up: once that is so of all, the process gets its runs. */
  assignWhenComplete(): void;
  /** A run has left, and others have places still; false if it is the last one, with which the process goes. */
  release(seat: RunSeat): boolean;
}

/** A run's place in the process that trains it, which may train others too. */
export class RunSeat {
  readonly runId: string;
  readonly process: SeatProcess;
  /** Resolves when the run has left its process, or that has ended. */
  readonly exited: Promise<RunExit>;
  given: AssignedRun | null = null;
  listener: RunListener | null = null;
  /** It should be gone by now. */
  isDue = false;
  private isGone = false;
  private keptStep: number | null = null;
  private resolveExit!: (exit: RunExit) => void;

  constructor(process: SeatProcess, runId: string) {
    this.process = process;
    this.runId = runId;
    this.exited = new Promise((resolve) => {
      this.resolveExit = resolve;
    });
  }

  get isReady(): boolean {
    return this.process.isReady;
  }

  get stalledMs(): number | null {
    return this.process.stalledMs;
  }

  assign(run: AssignedRun, listener: RunListener): void {
    this.given = run;
    this.listener = listener;
    this.process.assignWhenComplete();
  }

  /** Stops it soon, whatever it is doing. */
  cancel(): void {
    if (this.isRunning) this.stopWithin({ type: "cancel", runId: this.runId }, cancelGraceMs);
    else this.kill();
  }

  /** Gives it up to `withinMs` to make a checkpoint. @param stop why the worker stops too, if it does */
  suspend(withinMs: number, stop?: WorkerStop): void {
    if (this.isRunning) this.stopWithin({ type: "suspend", runId: this.runId, ...(stop && { stop }) }, withinMs);
    else this.kill();
  }

  /** The server knows of its checkpoint of this step: it is kept until a later one is known. */
  keep(checkpointStep: number): void {
    if (checkpointStep === this.keptStep) return;
    this.keptStep = checkpointStep;
    this.process.send({ type: "keep", runId: this.runId, checkpointStep });
  }

  /** Says something in the run's log. */
  note(note: RunNote): void {
    if (this.listener) this.process.send({ type: "note", runId: this.runId, note });
  }

  /** Ends it at once: with its process, or, where that trains others too, alone. */
  kill(): void {
    if (this.isGone) return;
    this.isDue = true;
    if (this.process.runs === 1) this.process.kill();
    else if (!this.process.hasRuns) this.leave();
    else {
      this.process.send({ type: "drop", runId: this.runId });
      this.after(dropMs, () => this.process.kill());
    }
  }

  /** It should now end on its own; if it does not, it is killed. */
  killAfter(ms: number): void {
    this.after(ms, () => {
      this.isDue = true;
      this.process.killIfAllDue();
    });
  }

  /** It has left its process to others. */
  leave(): void {
    if (this.process.release(this))
      this.end({ code: 0, signal: null, errorTail: "", stalledMs: null, wasReady: this.isReady, together: 1 });
  }

  end(exit: RunExit): void {
    this.isGone = true;
    this.resolveExit(exit);
  }

  private get isRunning(): boolean {
    return this.isReady && this.process.hasRuns;
  }

  private stopWithin(message: ToRun, ms: number): void {
    this.process.send(message);
    this.killAfter(ms);
  }

  private after(ms: number, then: () => void): void {
    const timer = setTimeout(then, ms);
    this.exited.then(() => clearTimeout(timer));
  }
}
