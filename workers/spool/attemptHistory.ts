import type { RunEvent, SpooledEvent } from "../../contract/wire/runEvents.ts";
import { DamagedSpool } from "./spool.ts";

export type EndEvent = Extract<RunEvent, { kind: "finished" | "ended" }>;

export const isEnd = (event: RunEvent): event is EndEvent => event.kind === "finished" || event.kind === "ended";

/** What a spool says about its attempt. */
export interface AttemptHistory {
  lastSeq: number;
  lastStep: number | null;
  /** The event that ends the attempt, if it is there. */
  end: EndEvent | null;
  resumedFromStep: number | null;
  checkpoints: { seq: number; step: number }[];
}

export const noHistory = (): AttemptHistory => ({
  lastSeq: 0,
  lastStep: null,
  end: null,
  resumedFromStep: null,
  checkpoints: [],
});

/** Adds the next event, in place. @throws DamagedSpool if it does not follow on the last one */
export function addToHistory(history: AttemptHistory, { seq, event }: SpooledEvent): void {
  if (history.lastSeq > 0 && seq !== history.lastSeq + 1)
    throw new DamagedSpool(`event ${seq} follows event ${history.lastSeq} in the spool`);
  history.lastSeq = seq;
  if (isEnd(event)) history.end = event;
  if (event.kind === "started") history.resumedFromStep = event.resumedFromStep;
  if (event.kind === "checkpoint") history.checkpoints.push({ seq, step: event.step });
  if (event.kind === "checkpoint" || event.kind === "measurement") history.lastStep = event.step;
}
