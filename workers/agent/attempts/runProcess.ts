import { type ChildProcess, fork } from "node:child_process";
import type { FailureCode } from "../../../contract/failure.ts";
import type { WorkerStop } from "../../../contract/wire/runEvents.ts";
import { runEnvironment } from "../../env.ts";
import type { FromRun, RunNote, ToRun } from "../../run/messages.ts";
import { lowerPriority } from "../machine/lowerPriority.ts";
import { processIdentity } from "../machine/processIdentity.ts";
import { LifeSigns } from "./lifeSigns.ts";

export interface RunExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Last of what it wrote to standard error. */
  errorTail: string;
  /** For how long it had shown no sign of life when it was killed for that, ms; null if it was not. */
  stalledMs: number | null;
  /** Whether it had loaded all it needs before it ended. */
  wasReady: boolean;
}

export interface RunListener {
  spooled(seq: number): void;
  progress(step: number, stepMs: number): void;
  /** The disk took no event of its end. */
  unwritten(code: FailureCode, message: string): void;
  /** It has shown no sign of life; called once, until it does again. */
  stalled(ms: number): void;
}

export const runProgram = new URL("../../run/main.ts", import.meta.url).pathname;

/** A process asked to stop is killed after this time: what is cancelled is to be gone within 2 s. */
const cancelGraceMs = 1_200;
const errorTailBytes = 6_000;
/** Killed and still not gone: its memory is being written out, or its disk hangs; it no longer does anything on its own. */
const goneMs = 15_000;
/** An ended process whose output another one holds open. */
const outputMs = 2_000;
const lookMs = 1_000;

/** The process of one run: started without one, given one, and then gone. */
export class RunProcess {
  readonly exited: Promise<RunExit>;
  /** False if it ended before it was ready. */
  readonly ready: Promise<boolean>;
  isReady = false;
  isAlive = true;
  /** Time since its last sign of life, ms, while that is longer than it should be. */
  stalledMs: number | null = null;
  private readonly program: string;
  private readonly yields: boolean;
  private readonly stallMs: number;
  private life: LifeSigns | null = null;
  private checking: NodeJS.Timeout | null = null;
  private isLost = false;
  private child: ChildProcess | null = null;
  private listener: RunListener | null = null;
  private errorTail = "";
  private keptStep: number | null = null;
  private resolveReady!: (isReady: boolean) => void;
  private resolveExit!: (exit: RunExit) => void;

  /**
   * @param yields lets the machine's other processes go first: the server and the browser that watches
   * @param stallMs a process that does nothing for so long is killed; see lifeSigns.ts
   */
  constructor(program: string, yields: boolean, stallMs: number) {
    this.program = program;
    this.yields = yields;
    this.stallMs = stallMs;
    this.exited = new Promise((resolve) => {
      this.resolveExit = resolve;
    });
    this.ready = new Promise((resolve) => {
      this.resolveReady = resolve;
    });
  }

  /** Does nothing if it has been started or killed before. */
  start(): void {
    if (this.child || !this.isAlive) return;
    // A group of its own: Ctrl+C in a terminal reaches the agent alone, which then lets the runs make their checkpoints.
    const child = fork(this.program, {
      env: runEnvironment(),
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // A signal to the whole group must not open a debugger in a process that does not listen yet.
      execArgv: ["--disable-warning=ExperimentalWarning", "--disable-sigusr1"],
    });
    this.child = child;
    if (this.yields && child.pid !== undefined) lowerPriority(child.pid);
    child.stdout?.resume();
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.errorTail = (this.errorTail + text).slice(-errorTailBytes);
    });
    child.once("close", (code, signal) => this.end(code, signal));
    child.once("exit", (code, signal) => setTimeout(() => this.end(code, signal), outputMs));
    child.once("error", (error) => {
      this.errorTail += error.message;
      if (child.pid === undefined) this.end(null, null);
    });
    child.on("message", (message) => this.handleMessage(message as FromRun));
    if (child.pid !== undefined) this.watch(child.pid);
  }

  private watch(pid: number): void {
    const everyMs = Math.min(lookMs, this.stallMs / 20);
    const life = new LifeSigns(pid, this.stallMs, everyMs);
    this.life = life;
    this.checking = setInterval(() => {
      const state = life.check();
      const wasStalled = this.stalledMs !== null;
      this.stalledMs = state === "well" ? null : life.silentMs;
      if (state !== "well" && !wasStalled) this.listener?.stalled(life.silentMs);
      if (state !== "lost" || this.isLost) return;
      this.isLost = true;
      this.kill();
    }, everyMs);
  }

  get isStarted(): boolean {
    return this.child !== null;
  }

  get identity(): string | null {
    return this.child?.pid === undefined ? null : processIdentity(this.child.pid);
  }

  assign(message: Extract<ToRun, { type: "assign" }>, listener: RunListener): void {
    this.listener = listener;
    this.send(message);
  }

  /** Stops it soon, whatever it is doing. */
  cancel(): void {
    if (this.listener && this.isReady) this.stopWithin({ type: "cancel" }, cancelGraceMs);
    else this.kill();
  }

  /** Gives it up to `withinMs` to make a checkpoint. @param stop why the worker stops too, if it does */
  suspend(withinMs: number, stop?: WorkerStop): void {
    if (this.listener && this.isReady) this.stopWithin({ type: "suspend", ...(stop && { stop }) }, withinMs);
    else this.kill();
  }

  /** The server knows of its checkpoint of this step: it is kept until a later one is known. */
  keep(checkpointStep: number): void {
    if (checkpointStep === this.keptStep) return;
    this.keptStep = checkpointStep;
    this.send({ type: "keep", checkpointStep });
  }

  /** Says something in the run's log. */
  note(note: RunNote): void {
    if (this.listener) this.send({ type: "note", note });
  }

  kill(): void {
    if (!this.isAlive) return;
    if (!this.child) {
      this.end(null, "SIGKILL");
      return;
    }
    this.child.kill("SIGKILL");
    const timer = setTimeout(() => this.end(null, "SIGKILL"), goneMs);
    this.exited.then(() => clearTimeout(timer));
  }

  /** It should now end on its own; if it does not, it is killed. */
  killAfter(ms: number): void {
    const timer = setTimeout(() => this.kill(), ms);
    this.exited.then(() => clearTimeout(timer));
  }

  private stopWithin(message: ToRun, ms: number): void {
    this.send(message);
    this.killAfter(ms);
  }

  private send(message: ToRun): void {
    if (this.child?.connected) this.child.send(message, () => {}); // an error means that it is ending: `exited` says how
  }

  private end(code: number | null, signal: NodeJS.Signals | null): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    if (this.checking) clearInterval(this.checking);
    const stalledMs = this.isLost ? this.stalledMs : null;
    this.stalledMs = null;
    this.resolveExit({ code, signal, errorTail: this.errorTail.trim(), stalledMs, wasReady: this.isReady });
    this.resolveReady(false);
  }

  private handleMessage(message: FromRun): void {
    this.life?.noteMessage();
    if (message.type === "ready") {
      this.isReady = true;
      this.resolveReady(true);
    } else if (message.type === "spooled") this.listener?.spooled(message.seq);
    else if (message.type === "unwritten") this.listener?.unwritten(message.code, message.message);
    else if (message.type === "progress") {
      if (this.life && message.stepMs > 0) this.life.stepMs = message.stepMs;
      this.listener?.progress(message.step, message.stepMs);
    }
  }
}
