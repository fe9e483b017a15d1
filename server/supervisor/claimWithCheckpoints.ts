import { isResumeName, stepInName } from "../../contract/wire/artefactNames.ts";
import { type Lineage, type StoredCheckpoint, throughStep } from "../../contract/wire/workerProtocol.ts";
import type { Executor } from "../../db/database.ts";
import { type Claimed, claimRun } from "../../db/queries/leases.ts";
import { listFiles, type RunFile, readLineage } from "../../db/queries/runFiles.ts";

export interface ClaimedRun extends Claimed {
  lineage?: Lineage;
  checkpoints?: StoredCheckpoint[];
}

const maxOffered = 40;

/** Claims a run for a worker, with what it may resume from. @returns null if it is no longer queued */
export async function claimWithCheckpoints(
  db: Executor,
  runId: string,
  worker: Parameters<typeof claimRun>[2],
  lease: string,
  leaseMs: number,
): Promise<ClaimedRun | null> {
  const claimed = await claimRun(db, runId, worker, lease, leaseMs);
  if (!claimed || claimed.lastStarted === 0 || claimed.fromStart) return claimed;
  const lineage = await readLineage(db, runId, claimed.attempt);
  return { ...claimed, lineage, checkpoints: usableCheckpoints(await listFiles(db, runId), lineage).slice(0, maxOffered) };
}

/** Those on the curve that the next attempt continues, the furthest first. */
export function usableCheckpoints(files: readonly RunFile[], lineage: Lineage): StoredCheckpoint[] {
  return files
    .filter(({ name }) => isResumeName(name) && stepInName(name) > 0)
    .map(({ attempt, name, bytes, sha256 }) => ({ attempt, step: stepInName(name), name, bytes, sha256 }))
    .filter(({ attempt, step }) => step <= throughStep(lineage, attempt))
    .sort((a, b) => b.step - a.step || b.attempt - a.attempt);
}
