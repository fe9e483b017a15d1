import { expect } from "vitest";
import type { Lease } from "../../../contract/wire/workerProtocol.ts";
import type { RawWorker } from "../client/rawWorker.ts";
import { finished, measured, numbered, started } from "./events.ts";

/** What one run's worker sent, by its own account: the value of every event follows from its number. */
export interface Ledger {
  lease: Lease;
  acknowledged: number;
}

/** Events of a run: its start, measurements, its end. */
export const eventsEach = 1_500;
/** Steps of the measurements among them. */
export const measuredSteps = Array.from({ length: eventsEach - 2 }, (_, index) => index + 2);

export const valueAt = (runOrdinal: number, seq: number) => runOrdinal * 1e6 + seq;
const eventOf = (runOrdinal: number, seq: number) =>
  seq === 1
    ? started(0, eventsEach)
    : seq === eventsEach
      ? finished(eventsEach)
      : measured(seq, { "train/loss": valueAt(runOrdinal, seq), "train/nc1.ratio@1": -valueAt(runOrdinal, seq) });

/** Sends a run's events in small batches, one after the other, until all are acknowledged or the line is cut. */
export async function sendUntilCut(worker: RawWorker, ledger: Ledger, run: number, through = eventsEach): Promise<void> {
  while (ledger.acknowledged < through) {
    const first = ledger.acknowledged + 1;
    const count = Math.min(20, eventsEach - ledger.acknowledged);
    const events = Array.from({ length: count }, (_, index) => eventOf(run, first + index));
    const cut = new Promise<null>((resolve) => worker.socket.once("disconnect", () => resolve(null)));
    const answer = await Promise.race([worker.events(ledger.lease, numbered(events, first)).catch(() => null), cut]);
    if (answer === null || !worker.socket.connected) return;
    if (!answer.ok && answer.code === "INTERNAL") continue; // not now: the same again
    if (!answer.ok) throw new Error(JSON.stringify(answer));
    expect(answer.storedThrough).toBeGreaterThanOrEqual(first + count - 1);
    ledger.acknowledged = first + count - 1;
  }
}
