import type { RunSeriesRequest } from "../../../contract/wire/requests.ts";
import type { SeriesView } from "../../../contract/wire/views.ts";
import type { Reader } from "../../access/reader.ts";
import type { AnswerAllowance } from "../../context/answerAllowance.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireReadableRun } from "../reading/requireReadableRun.ts";
import { seriesBytes } from "./readExperimentSeries.ts";
import { readThinned } from "./readThinned.ts";

/** Series of one run, thinned for panels. */
export async function readRunSeries(
  context: ServiceContext,
  reader: Reader,
  query: RunSeriesRequest,
  allowance: AnswerAllowance,
): Promise<SeriesView[]> {
  await requireReadableRun(context, reader, query.id);
  const fromStep = Math.max(query.fromStep ?? 0, query.sinceStep === undefined ? 0 : query.sinceStep + 1);
  const { maxPoints, toStep } = query;
  const asked = { runIds: [query.id], keys: query.keys ?? null, window: { fromStep, toStep }, maxPoints };
  return allowance.spend((left) => readThinned(context.database.orm, asked, left), seriesBytes);
}
