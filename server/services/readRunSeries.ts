import type { RunSeriesRequest } from "../../contract/requests.ts";
import type { SeriesView } from "../../contract/views.ts";
import type { AnswerAllowance } from "./answerAllowance.ts";
import type { ServiceContext } from "./context.ts";
import { seriesBytes } from "./readExperimentSeries.ts";
import type { Reader } from "./reader.ts";
import { readThinned } from "./readThinned.ts";
import { requireReadableRun } from "./requireReadableRun.ts";

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
