import { appendFileSync } from "node:fs";
import { basename } from "node:path";
import type { SpooledEvent } from "../../contract/wire/runEvents.ts";
import { isEnd } from "./attemptHistory.ts";

/** Events of an attempt that the server will never take, and what is sent in place of each. */
export class RefusedEvents {
  private readonly file: string;
  private readonly replacements = new Map<number, SpooledEvent>();

  /** @param file where the refused events are kept */
  constructor(file: string) {
    this.file = file;
  }

  has(seq: number): boolean {
    return this.replacements.has(seq);
  }

  /** What is sent of an event: itself, or what is in its place. */
  replacementOf(event: SpooledEvent): SpooledEvent {
    return this.replacements.get(event.seq) ?? event;
  }

  /**
   * Keeps an event in the file, and puts a line of the run's log in its place. Without its start, a measurement or its end the run
   * would have a hole: then it ends there, with the reason.
   * @param lastStep of the attempt so far
   */
  add({ seq, at, event }: SpooledEvent, why: string, lastStep: number | null): void {
    appendFileSync(this.file, `${JSON.stringify({ seq, at, event })}\n`);
    const { kind } = event;
    const text = `An event (${kind}) could not be stored and was kept by the worker in ${basename(this.file)}: ${why}`;
    const isMissed = kind === "started" || kind === "measurement" || isEnd(event);
    this.replacements.set(seq, {
      seq,
      at,
      event: isMissed
        ? { kind: "ended", code: "INTERNAL", message: text.slice(0, 8000), step: lastStep }
        : { kind: "log", level: "error", text: text.slice(0, 4000) },
    });
  }
}
