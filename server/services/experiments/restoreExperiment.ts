import { markRemoved } from "../../../db/queries/experiments.ts";
import type { ServiceContext } from "../context.ts";
import { tellReaders } from "../events/tellReaders.ts";
import { requireFound } from "../requireFound.ts";

/** Undoes `removeExperiment`; runs that were cancelled by it stay cancelled until they are asked for again. */
export async function restoreExperiment(context: ServiceContext, id: string): Promise<{ ok: true }> {
  requireFound(await markRemoved(context.database.orm, id, false), "experiment");
  await tellReaders(context, id, "restored");
  context.changes.listChanged("experiments");
  return { ok: true };
}
