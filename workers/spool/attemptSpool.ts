import { copyFileSync, existsSync, renameSync, rmSync, truncateSync } from "node:fs";
import type { RunEvent, SpooledEvent } from "../../contract/wire/runEvents.ts";
import { type Lease, protocolSizes } from "../../contract/wire/workerProtocol.ts";
import { type AttemptHistory, addToHistory, type EndEvent, isEnd, noHistory } from "./attemptHistory.ts";
import { RefusedEvents } from "./refusedEvents.ts";
import { DamagedSpool, openSpool, readSpool, type SpoolRead, spoolPath } from "./spool.ts";
import { readSpoolState, writeSpoolState } from "./spoolState.ts";

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
  /** That event, in the form that was sent. */
  private sentEnd: EndEvent | null = null;
  private history = noHistory();
  /** Checkpoints that were sent and not acknowledged yet. */
  private sentCheckpoints: AttemptHistory["checkpoints"] = [];
  /** Step of the newest checkpoint that the server knows of. */
  storedCheckpoint: number | null = null;
  /** The last event, where the disk refused it: sent after all that is in the file. */
  private held: SpooledEvent | null = null;
  private readonly refused: RefusedEvents;

  constructor(folder: string, lease: Lease) {
    this.lease = lease;
    this.path = spoolPath(folder, lease.runId, lease.attempt);
    this.refused = new RefusedEvents(this.path.replace(/jsonl$/, "refused-events.jsonl"));
  }

  /** An attempt of an earlier life. @returns null if the file is no such state */
  static reopen(folder: string, stateFile: string): AttemptSpool | null {
    const state = readSpoolState(stateFile);
    if (state === null) return null;
    const spool = new AttemptSpool(folder, state.lease);
    if (spool.statePath !== stateFile) return null;
    spool.process = state.process;
    spool.acked = state.acked;
    spool.cursor.seq = state.acked + 1;
    return spool;
  }

  get statePath(): string {
    return this.path.replace(/jsonl$/, "json");
  }

  get unsent(): number {
    return Math.max(0, this.lastSeq - this.acked);
  }

  save(): void {
    writeSpoolState(this.statePath, this);
    this.savedAt = performance.now();
  }

  /** Keeps the acknowledged position at most once a second: an older one only means that events are sent twice. */
  saveSoon(): void {
    if (performance.now() - this.savedAt < 1_000) return;
    try {
      this.save();
    } catch {
      // A full disk is no reason to send less.
    }
  }

  /** For an attempt that begins: what another one of its number left behind is not its own. */
  begin(): void {
    if (existsSync(this.path)) renameSync(this.path, `${this.path}.refused`);
    this.save();
  }

  /** The next events to send; they stay next until `acknowledge`. @throws DamagedSpool if they cannot be read, or are not there */
  next(maxEvents: number): SpooledEvent[] {
    if (this.held?.seq === this.cursor.seq) return [this.held];
    for (;;) {
      const read = this.read(this.cursor.offset);
      if (read.events.length === 0) {
        if (this.lastSeq >= this.cursor.seq) throw this.lacks(this.lastSeq);
        return [];
      }
      const from = read.events.findIndex((event) => event.seq >= this.cursor.seq);
      if (from < 0) {
        this.cursor.offset = read.offset;
        continue;
      }
      if (from > 0) this.cursor.offset = read.ends[from - 1];
      const { seq: first } = read.events[from];
      if (first > this.cursor.seq) throw this.lacks(first - 1);
      const batch = read.events.slice(from, from + maxEvents).filter(({ seq }, index) => seq === first + index);
      for (const { seq, event } of batch) {
        if (event.kind === "checkpoint") this.sentCheckpoints.push({ seq, step: event.step });
        if (isEnd(event)) this.sentEnd = event;
      }
      this.lastSeq = Math.max(this.lastSeq, batch.at(-1)!.seq);
      this.ends = new Map(batch.map((event, index) => [event.seq, read.ends[from + index]]));
      this.endSeq ??= batch.find(({ event }) => isEnd(event))?.seq ?? null;
      return batch.map((event) => this.fitting(event));
    }
  }

  /** @throws DamagedSpool if the server has more of the attempt than this spool: it is an older copy, or its end was lost */
  acknowledge(storedThrough: number): void {
    this.acked = storedThrough;
    this.seek(storedThrough + 1);
    for (const { seq, step } of this.sentCheckpoints)
      if (seq <= storedThrough) this.storedCheckpoint = Math.max(this.storedCheckpoint ?? 0, step);
    this.sentCheckpoints = this.sentCheckpoints.filter(({ seq }) => seq > storedThrough);
    const isBeyond = storedThrough > this.lastSeq || (this.endSeq !== null && storedThrough > this.endSeq);
    if (isBeyond && storedThrough > this.inspect().lastSeq)
      throw new DamagedSpool(`the server has ${storedThrough} events of it, but the spool only ${this.history.lastSeq}`);
  }

  /** Sends from this event on, again if need be. */
  seek(seq: number): void {
    const offset = this.ends.get(seq - 1) ?? (seq < this.cursor.seq ? 0 : this.cursor.offset);
    this.cursor = { offset, seq };
  }

  /** Puts something else in the place of an event that the server will never take (see refusedEvents.ts). */
  refuse(event: SpooledEvent, why: string): void {
    this.refused.add(event, why, this.history.lastStep);
  }

  isReplaced(seq: number): boolean {
    return this.refused.has(seq);
  }

  private fitting(event: SpooledEvent): SpooledEvent {
    const bytes = this.ends.get(event.seq)! - (this.ends.get(event.seq - 1) ?? this.cursor.offset);
    if (bytes > protocolSizes.messageBytes && !this.refused.has(event.seq))
      this.refuse(
        event,
        `it has ${bytes.toLocaleString("en")} bytes; the limit is ${protocolSizes.messageBytes.toLocaleString("en")}`,
      );
    return this.refused.replacementOf(event);
  }

  /** Only after the run's process has ended: until then it alone writes. @throws if the disk cannot be written */
  append(...events: RunEvent[]): void {
    const writer = openSpool(this.path, this.acked);
    for (const event of events) this.lastSeq = writer.append(event);
    writer.close();
    this.inspect();
  }

  /** The attempt's last event; a disk that refuses it does not keep it from the server. @throws DamagedSpool */
  appendOrHold(event: EndEvent): void {
    try {
      this.append(event);
    } catch (error) {
      if (error instanceof DamagedSpool) throw error;
      const seq = this.inspect().lastSeq + 1;
      this.held = { seq, at: Date.now(), event };
      Object.assign(this.history, { lastSeq: seq, end: event });
      Object.assign(this, { lastSeq: seq, endSeq: seq, sentEnd: event });
    }
  }

  /**
   * Restarts the file where it cannot be sent unchanged: with what can be read of it if the server lacks no event before that, else
   * with nothing; then the attempt ends there. The old file is set aside. Only after the run's process has ended.
   * @throws when the disk refuses; it can be called again then
   */
  restart(why: string): void {
    const needed = this.cursor.seq;
    const { first, last, offset } = readablePart((from) => this.read(from));
    const isKept = offset > 0 && first <= needed && needed <= last + 1;
    const aside = this.freeName("damaged");
    if (existsSync(this.path)) renameSync(this.path, aside);
    if (isKept) {
      copyFileSync(aside, this.path);
      truncateSync(this.path, offset);
    }
    Object.assign(this, {
      acked: needed - 1,
      lastSeq: needed - 1,
      cursor: { offset: 0, seq: needed },
      ends: new Map(),
      scanned: 0,
    });
    Object.assign(this, { history: noHistory(), held: null, endSeq: null, sentEnd: null, sentCheckpoints: [] });
    if (this.inspect().end === null) {
      const text = `The worker's spool of this attempt was damaged: ${why}. The next attempt resumes from the checkpoint before that.`;
      const step = this.history.lastStep;
      this.append({ kind: "log", level: "error", text }, { kind: "ended", code: "WORKER_LOST", message: text, step });
    }
    this.save();
  }

  private read(offset: number): SpoolRead {
    if (existsSync(this.path)) return readSpool(this.path, offset, protocolSizes.batchBytes);
    if (offset > 0) throw new DamagedSpool("its file is gone");
    return { events: [], ends: [], offset };
  }

  private lacks(through: number): DamagedSpool {
    return new DamagedSpool(`events ${this.cursor.seq} to ${through} are not in the spool`);
  }

  private freeName(kind: string): string {
    for (let n = 1; ; n++) {
      const name = `${this.path}.${kind}${n === 1 ? "" : `-${n}`}`;
      if (!existsSync(name)) return name;
    }
  }

  /** Reads what was added since the last look. @throws DamagedSpool if a line is damaged or missing */
  inspect(): AttemptHistory {
    for (;;) {
      const read = this.read(this.scanned);
      if (read.events.length === 0) break;
      for (const [index, event] of read.events.entries()) {
        addToHistory(this.history, event);
        this.scanned = read.ends[index];
      }
    }
    if (this.history.end) this.endSeq = this.history.lastSeq;
    this.lastSeq = Math.max(this.lastSeq, this.history.lastSeq);
    return this.history;
  }

  /** How the attempt ended, by what was sent. */
  get end(): EndEvent | null {
    return this.sentEnd ?? this.inspect().end;
  }

  /** Everything is stored: the events go, or stay as a ledger. */
  remove(keep: boolean): void {
    rmSync(this.statePath, { force: true });
    if (keep && existsSync(this.path)) renameSync(this.path, `${this.path}.sent`);
    else rmSync(this.path, { force: true });
  }

  /** The server has lost some of it: all of it is sent again, as far as the server has it not. */
  resendAll(): void {
    this.acked = 0;
    this.seek(1);
  }

  /** The server will not take these events: they stay on disk, out of the way. */
  setAside(): void {
    rmSync(this.statePath, { force: true });
    if (existsSync(this.path)) renameSync(this.path, `${this.path}.refused`);
  }
}

/** The events from the first one on that can be read and follow on one another. */
function readablePart(read: (offset: number) => SpoolRead): { first: number; last: number; offset: number } {
  const part = { first: 1, last: 0, offset: 0 };
  try {
    for (;;) {
      const { events, ends } = read(part.offset);
      if (events.length === 0) return part;
      if (part.offset === 0) Object.assign(part, { first: events[0].seq, last: events[0].seq - 1 });
      for (const [index, { seq }] of events.entries()) {
        if (seq !== part.last + 1) return part;
        Object.assign(part, { last: seq, offset: ends[index] });
      }
    }
  } catch (error) {
    if (error instanceof DamagedSpool) return part;
    throw error;
  }
}
