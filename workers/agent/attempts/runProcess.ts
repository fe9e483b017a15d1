import { type ChildProcess, fork } from "node:child_process";
import { runEnvironment } from "../../env.ts";
import type { FromRun, ToRun } from "../../run/messages.ts";
import type { GpuSlots } from "../machine/gpus/gpuSlots.ts";
import { lowerPriority } from "../machine/lowerPriority.ts";
import { processIdentity } from "../machine/processIdentity.ts";
import { LifeSigns } from "./lifeSigns.ts";
import { type RunExit, RunSeat } from "./runSeat.ts";

export const runProgram = new URL("../../run/main.ts", import.meta.url).pathname;

const errorTailBytes = 6_000;
/** Killed and still not gone: its memory is being written out, or its disk hangs; it no longer does anything on its own. */
const goneMs = 15_000;
/** An ended process whose output another one holds open. */
const outputMs = 2_000;
const lookMs = 1_000;

/** What all runs of an assignment have in common. */
export type SharedOrders = Omit<Extract<ToRun, { type: "assign" }>, "type" | "runs">;

/** What its runs have found out about packs. */
export interface PackListener {
  timed(best: { runs: number; provider: string }): void;
  tooMany(runs: number): void;
}

/** The process of one run, or of several that train together: started without any, given them, and gone with the last of them. */
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
  private readonly takeGpu: GpuSlots["take"];
  private life: LifeSigns | null = null;
  private checking: NodeJS.Timeout | null = null;
  private isLost = false;
  private child: ChildProcess | null = null;
  private readonly seats = new Map<string, RunSeat>();
  private orders: SharedOrders | null = null;
  private packs: PackListener | null = null;
  private isAssigned = false;
  hasMoved = false;
  /** Runs in the step that it now takes, as far as it has said. */
  private together: { runIds: string[]; runs: number } | null = null;
  private errorTail = "";
  private resolveReady!: (isReady: boolean) => void;
  private resolveExit!: (exit: RunExit) => void;

  /**
   * @param yields lets the machine's other processes go first: the server and the browser that watches
   * @param stallMs a process that does nothing for so long is killed; see lifeSigns.ts
   * @param takeGpu a GPU for as long as it lives, once it has runs
   */
  constructor(program: string, yields: boolean, stallMs: number, takeGpu: GpuSlots["take"] = () => null) {
    this.program = program;
    this.yields = yields;
    this.stallMs = stallMs;
    this.takeGpu = takeGpu;
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
      if (state !== "well" && !wasStalled) for (const { listener } of this.seats.values()) listener?.stalled(life.silentMs);
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

  /** Takes a place for a run; all places of a process are taken before the first of them is given its run. */
  seat(runId: string): RunSeat {
    const seat = new RunSeat(this, runId);
    this.seats.set(runId, seat);
    return seat;
  }

  /** @param packs told of what its runs find out */
  expect(orders: SharedOrders, packs: PackListener): void {
    this.orders = orders;
    this.packs = packs;
  }

  assignWhenComplete(): void {
    const seats = [...this.seats.values()];
    const given = seats.flatMap(({ given }) => given ?? []);
    if (this.isAssigned || !this.orders || seats.length === 0 || given.length < seats.length) return;
    this.isAssigned = true;
    const place = this.takeGpu(this.orders.device);
    if (place) {
      this.send({ type: "environment", set: place.environment });
      this.exited.then(place.leave);
    }
    this.send({ type: "assign", runs: given, ...this.orders });
  }

  get hasRuns(): boolean {
    return this.isAssigned;
  }

  get runs(): number {
    return this.seats.size;
  }

  release(seat: RunSeat): boolean {
    if (this.seats.size === 1) return false;
    this.seats.delete(seat.runId);
    this.assignWhenComplete();
    this.killIfAllDue();
    return true;
  }

  /** Runs that were in one step with this one, itself among them; 0 if it only waited for others. */
  togetherWith(runId: string): number {
    const { runIds, runs } = this.together ?? { runIds: [], runs: 0 };
    // Before any of them trains, all stand for what is being prepared.
    if (runIds.length === 0) return Math.max(runs, this.seats.size);
    return runIds.includes(runId) ? runs : 0;
  }

  killIfAllDue(): void {
    if ([...this.seats.values()].every(({ isDue }) => isDue)) this.kill();
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

  send(message: ToRun): void {
    if (this.child?.connected) this.child.send(message, () => {}); // an error means that it is ending: `exited` says how
  }

  private end(code: number | null, signal: NodeJS.Signals | null): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    if (this.checking) clearInterval(this.checking);
    const stalledMs = this.isLost ? this.stalledMs : null;
    this.stalledMs = null;
    const exit = { code, signal, errorTail: this.errorTail.trim(), stalledMs, wasReady: this.isReady };
    for (const seat of this.seats.values()) seat.end({ ...exit, together: this.togetherWith(seat.runId) });
    this.resolveExit({ ...exit, together: 1 });
    this.resolveReady(false);
  }

  private handleMessage(message: FromRun): void {
    this.life?.noteMessage();
    const seat = "runId" in message ? this.seats.get(message.runId) : undefined;
    if (message.type === "ready") {
      this.isReady = true;
      this.resolveReady(true);
    } else if (message.type === "timed") this.packs?.timed(message.best);
    else if (message.type === "tooMany") this.packs?.tooMany(message.runs);
    else if (message.type === "together") this.together = message;
    else if (message.type === "left") seat?.leave();
    else if (message.type === "progress") {
      this.hasMoved = true;
      if (this.life && message.stepMs > 0) this.life.stepMs = message.stepMs;
      seat?.listener?.progress(message.step, message.stepMs);
    } else if (message.type === "spooled") seat?.listener?.spooled(message.seq);
    else if (message.type === "unwritten") seat?.listener?.unwritten(message.code, message.message);
  }
}
