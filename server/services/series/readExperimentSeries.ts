import type { ExperimentSeriesRequest } from "../../../contract/wire/requests.ts";
import type { SeriesView } from "../../../contract/wire/views.ts";
import { listRunIds } from "../../../db/queries/runs.ts";
import { mayRead, type Reader } from "../../access/reader.ts";
import { type AnswerAllowance, pointBytes } from "../../context/answerAllowance.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { readThinned } from "./readThinned.ts";

/** Series of an experiment's runs, thinned for panels. */
export async function readExperimentSeries(
  context: ServiceContext,
  reader: Reader,
  query: ExperimentSeriesRequest,
  allowance: AnswerAllowance,
): Promise<SeriesView[]> {
  const runIds = await listReadableRunIds(context, reader, query);
  return allowance.spend((left) => readThinned(context.database.orm, { ...query, runIds, window: query }, left), seriesBytes);
}

export const seriesBytes = (series: SeriesView[]) => series.reduce((sum, { steps }) => sum + 100 + pointBytes * steps.length, 0);

/** An experiment's runs, of those asked for. */
export async function listReadableRunIds(
  context: ServiceContext,
  reader: Reader,
  query: { id: string; runIds?: string[] },
): Promise<string[]> {
  requireFound(mayRead(reader, query.id), "experiment");
  const ids = await listRunIds(context.database.orm, query.id);
  const asked = query.runIds && new Set(query.runIds);
  return asked ? ids.filter((id) => asked.has(id)) : ids;
}
