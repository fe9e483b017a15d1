import { isResumeName, stepInName } from "../../contract/wire/artefactNames.ts";
import { type Lineage, type ParentRun, type StoredCheckpoint, throughStep } from "../../contract/wire/workerProtocol.ts";
import type { Executor } from "../../db/database.ts";
import { type Claimed, type Claimer, claimRuns } from "../../db/queries/leases.ts";
import { readParents } from "../../db/queries/parents.ts";
import { listFiles, type RunFile, readLineage } from "../../db/queries/runFiles.ts";

export interface ClaimedRun extends Claimed {
  parent?: ParentRun;
  lineage?: Lineage;
  checkpoints?: StoredCheckpoint[];
}

const maxOffered = 40;

/** Claims runs for a worker, with what each may resume from. @returns those that were still queued */
export async function claimWithCheckpoints(
  db: Executor,
  given: Parameters<typeof claimRuns>[1],
  worker: Claimer,
  packId: string | null,
  leaseMs: number,
): Promise<ClaimedRun[]> {
  const claimed: ClaimedRun[] = [];
  const runs = await claimRuns(db, given, worker, packId, leaseMs);
  const grown = runs.filter(({ config }) => config.training.grown).map(({ runId }) => runId);
  const parents = await readParents(db, grown);
  for (const run of runs) {
    const parent = parents.get(run.runId);
    const given = parent ? { ...run, parent } : run;
    claimed.push(run.lastStarted === 0 || run.fromStart ? given : await withCheckpoints(db, given));
  }
  return claimed;
}

async function withCheckpoints(db: Executor, run: ClaimedRun): Promise<ClaimedRun> {
  const lineage = await readLineage(db, run.runId, run.attempt);
  return { ...run, lineage, checkpoints: usableCheckpoints(await listFiles(db, run.runId), lineage).slice(0, maxOffered) };
}

/** Those on the curve that the next attempt continues, the furthest first. */
export function usableCheckpoints(files: readonly RunFile[], lineage: Lineage): StoredCheckpoint[] {
  return files
    .filter(({ name }) => isResumeName(name) && stepInName(name) > 0)
    .map(({ attempt, name, bytes, sha256 }) => ({ attempt, step: stepInName(name), name, bytes, sha256 }))
    .filter(({ attempt, step }) => step <= throughStep(lineage, attempt))
    .sort((a, b) => b.step - a.step || b.attempt - a.attempt);
}
