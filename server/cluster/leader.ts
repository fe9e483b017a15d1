import type { Database } from "../../db/database.ts";
import { LeaderLock } from "../../db/leaderLock.ts";
import { log } from "../log/log.ts";

/** Of the time that silence of a worker is borne: another server leads within half of it. */
const confirmMs = (leaseMs: number) => Math.min(1_000, leaseMs / 12);

/** Whether this server does what one of them does for all: an advisory lock says so, and with an embedded database it always does. */
export class Leader {
  private readonly lock: LeaderLock | null;
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly working = new Set<Promise<void>>();
  private wasLeading = false;

  constructor(database: Database, leaseMs: number) {
    this.lock = database.address === null ? null : new LeaderLock(database.address, confirmMs(leaseMs));
  }

  /** As of the last time it asked. */
  get isLeader(): boolean {
    return this.lock === null || this.lock.held;
  }

  /** Asks the database, where it is not certain. */
  async leads(): Promise<boolean> {
    const leads = this.lock === null || (await this.lock.confirm());
    if (leads !== this.wasLeading && this.lock !== null)
      log.info(leads ? "This server leads: it watches the leases of all servers." : "This server no longer leads.");
    this.wasLeading = leads;
    return leads;
  }

  /** Has the leading server do this work at an interval, never two turns at once. Errors are logged. */
  every(ms: number, what: string, work: () => Promise<unknown>): void {
    let turn: Promise<void> | null = null;
    const timer = setInterval(() => {
      if (turn !== null) return;
      turn = this.turn(what, work).finally(() => {
        if (turn !== null) this.working.delete(turn);
        turn = null;
      });
      this.working.add(turn);
    }, ms);
    timer.unref();
    this.timers.push(timer);
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all(this.working);
    await this.lock?.close();
  }

  private async turn(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      if (await this.leads()) await work();
    } catch (error) {
      log.error(what, error);
    }
  }
}
