import type { Lease } from "../../contract/wire/workerProtocol.ts";
import { extendAllLeases, leaseRanOut, listExpired, readClock } from "../../db/queries/leases.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { endLostAttempt } from "./endLostAttempt.ts";

/** For so long a worker that is too old or too new for this server keeps what it holds: time to install the right one. */
export const upgradeMs = 3_600_000;

/** Ends leases that were not renewed in time, by the database's clock. */
export class LeaseWatch {
  private readonly context: ServiceContext;
  /** This process' clock and the database's when leases were last looked at. */
  private looked: { at: number; clockMs: number } | null = null;
  /** Lease → until when it does not run out, ms of this process' clock. */
  private readonly held = new Map<string, number>();

  constructor(context: ServiceContext) {
    this.context = context;
  }

  /** Renews all leases: whoever held one while nobody listened gets time to come back. */
  async begin(): Promise<void> {
    await extendAllLeases(this.context.database.orm, this.context.leaseTimes.leaseMs);
    this.looked = { at: performance.now(), clockMs: await readClock(this.context.database.orm) };
  }

  /**
   * Takes runs back from workers that do not answer. Leases that ran out while nobody could renew them are given time instead: the
   * database was away, the machine slept, a clock was set.
   */
  async look(): Promise<void> {
    const { database, leaseTimes } = this.context;
    const before = this.looked;
    const at = performance.now();
    const clockMs = await readClock(database.orm);
    this.looked = { at, clockMs };
    const passedMs = at - (before?.at ?? Number.NEGATIVE_INFINITY);
    const driftMs = Math.abs(clockMs - (before?.clockMs ?? 0) - passedMs);
    if (passedMs > leaseTimes.leaseMs / 2 || driftMs > leaseTimes.leaseMs / 2)
      await extendAllLeases(database.orm, leaseTimes.leaseMs);
    else await this.expire();
  }

  /** Keeps leases for a worker that cannot renew them. @returns for how much longer, ms */
  hold(leases: readonly Lease[]): number {
    const now = performance.now();
    for (const { lease } of leases) if (!this.held.has(lease)) this.held.set(lease, now + upgradeMs);
    const ends = leases.map(({ lease }) => this.held.get(lease)!);
    return Math.max(0, Math.min(...ends) - now);
  }

  /** Its worker can renew it again. */
  unhold({ lease }: Lease): void {
    this.held.delete(lease);
  }

  private async expire(): Promise<void> {
    const { context } = this;
    const now = performance.now();
    for (const { id, experimentId, attempt, lease, status } of await listExpired(context.database.orm)) {
      // Who cancels or pauses it does not wait for an upgrade.
      if ((status === "leased" || status === "running") && (this.held.get(lease!) ?? 0) > now) continue;
      this.held.delete(lease!);
      await endLostAttempt(context, experimentId, { runId: id, attempt, lease: lease! }, leaseRanOut, {
        // A heartbeat may have come in between.
        unless: async (tx) => (await listExpired(tx, id)).length === 0,
      });
    }
  }
}
