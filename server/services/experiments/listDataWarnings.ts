import type { DataWarning } from "../../../contract/wire/views.ts";
import { getExperimentRow } from "../../../db/queries/experiments.ts";
import { listDataWarnings as listWarningsOfRuns } from "../../../db/queries/runs.ts";
import { mayRead, type Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { hidden } from "../reading/hideNames.ts";

/** The warnings of an experiment's runs about their data, each once. */
export async function listDataWarnings(context: ServiceContext, reader: Reader, id: string): Promise<DataWarning[]> {
  const { orm } = context.database;
  requireFound(mayRead(reader, id) && (await getExperimentRow(orm, id)), "experiment");
  const found = new Map<string, number[]>();
  for (const { ordinal, warnings } of await listWarningsOfRuns(orm, id))
    for (const text of reader.hideNames ? warnings.slice(0, 1).map(() => hidden) : warnings)
      found.set(text, [...(found.get(text) ?? []), ordinal]);
  return [...found].map(([text, runs]) => ({ text, runs }));
}
