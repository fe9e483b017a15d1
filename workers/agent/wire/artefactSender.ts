import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { log, messageOf } from "../../log.ts";
import { type Manifest, manifestFile } from "../../run/keepResults.ts";
import type { RateLimit } from "./rateLimit.ts";
import { type Upload, upload } from "./upload.ts";

const retryMs = { first: 1_000, most: 10 * 60_000 };
const keptForDays = 30;

/**
 * Sends what ended runs left behind, one file at a time, until the server has it or refuses it for good: neither training nor the
 * run's events wait for it, and what cannot be sent now is sent later, also by a later life of this worker.
 */
export class ArtefactSender {
  private readonly folder: string;
  private readonly server: { url: string; token: string };
  private readonly rate: RateLimit;
  private readonly waiting: string[] = [];
  private busy = false;
  private stopped = false;
  private failures = 0;
  private wait: AbortController | null = null;

  constructor(folder: string, server: { url: string; token: string }, rate: RateLimit) {
    this.folder = folder;
    this.server = server;
    this.rate = rate;
  }

  /** Whether everything it was given is with the server, or refused by it. */
  get isEmpty(): boolean {
    return this.waiting.length === 0 && !this.busy;
  }

  /** The folder of an attempt, for its run's process. */
  place(runId: string, attempt: number): string {
    return join(this.folder, `${runId}.${attempt}`);
  }

  /** What earlier lives left: sent if it is complete and its attempt has ended, removed if it is not, or old. */
  recover(isHeld: (runId: string, attempt: number) => boolean): void {
    for (const name of readdirSync(this.folder)) {
      const [runId, attempt] = name.split(".");
      if (isHeld(runId, Number(attempt))) continue;
      const manifest = join(this.folder, name, manifestFile);
      const isOld = existsSync(manifest) && Date.now() - statSync(manifest).mtimeMs > keptForDays * 86_400_000;
      if (existsSync(manifest) && !isOld) this.waiting.push(name);
      else rmSync(join(this.folder, name), { recursive: true, force: true });
    }
  }

  /** The server knows how this attempt ended. */
  add(runId: string, attempt: number): void {
    if (!existsSync(join(this.place(runId, attempt), manifestFile))) {
      this.drop(runId, attempt);
      return;
    }
    this.waiting.push(`${runId}.${attempt}`);
    this.wake();
  }

  /** Nothing from this attempt is needed. */
  drop(runId: string, attempt: number): void {
    rmSync(this.place(runId, attempt), { recursive: true, force: true });
  }

  /** There is a connection, or something to send. */
  wake(): void {
    this.failures = 0;
    this.wait?.abort();
    if (!this.busy && !this.stopped) void this.work();
  }

  stop(): void {
    this.stopped = true;
    this.wait?.abort();
  }

  private async work(): Promise<void> {
    this.busy = true;
    while (this.waiting.length > 0 && !this.stopped) {
      const name = this.waiting.shift()!;
      if (await this.send(name).catch((error) => this.giveUp(name, messageOf(error)))) continue;
      this.waiting.push(name);
      await this.pause();
    }
    this.busy = false;
  }

  /** @returns whether it is done with, one way or the other */
  private async send(name: string): Promise<boolean> {
    const path = join(this.folder, name);
    const { lease, files } = JSON.parse(readFileSync(join(path, manifestFile), "utf8")) as Manifest;
    for (const file of files) {
      if (this.stopped) return false;
      const found = statSync(join(path, file.name), { throwIfNoEntry: false });
      if (!found) continue; // sent already
      if (!found.isFile()) throw new Error(`${file.name} is not a file`);
      const sending: Upload = { ...this.server, lease, ...file, path: join(path, file.name), rate: this.rate };
      const answer = await upload(sending);
      if (answer.kind === "later") {
        if (++this.failures === 1)
          log(`${file.name} of run ${lease.runId.slice(0, 8)} cannot be sent now: ${answer.reason}; trying again`);
        return false;
      }
      if (answer.kind === "refused")
        log(`${file.name} of run ${lease.runId.slice(0, 8)} was not accepted by the server: ${answer.reason}`);
      this.failures = 0;
      rmSync(join(path, file.name), { force: true });
    }
    rmSync(path, { recursive: true, force: true });
    return true;
  }

  private giveUp(name: string, why: string): true {
    log(`The files of run ${name.slice(0, 8)} cannot be sent: ${why}`);
    rmSync(join(this.folder, name), { recursive: true, force: true });
    return true;
  }

  private async pause(): Promise<void> {
    this.wait = new AbortController();
    const ms = Math.min(retryMs.most, retryMs.first * 2 ** Math.max(0, this.failures - 1));
    await sleep(ms * (0.75 + Math.random() / 2), undefined, { signal: this.wait.signal, ref: false }).catch(() => undefined);
    this.wait = null;
  }
}
