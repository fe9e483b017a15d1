import { readFileSync } from "node:fs";
import type { LedgerLine } from "../../workers/agent/wire/ledger.ts";

export interface SentEvent {
  kind: string;
  step: number | null;
  hash: string;
}

/** What workers sent of one attempt, by their own account. */
export interface AttemptLedger {
  run: string;
  attempt: number;
  lease: string;
  /** By number; an event that was replaced by another has both. */
  sent: Map<number, SentEvent[]>;
  /** Events up to this number were acknowledged. */
  acked: number;
}

/** A line that a test writes between those of workers: what was acknowledged before may be gone, and is to be sent again. */
export const restoredLine = '{"restored":true}\n';

/** The ledgers of all workers, by `<run>.<attempt>.<digest of its lease>`; a line torn by a kill is left out. */
export function readLedgers(files: string[]): Map<string, AttemptLedger> {
  const ledgers = new Map<string, AttemptLedger>();
  for (const file of files) {
    const own = new Set<AttemptLedger>();
    for (const text of readFileSync(file, "utf8").split("\n")) {
      const line = parse(text);
      if (!line) continue;
      if ("restored" in line) {
        for (const ledger of own) ledger.acked = 0;
        continue;
      }
      const key = `${line.run}.${line.attempt}.${line.lease}`;
      const ledger = ledgers.get(key) ?? { run: line.run, attempt: line.attempt, lease: line.lease, sent: new Map(), acked: 0 };
      ledgers.set(key, ledger);
      own.add(ledger);
      if ("acked" in line) ledger.acked = Math.max(ledger.acked, line.acked);
      else note(ledger, line);
    }
  }
  return ledgers;
}

function note({ sent }: AttemptLedger, { sent: seq, kind, step, hash }: Extract<LedgerLine, { sent: number }>): void {
  const events = sent.get(seq) ?? [];
  if (events.every((event) => event.hash !== hash)) events.push({ kind, step, hash });
  sent.set(seq, events);
}

function parse(text: string): LedgerLine | { restored: true } | null {
  try {
    return JSON.parse(text) as LedgerLine | { restored: true };
  } catch {
    return null;
  }
}
