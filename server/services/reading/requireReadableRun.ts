import { getRunWithExperiment } from "../../../db/queries/runs.ts";
import { mayRead, type Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";

/** @throws Failure NOT_FOUND also if the run lies outside of what the reader may see */
export async function requireReadableRun(context: ServiceContext, reader: Reader, id: string) {
  const found = requireFound(await getRunWithExperiment(context.database.orm, id), "run");
  return requireFound(mayRead(reader, found.run.experimentId) && found, "run");
}
