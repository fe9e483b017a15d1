import { listKeptRuns } from "../../../db/queries/runs.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";

/** Removes the files of runs that are gone. Those of a deleted experiment stay for as long as it can be restored. */
export async function tidyArtefacts(
  { artefacts, database, purgeAfterMs }: ServiceContext,
  removedForMs = purgeAfterMs,
): Promise<void> {
  const present = await artefacts.runs();
  if (present.length === 0) return;
  const kept = new Set(await listKeptRuns(database.orm, present, removedForMs));
  for (const runId of present) if (!kept.has(runId)) await artefacts.remove(runId);
}
