import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { copyFile, link } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { resumeName } from "../../../contract/wire/artefactNames.ts";
import { type Lease, lease as leaseSchema } from "../../../contract/wire/workerProtocol.ts";
import { newestCheckpoints } from "../../checkpoints/checkpointFolder.ts";
import { inspectCheckpoint } from "../../checkpoints/inspectCheckpoint.ts";
import { replaceFile } from "../../files/replaceFile.ts";
import { log, messageOf } from "../../log.ts";
import type { RunNote } from "../../run/messages.ts";
import type { RateLimit } from "./rateLimit.ts";
import { upload } from "./upload.ts";

/** An attempt whose checkpoints are sent while it trains. */
export interface Sending {
  lease: Lease;
  /** The run's folder of checkpoints. */
  folder: string;
  /** Step of the newest checkpoint that the server knows of; null if it knows none. */
  knownStep: () => number | null;
  /** Says something in the run's log. */
  note: (note: RunNote) => void;
}

interface Sender extends Sending {
  /** Step of the last one that the server has. */
  sentStep: number;
  dueAt: number;
}

/** A checkpoint that is to be sent, under a name of its own that the run's process leaves alone. */
interface Staged {
  key: string;
  lease: Lease;
  step: number;
}

const retryMs = { first: 1_000, most: 60_000 };
const lookMs = 500;

/**
 * Sends checkpoints of runs to the server, so that another machine can resume them: one at a time, of each attempt only the newest,
 * never waited for by training. What cannot be sent now is sent later, also by a later life of this worker.
 */
export class CheckpointSender {
  private readonly folder: string;
  private readonly server: { url: string; token: string };
  private readonly everyMs: number | null;
  private readonly rate: RateLimit;
  private readonly senders = new Map<string, Sender>();
  private readonly waiting = new Map<string, Staged>();
  private readonly stored = new Map<string, number>();
  private current: { staged: Staged; cut: AbortController } | null = null;
  private busy = false;
  private stopped = false;
  private wait: AbortController | null = null;
  /** Since when nothing could be sent, and what has been said of it. */
  private trouble: { since: number; failures: number; reason: string; noted: Set<string> } | null = null;
  private deadline = Number.POSITIVE_INFINITY;
  private looking: NodeJS.Timeout | null = null;

  /** @param everyMs training time between two that are sent; null: none are */
  constructor(folder: string, server: { url: string; token: string }, everyMs: number | null, rate: RateLimit) {
    this.folder = folder;
    this.server = server;
    this.everyMs = everyMs;
    this.rate = rate;
  }

  /** Whether everything it was given is with the server, or refused by it. */
  get isEmpty(): boolean {
    return this.waiting.size === 0 && !this.busy;
  }

  /** Step of the last checkpoint of a run that the server took from this life of the worker; 0 if it took none. */
  storedStep(runId: string): number {
    return this.stored.get(runId) ?? 0;
  }

  /** Begins, with what earlier lives left. */
  start(): void {
    for (const name of readdirSync(this.folder).filter((each) => each.endsWith(".json"))) this.recover(name);
    const known = new Set([...this.waiting.values()].map(fileName));
    for (const name of readdirSync(this.folder))
      if (!name.endsWith(".json") && !known.has(name)) rmSync(join(this.folder, name), { recursive: true, force: true });
    if (this.everyMs === null) return;
    this.looking = setInterval(() => void this.look(), Math.min(lookMs, this.everyMs / 2));
  }

  private recover(name: string): void {
    try {
      const { lease, step } = JSON.parse(readFileSync(join(this.folder, name), "utf8")) as Staged;
      const staged = { key: keyOf(leaseSchema.parse(lease)), lease, step };
      if (!existsSync(join(this.folder, fileName(staged)))) throw new Error("its file is gone");
      this.waiting.set(staged.key, staged);
    } catch {
      rmSync(join(this.folder, name), { recursive: true, force: true });
    }
  }

  /** @param sentStep of the checkpoint that the server has already; 0 if it has none */
  watch(sending: Sending, sentStep: number): void {
    if (this.everyMs === null) return;
    this.senders.set(keyOf(sending.lease), { ...sending, sentStep, dueAt: performance.now() + this.everyMs });
  }

  /** There is a connection. */
  wake(): void {
    this.wait?.abort();
    if (!this.busy && !this.stopped) void this.work();
  }

  /**
   * An attempt has ended that another may follow: sends its last checkpoint, if there is a later one than was sent.
   * @returns once the server has it, or it was tried for so long; what is left of it is sent later
   */
  async sendLast(sending: Sending, withinMs: number): Promise<void> {
    if (this.everyMs === null || this.stopped) return;
    const key = keyOf(sending.lease);
    const sentStep = this.senders.get(key)?.sentStep ?? 0;
    this.senders.delete(key);
    const [newest] = newestCheckpoints(sending.folder);
    if (!newest || newest.step <= sentStep) return;
    await this.stage({ key, lease: sending.lease, step: newest.step }, newest.path);
    const until = Math.min(performance.now() + withinMs, this.deadline);
    this.wake();
    while (this.isPending(key) && this.trouble === null && performance.now() < Math.min(until, this.deadline)) await sleep(20);
  }

  /** Nothing of this attempt is needed: its run has ended, or is no longer this worker's. */
  drop(lease: Lease): void {
    const key = keyOf(lease);
    this.senders.delete(key);
    if (this.current?.staged.key === key) this.current.cut.abort();
    this.forget(key);
  }

  /** The worker is stopping: from now on nothing is waited for beyond this time of the process' clock, and all goes as fast as it can. */
  hurry(deadlineMs: number): void {
    this.deadline = deadlineMs;
    this.rate.lift();
    if (this.looking) clearInterval(this.looking);
  }

  /** Sends what waits. @returns when all is sent, when it cannot be sent now, or at the deadline; the next life of this worker sends the rest */
  async flush(deadlineMs: number): Promise<void> {
    this.hurry(deadlineMs);
    this.wake();
    const isSending = () => this.current !== null || (this.waiting.size > 0 && this.trouble === null);
    while (isSending() && performance.now() < deadlineMs) await sleep(20);
    if (this.waiting.size > 0 || this.current) log("A checkpoint could not be sent in time: this worker's next start sends it");
  }

  stop(): void {
    this.stopped = true;
    if (this.looking) clearInterval(this.looking);
    this.wait?.abort();
    this.current?.cut.abort();
  }

  private isPending(key: string): boolean {
    return this.waiting.has(key) || this.current?.staged.key === key;
  }

  /** Stages what is due. Only checkpoints up to which the server has all measurements are sent while a run trains: they are of use at once. */
  private async look(): Promise<void> {
    const now = performance.now();
    for (const [key, sender] of this.senders) {
      const known = sender.knownStep();
      if (known === null || known <= sender.sentStep || now < sender.dueAt) continue;
      const found = newestCheckpoints(sender.folder).find(({ step }) => step <= known && step > sender.sentStep);
      if (!found) continue;
      sender.dueAt = now + this.everyMs!;
      await this.stage({ key, lease: sender.lease, step: found.step }, found.path);
      this.wake();
    }
    this.sayTrouble();
  }

  /** A newer one takes the place of one that still waits. */
  private async stage(staged: Staged, from: string): Promise<void> {
    const path = join(this.folder, fileName(staged));
    const older = this.waiting.get(staged.key);
    if (older && older.step >= staged.step) return;
    try {
      rmSync(path, { recursive: true, force: true });
      await link(from, path).catch(() => copyFile(from, path));
      replaceFile(join(this.folder, `${staged.key}.json`), JSON.stringify(staged));
      this.waiting.set(staged.key, staged);
      if (older) rmSync(join(this.folder, fileName(older)), { force: true });
    } catch (error) {
      rmSync(path, { recursive: true, force: true });
      log(`The checkpoint of step ${staged.step} of run ${staged.key.slice(0, 8)} is not sent: ${messageOf(error)}`);
    }
  }

  private async work(): Promise<void> {
    this.busy = true;
    while (this.waiting.size > 0 && !this.stopped) {
      const [key, staged] = [...this.waiting][0];
      this.waiting.delete(key);
      this.current = { staged, cut: new AbortController() };
      const isDone = await this.send(staged, this.current.cut.signal);
      this.current = null;
      if (isDone) this.forgetFile(staged);
      else if (!this.waiting.has(key)) this.waiting.set(key, staged);
      else rmSync(join(this.folder, fileName(staged)), { force: true });
      if (!isDone && !this.stopped) await this.pause();
    }
    this.busy = false;
  }

  /** @returns whether it is done with, one way or the other */
  private async send(staged: Staged, signal: AbortSignal): Promise<boolean> {
    const { key, lease, step } = staged;
    const path = join(this.folder, fileName(staged));
    const what = `The checkpoint of step ${step} of run ${key.slice(0, 8)}`;
    let about: { bytes: number; sha256: string };
    try {
      about = await inspectCheckpoint(path);
    } catch (error) {
      log(`${what} is not sent: ${messageOf(error)}`);
      return true;
    }
    const answer = await upload({ ...this.server, lease, name: resumeName(step), path, ...about, rate: this.rate, signal });
    if (signal.aborted && !this.stopped) return true;
    if (answer.kind === "later") {
      this.trouble ??= { since: performance.now(), failures: 0, reason: answer.reason, noted: new Set() };
      this.trouble.reason = answer.reason;
      if (++this.trouble.failures === 1 && !this.stopped) log(`${what} cannot be stored now: ${answer.reason}; trying again`);
      return false;
    }
    if (answer.kind === "stored") this.stored.set(lease.runId, step);
    else log(`${what} was not accepted by the server: ${answer.reason}`);
    const sender = this.senders.get(key);
    if (sender) sender.sentStep = step;
    this.settleTrouble();
    return true;
  }

  /** What lasts longer than the time between two checkpoints is said in the logs of the runs that it is about. */
  private sayTrouble(): void {
    const { trouble } = this;
    if (!trouble || performance.now() - trouble.since < this.everyMs!) return;
    for (const [key, { note, sentStep }] of this.senders) {
      if (trouble.noted.has(key) || !this.isPending(key)) continue;
      trouble.noted.add(key);
      const text = `Checkpoints of this run cannot be stored at the server: ${trouble.reason}. Training continues; should this worker be lost, the run resumes from step ${sentStep}.`;
      note({ level: "warning", text: text.slice(0, 4_000) });
    }
  }

  private settleTrouble(): void {
    const { trouble } = this;
    if (!trouble) return;
    this.trouble = null;
    log("Checkpoints are stored at the server again");
    for (const key of trouble.noted)
      this.senders.get(key)?.note({ level: "info", text: "Checkpoints of this run are stored at the server again." });
  }

  private forget(key: string): void {
    const staged = this.waiting.get(key);
    this.waiting.delete(key);
    rmSync(join(this.folder, `${key}.json`), { force: true });
    if (staged) rmSync(join(this.folder, fileName(staged)), { force: true });
  }

  /** The note of it stays where it is about a newer one. */
  private forgetFile(staged: Staged): void {
    rmSync(join(this.folder, fileName(staged)), { force: true });
    if (!this.waiting.has(staged.key)) rmSync(join(this.folder, `${staged.key}.json`), { force: true });
  }

  private async pause(): Promise<void> {
    this.wait = new AbortController();
    const ms = Math.min(retryMs.most, retryMs.first * 2 ** Math.max(0, (this.trouble?.failures ?? 1) - 1));
    await sleep(ms * (0.75 + Math.random() / 2), undefined, { signal: this.wait.signal, ref: false }).catch(() => undefined);
    this.wait = null;
  }
}

const keyOf = ({ runId, attempt }: Lease): string => `${runId}.${attempt}`;
const fileName = ({ key, step }: Pick<Staged, "key" | "step">): string => basename(`${key}.${step}.ckpt`);
