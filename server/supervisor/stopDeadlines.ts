import { listStopping } from "../../db/queries/runs.ts";
import type { ServiceContext } from "../services/context.ts";
import { loseAttempt } from "./loseAttempt.ts";

/** A worker kills a cancelled run's process within 2 s, and a suspended one's within a minute; whoever has not done so will not. */
const usualMs = { cancelling: 30_000, pausing: 120_000 };

/**
 * Ends attempts that were to stop and do not, although their worker answers (its disk refuses the last event, its process cannot be
 * killed): the run and its slot do not wait for that.
 */
export class StopDeadlines {
  private readonly context: ServiceContext;
  private readonly limitMs: typeof usualMs;
  /** Lease → since when it is known to be stopping, ms of this process' clock. */
  private readonly since = new Map<string, number>();

  constructor(context: ServiceContext, limitMs = usualMs) {
    this.context = context;
    this.limitMs = limitMs;
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
      if (now - since < this.limitMs[status as keyof typeof usualMs]) continue;
      const held = { runId: id, attempt, lease: lease! };
      await loseAttempt(this.context, experimentId, held, "Its worker did not stop it in time.", { excused: true });
      this.context.dispatch.release(workerId, id);
    }
  }
}
