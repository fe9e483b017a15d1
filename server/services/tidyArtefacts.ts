import { listKeptRuns } from "../../db/queries/runs.ts";
import type { ServiceContext } from "./context.ts";

/** A removed experiment can be brought back: its files go later. */
const graceMs = 24 * 3_600_000;

/** Removes the files of runs that are gone, or whose experiment was removed a day ago. */
export async function tidyArtefacts({ artefacts, database }: ServiceContext, removedForMs = graceMs): Promise<void> {
  const present = await artefacts.runs();
  if (present.length === 0) return;
  const kept = new Set(await listKeptRuns(database.orm, present, removedForMs));
  for (const runId of present) if (!kept.has(runId)) await artefacts.remove(runId);
}
