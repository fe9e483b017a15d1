import { type ChildProcess, fork } from "node:child_process";
import { runEnvironment } from "../env.ts";
import type { FromRun, ToRun } from "../run/messages.ts";
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

/** The process of one run: prepared without one, given one, and then gone. */
export class RunProcess {
  readonly exited: Promise<RunExit>;
  /** False if it ended before it was ready. */
  readonly ready: Promise<boolean>;
  readonly identity: string | null;
  isReady = false;
  isAlive = true;
  private readonly child: ChildProcess;
  private listener: RunListener | null = null;
  private errorTail = "";

  constructor(program: string) {
    // A group of its own: Ctrl+C in a terminal reaches the agent alone, which then lets the runs make their checkpoints.
    this.child = fork(program, {
      env: runEnvironment(),
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    this.identity = this.child.pid === undefined ? null : processIdentity(this.child.pid);
    this.child.stdout?.resume();
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.errorTail = (this.errorTail + text).slice(-errorTailBytes);
    });
    this.exited = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        this.isAlive = false;
        resolve({ code, signal, errorTail: this.errorTail.trim() });
      };
      this.child.once("close", end);
      this.child.once("error", (error) => {
        this.errorTail += error.message;
        if (this.child.pid === undefined) end(null, null);
      });
    });
    this.ready = new Promise((resolve) => {
      this.child.on("message", (message) => this.hear(message as FromRun, resolve));
      this.exited.then(() => resolve(false));
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
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

  kill(): void {
    if (this.isAlive) this.child.kill("SIGKILL");
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
    if (this.child.connected) this.child.send(message, () => {}); // an error means that it is ending: `exited` says how
  }

  private hear(message: FromRun, ready: (isReady: boolean) => void): void {
    if (message.type === "ready") {
      this.isReady = true;
      ready(true);
    } else if (message.type === "spooled") this.listener?.spooled(message.seq);
    else if (message.type === "progress") this.listener?.progress(message.step, message.stepMs);
  }
}
