import type { RunSeriesRequest } from "../../contract/requests.ts";
import type { SeriesView } from "../../contract/views.ts";
import { readSeries } from "../../db/queries/series.ts";
import type { ServiceContext } from "./context.ts";
import { toSeriesView } from "./readExperimentSeries.ts";
import type { Reader } from "./reader.ts";
import { requireReadableRun } from "./requireReadableRun.ts";

/** Series of one run, thinned for panels. */
export async function readRunSeries(context: ServiceContext, reader: Reader, query: RunSeriesRequest): Promise<SeriesView[]> {
  await requireReadableRun(context, reader, query.id);
  const fromStep = Math.max(query.fromStep ?? 0, query.sinceStep === undefined ? 0 : query.sinceStep + 1);
  const series = await readSeries(context.database.orm, [query.id], query.keys ?? null, { fromStep, toStep: query.toStep });
  return series.map((item) => toSeriesView(item, query.maxPoints));
}
