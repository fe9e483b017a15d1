import type { DatabaseTrouble } from "../../db/databaseTrouble.ts";
import type { Changes } from "../context/serviceContext.ts";
import { log } from "../log/log.ts";

/** Tells the log and the pages, once each, that the database is away and that it is back. */
export class DatabaseHealth {
  private readonly changes: Changes;
  private readonly stopping: AbortSignal;
  /** What was last said of the database; null while it answers. */
  private said: string | null = null;

  constructor(changes: Changes, stopping: AbortSignal) {
    this.changes = changes;
    this.stopping = stopping;
  }

  /** @param trouble null: it answers */
  report(trouble: DatabaseTrouble | null): void {
    if (!this.stopping.aborted) this.changes.trouble(trouble?.failure.message ?? null);
    const why = trouble?.why ?? null;
    if (why === this.said) return;
    this.said = why;
    if (why === null) log.info("The database answers again.");
    else log.warning(`The database is not answering properly: ${why}.`);
  }
}
