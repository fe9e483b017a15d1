import { readRunState } from "../../db/queries/runs.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { endLostAttempt } from "./endLostAttempt.ts";

/** Claims that failed: the database may have made them, and only its answer was lost. */
export class UnsentClaims {
  /** Run → lease. */
  private readonly leases = new Map<string, string>();

  add(runId: string, lease: string): void {
    this.leases.set(runId, lease);
  }

  /** Takes back those that were made. */
  async takeBack(context: ServiceContext): Promise<void> {
    for (const [runId, lease] of this.leases) {
      const state = await readRunState(context.database.orm, runId);
      if (state?.lease === lease) {
        const held = { runId, attempt: state.attempt, lease };
        const message = "The database failed while the run was being assigned.";
        await endLostAttempt(context, state.experimentId, held, message, { excused: true });
      }
      this.leases.delete(runId);
    }
  }
}
