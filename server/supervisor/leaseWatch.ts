import type { Lease } from "../../contract/wire/workerProtocol.ts";
import {
  extendAllLeases,
  holdLeases,
  leaseRanOut,
  listExpired,
  readClock,
  recordLook,
  unholdLeases,
} from "../../db/queries/leases.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { endLostAttempt } from "./endLostAttempt.ts";

/** For so long a worker that is too old or too new for this server keeps what it holds: time to install the right one. */
export const upgradeMs = 3_600_000;

/** Ends leases that were not renewed in time, by the database's clock. */
export class LeaseWatch {
  private readonly context: ServiceContext;
  /** This process' clock and the database's when leases were last looked at. */
  private looked: { at: number; clockMs: number } | null = null;

  constructor(context: ServiceContext) {
    this.context = context;
  }

  /** Renews all leases: whoever held one while nobody listened gets time to come back. Not while other servers listen. */
  async begin(): Promise<void> {
    await extendAllLeases(this.context.database.orm, this.context.leaseTimes.leaseMs);
    this.looked = { at: performance.now(), clockMs: await readClock(this.context.database.orm) };
  }

  /**
   * Takes runs back from workers that do not answer. Leases that ran out while nobody could renew them are given time instead: the
   * database was away, the machine slept, a clock was set, no server led.
   */
  async look(): Promise<void> {
    const { database, leaseTimes } = this.context;
    const at = performance.now();
    const gapMs = await (database.address === null ? this.gapHere(at) : recordLook(database.orm, this.context.bus.serverId));
    if (gapMs === null || Math.abs(gapMs) > leaseTimes.leaseMs / 2) await extendAllLeases(database.orm, leaseTimes.leaseMs);
    else await this.expire(at);
  }

  /** Keeps leases for a worker that cannot renew them. @returns until when */
  async hold(leases: readonly Lease[]): Promise<Date | null> {
    return holdLeases(this.context.database.orm, leases, upgradeMs);
  }

  /** Their worker can renew them again. */
  async unhold(leases: readonly Lease[]): Promise<void> {
    await unholdLeases(this.context.database.orm, leases);
  }

  /** How long this process, the only one, has not looked, or by how much a clock was set in the meantime, ms. */
  private async gapHere(at: number): Promise<number | null> {
    const before = this.looked;
    const clockMs = await readClock(this.context.database.orm);
    this.looked = { at, clockMs };
    if (before === null) return null;
    const passedMs = at - before.at;
    return Math.max(passedMs, Math.abs(clockMs - before.clockMs - passedMs));
  }

  private async expire(lookedAt: number): Promise<void> {
    const { context } = this;
    for (const { id, experimentId, attempt, lease } of await listExpired(context.database.orm)) {
      // This process stood still: another one may look by now, and gives those time that nobody could renew.
      if (performance.now() - lookedAt > context.leaseTimes.leaseMs / 2) return;
      await endLostAttempt(context, experimentId, { runId: id, attempt, lease: lease! }, leaseRanOut, {
        // A heartbeat may have come in between.
        unless: async (tx) => (await listExpired(tx, id)).length === 0,
      });
    }
  }
}
