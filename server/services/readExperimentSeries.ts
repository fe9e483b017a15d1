import type { ExperimentSeriesRequest } from "../../contract/requests.ts";
import type { SeriesView } from "../../contract/views.ts";
import { listRunIds } from "../../db/queries/runs.ts";
import { readSeries, type Series } from "../../db/queries/series.ts";
import type { ServiceContext } from "./context.ts";
import { mayRead } from "./getExperiment.ts";
import type { Reader } from "./reader.ts";
import { requireFound } from "./requireFound.ts";
import { thinSeries } from "./thinSeries.ts";

/** Series of an experiment's runs, thinned for panels. */
export async function readExperimentSeries(
  context: ServiceContext,
  reader: Reader,
  query: ExperimentSeriesRequest,
): Promise<SeriesView[]> {
  const runIds = await listReadableRunIds(context, reader, query);
  const series = await readSeries(context.database.orm, runIds, query.keys, query);
  return series.map((item) => toSeriesView(item, query.maxPoints));
}

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

export function toSeriesView(series: Series, maxPoints: number): SeriesView {
  const { runId, key } = series;
  return { runId, key, ...thinSeries(series, maxPoints), total: series.steps.length };
}
