import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";
import { numbersOf, type SpooledEvent } from "../../../contract/wire/runEvents.ts";
import type { SendBatch } from "./spoolSender.ts";

/** A line of a ledger: an event that was sent, or how far an attempt's events were acknowledged. */
export type LedgerLine =
  | ({ sent: number; kind: string; step: number | null; hash: string } & LedgerAttempt)
  | ({ acked: number } & LedgerAttempt);

/** Of the lease a digest: another attempt of the same number, after a database was restored, has another one. */
interface LedgerAttempt {
  run: string;
  attempt: number;
  lease: string;
}

/**
 * Notes in a file what goes out and what comes back, apart from the spool that is to be tested: a line an event each time it is sent,
 * written before it goes, and a line an acknowledgement.
 */
export function keepLedger(file: string, send: SendBatch): SendBatch {
  const note = (lines: LedgerLine[]) => appendFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return async (batch) => {
    const { runId: run, events } = batch;
    const of = { run, attempt: batch.attempt, lease: leaseDigest(batch.lease) };
    note(events.map((event) => ({ sent: event.seq, ...of, ...summarize(event) })));
    const answer = await send(batch);
    if (answer?.ok) note([{ acked: answer.storedThrough, ...of }]);
    return answer;
  };
}

function summarize({ event }: SpooledEvent): { kind: string; step: number | null; hash: string } {
  const step = event.kind === "geometry" ? event.snapshot.step : "step" in event ? event.step : null;
  return { kind: event.kind, step, hash: event.kind === "measurement" ? valuesHash(numbersOf(event)) : digest(event) };
}

/** Of a measurement: of its series in the order of their keys. */
export const valuesHash = (values: Record<string, number>): string =>
  digest(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));

export const leaseDigest = (lease: string): string => digest(lease).slice(0, 8);

const digest = (content: unknown): string =>
  createHash("sha256").update(JSON.stringify(content)).digest("base64url").slice(0, 16);
