import { setTimeout as sleep } from "node:timers/promises";
import { crc32 } from "node:zlib";
import type { FailureCode } from "../../../contract/failure.ts";
import type { SpooledEvent } from "../../../contract/wire/runEvents.ts";
import type { EventAnswer, EventBatch } from "../../../contract/wire/workerProtocol.ts";
import { log, messageOf } from "../../log.ts";
import type { AttemptSpool } from "../../spool/attemptSpool.ts";
import { DamagedSpool } from "../../spool/spool.ts";

interface SenderListener {
  /** Whether an end that another attempt may follow is to wait: the attempt's last checkpoint goes first. */
  holdsEnd(): boolean;
  /** Such an end is the next event. */
  endHeld(): void;
  /** More is stored. */
  acknowledged(): void;
  /** The spool cannot be sent as it is. */
  damaged(why: string): void;
  /** The server takes no more of this attempt. */
  refused(code: string, message: string): void;
}

/** @returns null if there is no connection or no answer came */
export type SendBatch = (batch: EventBatch) => Promise<EventAnswer | null>;

/** Nothing resumes after these. */
const endsForGood: FailureCode[] = ["DIVERGED", "CANCELLED"];
const batchEvents = 500;
/** Events of so short a time go together: a message costs more than its bytes. */
const batchMs = 15;
const retryMs = { first: 250, most: 5_000 };

/** Sends one attempt's spool in order, one batch at a time, until the server has it: each event arrives at least once. */
export class SpoolSender {
  private readonly spool: AttemptSpool;
  private readonly send: SendBatch;
  private readonly listener: SenderListener;
  private busy = false;
  private woken = false;
  private stopped = false;
  private maxEvents = batchEvents;
  private lastSentAt = Number.NEGATIVE_INFINITY;
  private failures = 0;

  constructor(spool: AttemptSpool, send: SendBatch, listener: SenderListener) {
    this.spool = spool;
    this.send = send;
    this.listener = listener;
  }

  /** There may be something to send: new events, or a connection. */
  wake(): void {
    this.woken = true;
    if (!this.busy && !this.stopped) void this.work();
  }

  stop(): void {
    this.stopped = true;
  }

  private async work(): Promise<void> {
    this.busy = true;
    while (this.woken && !this.stopped) {
      this.woken = false;
      const idleMs = performance.now() - this.lastSentAt;
      if (idleMs < batchMs) await sleep(batchMs - idleMs);
      if (!this.stopped && (await this.trySending())) this.woken = true;
    }
    this.busy = false;
  }

  private async trySending(): Promise<boolean> {
    try {
      return await this.sendNext();
    } catch (error) {
      if (!(error instanceof DamagedSpool)) return this.retry(`the spool cannot be read: ${messageOf(error)}`);
      this.stopped = true;
      this.listener.damaged(error.message);
      return false;
    }
  }

  /** @returns whether there may be more to send right away */
  private async sendNext(): Promise<boolean> {
    const events = this.withoutHeldEnd(this.spool.next(this.maxEvents));
    if (events.length === 0) return false;
    this.lastSentAt = performance.now();
    const checksum = crc32(JSON.stringify(events)).toString(16).padStart(8, "0");
    const answer = await this.send({ ...this.spool.lease, events, checksum });
    if (this.stopped || answer === null) return false; // a new connection wakes it again
    if (answer.ok) return this.accept(answer.storedThrough);
    switch (answer.code) {
      case "SEQUENCE_GAP":
        if (answer.expected === events[0].seq) return this.retry("it lacks the very event that was sent");
        this.spool.seek(answer.expected);
        return true;
      case "LEASE_LOST":
      case "NOT_FOUND":
        return this.giveUp(answer.code, answer.message);
      case "INVALID":
        return this.narrow(events.length, answer.message);
      default:
        return this.retry(answer.message);
    }
  }

  private withoutHeldEnd(events: SpooledEvent[]): SpooledEvent[] {
    const event = events.at(-1)?.event;
    const isHeld = event?.kind === "ended" && !endsForGood.includes(event.code) && this.listener.holdsEnd();
    if (!isHeld) return events;
    this.listener.endHeld();
    return events.slice(0, -1);
  }

  private accept(storedThrough: number): true {
    this.failures = 0;
    this.maxEvents = Math.min(batchEvents, this.maxEvents * 2);
    this.spool.acknowledge(storedThrough);
    this.listener.acknowledged();
    return true;
  }

  /** Halves the batch until the one event is found that the server cannot read. */
  private narrow(sent: number, message: string): boolean {
    if (sent > 1) {
      this.maxEvents = Math.ceil(sent / 2);
      return true;
    }
    const [event] = this.spool.next(1);
    if (this.spool.isReplaced(event.seq)) return this.giveUp("INVALID", message);
    log(`Run ${this.spool.lease.runId}: event ${event.seq} (${event.event.kind}) was refused and is kept: ${message}`);
    this.spool.refuse(event, message);
    return true;
  }

  private giveUp(code: string, message: string): false {
    this.stopped = true;
    this.listener.refused(code, message);
    return false;
  }

  private async retry(message: string): Promise<true> {
    const delayMs = Math.min(retryMs.most, retryMs.first * 2 ** this.failures++);
    if (this.failures === 3) log(`Events of run ${this.spool.lease.runId} cannot be stored now: ${message}; still retrying`);
    await sleep(delayMs * (0.5 + Math.random() / 2));
    return true;
  }
}
