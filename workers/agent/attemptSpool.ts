import { appendFileSync, existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename } from "node:path";
import type { RunEvent, SpooledEvent } from "../../contract/runEvents.ts";
import { type Lease, lease as leaseSchema, protocolSizes } from "../../contract/workerProtocol.ts";
import { openSpool, readSpool, spoolPath } from "../run/spool.ts";
import { replaceFile } from "./workerFolder.ts";

/** Kept beside the spool, so that a later life of the agent can go on. */
interface SavedState {
  lease: Lease;
  /** The run's process (see processIdentity). */
  process: string | null;
  /** Events up to this number are stored by the server. */
  acked: number;
}

export type EndEvent = Extract<RunEvent, { kind: "finished" | "ended" }>;

/** What the spool says about its attempt. */
export interface AttemptHistory {
  lastSeq: number;
  lastStep: number | null;
  /** The event that ends the attempt, if it is there. */
  end: EndEvent | null;
  resumedFromStep: number | null;
  checkpoints: { seq: number; step: number }[];
}

/** One attempt's events on disk, seen from the sending side: what comes next, and what the server has. */
export class AttemptSpool {
  readonly lease: Lease;
  readonly path: string;
  process: string | null = null;
  acked = 0;
  private savedAt = Number.NEGATIVE_INFINITY;
  /** Number of the last event known to be in the file; hints of the run's process raise it. */
  lastSeq = 0;
  /** Where the next event is to be sent from: it is at this byte or after it. */
  private cursor = { offset: 0, seq: 1 };
  /** Byte after each event of the last batch. */
  private ends = new Map<number, number>();
  private scanned = 0;
  /** Number of the event that ends the attempt, once it was read. */
  endSeq: number | null = null;
  private readonly history: AttemptHistory = {
    lastSeq: 0,
    lastStep: null,
    end: null,
    resumedFromStep: null,
    checkpoints: [],
  };
  /** Events the server refused, and what is sent in their place. */
  private readonly replaced = new Map<number, SpooledEvent>();

  constructor(folder: string, lease: Lease) {
    this.lease = lease;
    this.path = spoolPath(folder, lease.runId, lease.attempt);
  }

  /** An attempt of an earlier life. @returns null if the file is no such state */
  static reopen(folder: string, stateFile: string): AttemptSpool | null {
    try {
      const saved = JSON.parse(readFileSync(stateFile, "utf8")) as SavedState;
      const spool = new AttemptSpool(folder, leaseSchema.parse(saved.lease));
      if (spool.statePath !== stateFile) return null;
      spool.process = saved.process;
      spool.acked = saved.acked;
      spool.cursor.seq = saved.acked + 1;
      return spool;
    } catch {
      return null;
    }
  }

  get statePath(): string {
    return this.path.replace(/jsonl$/, "json");
  }

  get unsent(): number {
    return Math.max(0, this.lastSeq - this.acked);
  }

  save(): void {
    const state: SavedState = { lease: this.lease, process: this.process, acked: this.acked };
    replaceFile(this.statePath, JSON.stringify(state));
    this.savedAt = performance.now();
  }

  /** Keeps the acknowledged position at most once a second: an older one only means that events are sent twice. */
  saveSoon(): void {
    if (performance.now() - this.savedAt > 1_000) this.save();
  }

  /** The next events to send; they stay next until `acknowledge`. */
  next(maxEvents: number): SpooledEvent[] {
    if (!existsSync(this.path)) return [];
    for (;;) {
      const read = readSpool(this.path, this.cursor.offset, protocolSizes.batchBytes);
      if (read.events.length === 0) return [];
      const from = read.events.findIndex((event) => event.seq >= this.cursor.seq);
      if (from < 0) {
        this.cursor.offset = read.offset;
        continue;
      }
      if (from > 0) this.cursor.offset = read.ends[from - 1];
      const batch = read.events.slice(from, from + maxEvents);
      this.ends = new Map(batch.map((event, index) => [event.seq, read.ends[from + index]]));
      this.endSeq ??= batch.find(({ event }) => isEnd(event))?.seq ?? null;
      return batch.map((event) => this.fitting(event));
    }
  }

  acknowledge(storedThrough: number): void {
    this.acked = storedThrough;
    this.lastSeq = Math.max(this.lastSeq, storedThrough);
    this.seek(storedThrough + 1);
  }

  /** Sends from this event on, again if need be. */
  seek(seq: number): void {
    const offset = this.ends.get(seq - 1) ?? (seq < this.cursor.seq ? 0 : this.cursor.offset);
    this.cursor = { offset, seq };
  }

  /**
   * Keeps an event that the server will never take in a file of its own, and puts a line of the run's log in its place. Without its
   * start, a measurement or its end the run would have a hole: then it ends there, with the reason.
   */
  refuse(event: SpooledEvent, why: string): void {
    const kept = this.path.replace(/jsonl$/, "refused-events.jsonl");
    appendFileSync(kept, `${JSON.stringify(event)}\n`);
    const { kind } = event.event;
    const text = `An event (${kind}) could not be stored and was kept by the worker in ${basename(kept)}: ${why}`;
    const isMissed = kind === "started" || kind === "measurement" || isEnd(event.event);
    this.replaced.set(event.seq, {
      seq: event.seq,
      at: event.at,
      event: isMissed
        ? { kind: "ended", code: "INTERNAL", message: text.slice(0, 8000), step: this.history.lastStep }
        : { kind: "log", level: "error", text: text.slice(0, 4000) },
    });
  }

  isReplaced(seq: number): boolean {
    return this.replaced.has(seq);
  }

  private fitting(event: SpooledEvent): SpooledEvent {
    const bytes = this.ends.get(event.seq)! - (this.ends.get(event.seq - 1) ?? this.cursor.offset);
    if (bytes > protocolSizes.messageBytes && !this.replaced.has(event.seq))
      this.refuse(
        event,
        `it has ${bytes.toLocaleString("en")} bytes; the limit is ${protocolSizes.messageBytes.toLocaleString("en")}`,
      );
    return this.replaced.get(event.seq) ?? event;
  }

  /** Only after the run's process has ended: until then it alone writes. @throws when the disk refuses */
  append(event: RunEvent): void {
    const writer = openSpool(this.path);
    this.lastSeq = writer.append(event);
    writer.close();
    this.inspect();
  }

  /** Reads what was added since the last look. @throws if a line is damaged */
  inspect(): AttemptHistory {
    for (const { history } = this; existsSync(this.path); ) {
      const read = readSpool(this.path, this.scanned);
      if (read.events.length === 0) break;
      this.scanned = read.offset;
      for (const { seq, event } of read.events) {
        history.lastSeq = seq;
        if (isEnd(event)) history.end = event;
        if (event.kind === "started") history.resumedFromStep = event.resumedFromStep;
        if (event.kind === "checkpoint") history.checkpoints.push({ seq, step: event.step });
        if (event.kind === "checkpoint" || event.kind === "measurement") history.lastStep = event.step;
      }
    }
    if (this.history.end) this.endSeq = this.history.lastSeq;
    this.lastSeq = Math.max(this.lastSeq, this.history.lastSeq);
    return this.history;
  }

  /** Everything is stored: the events go, or stay as a ledger. */
  remove(keep: boolean): void {
    rmSync(this.statePath, { force: true });
    if (keep && existsSync(this.path)) renameSync(this.path, `${this.path}.sent`);
    else rmSync(this.path, { force: true });
  }

  /** The server will not take these events: they stay on disk, out of the way. */
  setAside(): void {
    rmSync(this.statePath, { force: true });
    if (existsSync(this.path)) renameSync(this.path, `${this.path}.refused`);
  }
}

const isEnd = (event: RunEvent): event is EndEvent => event.kind === "finished" || event.kind === "ended";
