import { isWaitingName } from "../../../contract/wire/artefactNames.ts";
import { importLimits } from "../../../contract/wire/imports.ts";
import { listRunsWithFiles, listRunsWithResumeFiles, recordFile } from "../../../db/queries/runFiles.ts";
import { listKeptRuns, readRunState } from "../../../db/queries/runs.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { dropSpareFiles, endedForGood } from "../files/dropSpareFiles.ts";

/** An upload takes an hour at most: what was begun before belongs to no server that lives. */
const abandonedMs = 2 * 3_600_000;
/** Runs that the database is asked about at once. */
const slice = 5_000;

/**
 * Removes the files of runs that are gone (those of a deleted experiment stay for as long as it can be restored), checkpoints that
 * nothing resumes from, and what killed servers left half written. Files that no row tells of, as an earlier version stored them, are noted.
 */
export async function tidyArtefacts(context: ServiceContext, removedForMs = context.purgeAfterMs): Promise<void> {
  const { artefacts, database } = context;
  const present = await artefacts.runs();
  for (let at = 0; at < present.length; at += slice) {
    const ids = present.slice(at, at + slice);
    const kept = new Set(await listKeptRuns(database.orm, ids, removedForMs));
    const noted = new Set(await listRunsWithFiles(database.orm, ids));
    for (const runId of ids) if (kept.has(runId) && !noted.has(runId)) await adoptFiles(context, runId);
    for (const runId of ids) if (!kept.has(runId) && !(await waitsForImport(context, runId))) await artefacts.removeRun(runId);
  }
  for (const id of await listRunsWithResumeFiles(database.orm, endedForGood)) {
    const run = await readRunState(database.orm, id);
    if (run) await dropSpareFiles(context, run);
  }
  await artefacts.tidy(abandonedMs);
}

/** Files that a person sent a short while ago, and may import yet. */
async function waitsForImport({ artefacts }: ServiceContext, id: string): Promise<boolean> {
  const files = await artefacts.list(id);
  return files.some(({ name, at }) => isWaitingName(name) && Date.now() - at.getTime() < importLimits.waitMs);
}

async function adoptFiles(context: ServiceContext, runId: string): Promise<void> {
  for (const file of await context.artefacts.list(runId)) await recordFile(context.database.orm, file);
  const run = await readRunState(context.database.orm, runId);
  if (run) await dropSpareFiles(context, run);
}
