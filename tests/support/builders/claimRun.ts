import type { Executor } from "../../../db/database.ts";
import { type Claimed, type Claimer, claimRuns } from "../../../db/queries/leases.ts";

/** Gives a queued run to a worker, alone in its slot. @returns null if it is no longer queued */
export async function claimRun(
  db: Executor,
  runId: string,
  worker: Claimer,
  lease: string,
  leaseMs: number,
): Promise<Claimed | null> {
  const [claimed] = await claimRuns(db, [{ id: runId, lease }], worker, null, leaseMs);
  return claimed ?? null;
}
