import type { SeriesQuery } from "../../../contract/api/apiRequests.ts";
import { listOfKey } from "../../../contract/metrics/seriesKey.ts";
import { getExperimentRow } from "../../../db/queries/experiments.ts";
import { listRunIds } from "../../../db/queries/runs.ts";
import { listSeriesKeys, readSeries, type Series } from "../../../db/queries/series.ts";
import { keyPortions } from "../../../db/seriesLists.ts";
import { mayRead, type Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { requireReadableRun } from "../reading/requireReadableRun.ts";
import { thinSeries } from "./thinSeries.ts";

export interface OpenSeries {
  /** Of the study, or of the run in it. */
  title: string;
  /** By run, then by key. */
  series: AsyncIterable<Series>;
}

type Asked = Omit<SeriesQuery, "format">;

/** Series of a run with all points that are stored, read as they are asked for. @throws Failure NOT_FOUND before that */
export async function openRunSeries(context: ServiceContext, reader: Reader, id: string, asked: Asked): Promise<OpenSeries> {
  const { run, experimentName } = await requireReadableRun(context, reader, id);
  return { title: `${experimentName} run ${run.ordinal + 1}`, series: eachSeries(context, [id], asked) };
}

/** The same of an experiment's runs. */
export async function openExperimentSeries(
  context: ServiceContext,
  reader: Reader,
  id: string,
  asked: Asked,
): Promise<OpenSeries> {
  const { orm } = context.database;
  const { name } = requireFound(mayRead(reader, id) && (await getExperimentRow(orm, id)), "experiment");
  const ids = await listRunIds(orm, id);
  const wanted = asked.run && new Set(asked.run);
  return { title: name, series: eachSeries(context, wanted ? ids.filter((runId) => wanted.has(runId)) : ids, asked) };
}

async function* eachSeries(context: ServiceContext, runIds: string[], asked: Asked): AsyncGenerator<Series> {
  const { orm } = context.database;
  const { maxPoints, fromStep, toStep } = asked;
  const wanted = asked.key && new Set(asked.key);
  for (const runId of runIds) {
    const stored = new Set(await listSeriesKeys(orm, runId));
    const keys = wanted ? [...wanted].filter((key) => stored.has(listOfKey(key)?.list ?? key)) : [...stored];
    for (const portion of keyPortions(keys))
      for (const series of await readSeries(orm, [runId], portion, { fromStep, toStep }))
        yield maxPoints === undefined ? series : { ...series, ...thinSeries(series, maxPoints) };
  }
}
