import { readFileSync } from "node:fs";
import type { LedgerLine } from "../../workers/agent/ledger.ts";

export interface SentEvent {
  kind: string;
  step: number | null;
  hash: string;
}

/** What workers sent of one attempt, by their own account. */
export interface AttemptLedger {
  run: string;
  attempt: number;
  /** By number; an event that was replaced by another has both. */
  sent: Map<number, SentEvent[]>;
  /** Events up to this number were acknowledged. */
  acked: number;
}

/** The ledgers of all workers, by `<run>.<attempt>`; a line torn by a kill is left out. */
export function readLedgers(files: string[]): Map<string, AttemptLedger> {
  const ledgers = new Map<string, AttemptLedger>();
  for (const file of files)
    for (const text of readFileSync(file, "utf8").split("\n")) {
      const line = parse(text);
      if (!line) continue;
      const key = `${line.run}.${line.attempt}`;
      const ledger = ledgers.get(key) ?? { run: line.run, attempt: line.attempt, sent: new Map(), acked: 0 };
      ledgers.set(key, ledger);
      if ("acked" in line) ledger.acked = Math.max(ledger.acked, line.acked);
      else note(ledger, line);
    }
  return ledgers;
}

function note({ sent }: AttemptLedger, { sent: seq, kind, step, hash }: Extract<LedgerLine, { sent: number }>): void {
  const events = sent.get(seq) ?? [];
  if (events.every((event) => event.hash !== hash)) events.push({ kind, step, hash });
  sent.set(seq, events);
}

function parse(text: string): LedgerLine | null {
  try {
    return JSON.parse(text) as LedgerLine;
  } catch {
    return null;
  }
}
