import { listStopping } from "../../db/queries/runRequests.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { endLostAttempt } from "./endLostAttempt.ts";

/**
 * In leases, of 15 s unless set otherwise. A worker kills a cancelled run's process within 2 s, and a suspended one's within a minute;
 * whoever has not done so by then will not.
 */
const leases = { cancelling: 2, pausing: 8 };

/**
 * Ends attempts that were to stop and do not, although their worker answers (its disk refuses the last event, its process cannot be
 * killed): the run and its slot do not wait for that.
 */
export class StopDeadlines {
  private readonly context: ServiceContext;
  /** Lease → since when it is known to be stopping, ms of this process' clock. */
  private readonly since = new Map<string, number>();

  constructor(context: ServiceContext) {
    this.context = context;
  }

  async look(): Promise<void> {
    const now = performance.now();
    const stopping = await listStopping(this.context.database.orm);
    const present = new Set(stopping.map(({ lease, status }) => `${status} ${lease}`));
    for (const key of this.since.keys()) if (!present.has(key)) this.since.delete(key);
    for (const { id, experimentId, attempt, lease, status, workerId } of stopping) {
      const key = `${status} ${lease}`;
      const since = this.since.get(key) ?? now;
      this.since.set(key, since);
      if (now - since < leases[status as keyof typeof leases] * this.context.leaseTimes.leaseMs) continue;
      const held = { runId: id, attempt, lease: lease! };
      await endLostAttempt(this.context, experimentId, held, "Its worker did not stop it in time.", { excused: true });
      this.context.dispatch.release(workerId, id);
    }
  }
}
