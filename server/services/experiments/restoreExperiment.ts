import { markRemoved } from "../../../db/queries/experiments.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { notifyReaders } from "../reading/notifyReaders.ts";

/** Undoes `removeExperiment`; runs that were cancelled by it stay cancelled until they are asked for again. */
export async function restoreExperiment(context: ServiceContext, id: string): Promise<{ ok: true }> {
  requireFound(await markRemoved(context.database.orm, id, false), "experiment");
  await notifyReaders(context, id, "restored");
  context.changes.listChanged("experiments");
  return { ok: true };
}
