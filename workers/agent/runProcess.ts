import { type ChildProcess, fork } from "node:child_process";
import { runEnvironment } from "../env.ts";
import type { FromRun, ToRun } from "../run/messages.ts";
import { lowerPriority } from "./lowerPriority.ts";
import { processIdentity } from "./processIdentity.ts";

export interface RunExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Last of what it wrote to standard error. */
  errorTail: string;
}

export interface RunListener {
  spooled(seq: number): void;
  progress(step: number, stepMs: number): void;
}

export const runProgram = new URL("../run/main.ts", import.meta.url).pathname;

/** A process asked to stop is killed after this time: what is cancelled is to be gone within 2 s. */
const cancelGraceMs = 1_200;
const errorTailBytes = 6_000;

/** The process of one run: started without one, given one, and then gone. */
export class RunProcess {
  readonly exited: Promise<RunExit>;
  /** False if it ended before it was ready. */
  readonly ready: Promise<boolean>;
  isReady = false;
  isAlive = true;
  private readonly program: string;
  private readonly yields: boolean;
  private child: ChildProcess | null = null;
  private listener: RunListener | null = null;
  private errorTail = "";
  private keptStep: number | null = null;
  private tellReady!: (isReady: boolean) => void;
  private tellExit!: (exit: RunExit) => void;

  /** @param yields lets the machine's other processes go first: the server and the browser that watches */
  constructor(program: string, yields: boolean) {
    this.program = program;
    this.yields = yields;
    this.exited = new Promise((resolve) => {
      this.tellExit = resolve;
    });
    this.ready = new Promise((resolve) => {
      this.tellReady = resolve;
    });
  }

  /** Nothing happens if it has been started, or killed before. */
  start(): void {
    if (this.child || !this.isAlive) return;
    // A group of its own: Ctrl+C in a terminal reaches the agent alone, which then lets the runs make their checkpoints.
    const child = fork(this.program, {
      env: runEnvironment(),
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    this.child = child;
    if (this.yields && child.pid !== undefined) lowerPriority(child.pid);
    child.stdout?.resume();
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.errorTail = (this.errorTail + text).slice(-errorTailBytes);
    });
    child.once("close", (code, signal) => this.end(code, signal));
    child.once("error", (error) => {
      this.errorTail += error.message;
      if (child.pid === undefined) this.end(null, null);
    });
    child.on("message", (message) => this.hear(message as FromRun));
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

  /** Stops it soon, whatever it does. */
  cancel(): void {
    if (this.listener && this.isReady) this.stopWithin({ type: "cancel" }, cancelGraceMs);
    else this.kill();
  }

  /** Lets it make a checkpoint, for as long as `withinMs`. */
  suspend(withinMs: number): void {
    if (this.listener && this.isReady) this.stopWithin({ type: "suspend" }, withinMs);
    else this.kill();
  }

  /** The server knows of its checkpoint of this step: it is kept until a later one is known. */
  keep(checkpointStep: number): void {
    if (checkpointStep === this.keptStep) return;
    this.keptStep = checkpointStep;
    this.send({ type: "keep", checkpointStep });
  }

  kill(): void {
    if (!this.isAlive) return;
    if (this.child) this.child.kill("SIGKILL");
    else this.end(null, "SIGKILL");
  }

  /** It should end now by itself; if it does not, it is killed. */
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
    this.isAlive = false;
    this.tellExit({ code, signal, errorTail: this.errorTail.trim() });
    this.tellReady(false);
  }

  private hear(message: FromRun): void {
    if (message.type === "ready") {
      this.isReady = true;
      this.tellReady(true);
    } else if (message.type === "spooled") this.listener?.spooled(message.seq);
    else if (message.type === "progress") this.listener?.progress(message.step, message.stepMs);
  }
}
