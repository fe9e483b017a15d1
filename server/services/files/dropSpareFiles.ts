import type { RunStatus } from "../../../contract/status.ts";
import { isResumeName, stepInName } from "../../../contract/wire/artefactNames.ts";
import { throughStep } from "../../../contract/wire/workerProtocol.ts";
import { forgetFile, listFiles, type RunFile, readLineage } from "../../../db/queries/runFiles.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";

/** A run that ended so begins at step 0 if it is ever run again. */
export const endedForGood = ["finished", "diverged"] as const satisfies RunStatus[];
export const needsNoCheckpoint = (status: RunStatus): boolean => endedForGood.some((ended) => ended === status);

/**
 * Removes the files of a run that others have taken the place of: what attempts before the newest left at their end, and all but the
 * newest checkpoints to resume from, or all of these where nothing resumes any more. The note of a file goes last: what cannot be
 * removed now is found again.
 */
export async function dropSpareFiles(
  context: ServiceContext,
  run: { id: string; status: RunStatus; attempt: number },
): Promise<void> {
  const { orm } = context.database;
  const kept = needsNoCheckpoint(run.status) ? 0 : context.keptCheckpoints;
  const [files, lineage] = [await listFiles(orm, run.id), await readLineage(orm, run.id, run.attempt + 1)];
  // What the present attempt makes is ahead of what is stored of it.
  const isOfUse = ({ attempt, name }: RunFile) => attempt >= run.attempt || stepInName(name) <= throughStep(lineage, attempt);
  for (const file of spareFiles(files, kept, isOfUse)) {
    await context.artefacts.remove(file);
    await forgetFile(orm, file);
  }
}

/** @param kept checkpoints to resume from: those of use first, of the newest attempts, and of these the newest */
export function spareFiles(files: readonly RunFile[], kept: number, isOfUse: (file: RunFile) => boolean): RunFile[] {
  const results = files.filter(({ name }) => !isResumeName(name));
  const newest = Math.max(0, ...results.map(({ attempt }) => attempt));
  const toResume = files
    .filter(({ name }) => isResumeName(name))
    .sort((a, b) => Number(isOfUse(b)) - Number(isOfUse(a)) || b.attempt - a.attempt || stepInName(b.name) - stepInName(a.name));
  return [...results.filter(({ attempt }) => attempt < newest), ...toResume.slice(kept)];
}
