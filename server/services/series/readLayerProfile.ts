import { limits } from "../../../contract/limits.ts";
import { parseSeriesKey, seriesKey } from "../../../contract/metrics/seriesKey.ts";
import type { ProfileRequest } from "../../../contract/wire/requests.ts";
import type { LayerProfileView } from "../../../contract/wire/views.ts";
import { countStoredPoints, readSeries, type Series } from "../../../db/queries/series.ts";
import { pointsOf } from "../../../db/seriesCodec.ts";
import { pickEvenly } from "../../../math/statistics/spaced.ts";
import type { Reader } from "../../access/reader.ts";
import { type AnswerAllowance, pointBytes } from "../../context/answerAllowance.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { listReadableRunIds } from "./readExperimentSeries.ts";
import { fittingPoints } from "./readThinned.ts";

/** Steps a slider can tell apart. */
const maxSteps = 150;
/** Values in one answer: with very many runs there are fewer steps of each. */
const maxValues = 400_000;
/** Runs held in memory with all their steps. */
const runsAtOnce = 50;

/** One metric over all layers at up to 150 measured steps of each run, the first and the last among them. */
export async function readLayerProfile(
  context: ServiceContext,
  reader: Reader,
  query: ProfileRequest,
  allowance: AnswerAllowance,
): Promise<LayerProfileView[]> {
  const runIds = await listReadableRunIds(context, reader, query);
  const keys = Array.from({ length: limits.layers }, (_, index) => seriesKey(query.split, query.metric, index + 1));
  return allowance.spend(async (leftBytes) => {
    const profiles: LayerProfileView[] = [];
    const counts = await countStoredPoints(context.database.orm, runIds, keys);
    const lengths = counts.map(({ points }) => Math.min(points, maxSteps));
    const steps = Math.min(maxSteps, fittingPoints(lengths, Math.min(maxValues, leftBytes / pointBytes)));
    for (let at = 0; at < runIds.length; at += runsAtOnce) {
      const together = runIds.slice(at, at + runsAtOnce);
      const byRun = Map.groupBy(await readSeries(context.database.orm, together, keys), (series) => series.runId);
      for (const runId of together) if (byRun.has(runId)) profiles.push({ runId, ...layerProfile(byRun.get(runId)!, steps) });
    }
    return profiles;
  }, profileBytes);
}

const profileBytes = (profiles: LayerProfileView[]) =>
  profiles.reduce((sum, { steps, layers }) => sum + 100 + pointBytes * steps.length * (1 + (layers[0]?.length ?? 0)), 0);

function layerProfile(series: Series[], most: number): { steps: number[]; layers: (number | null)[][] } {
  const measured = [...new Set(series.flatMap((item) => item.steps))].sort((a, b) => a - b);
  const steps = pickEvenly(measured, most);
  const depth = Math.max(...series.map((item) => parseSeriesKey(item.key)!.layer!));
  const rows = new Map(steps.map((step) => [step, new Array<number | null>(depth).fill(null)]));
  for (const item of series) {
    const layer = parseSeriesKey(item.key)!.layer!;
    for (const [step, value] of pointsOf(item)) {
      const row = rows.get(step);
      if (row) row[layer - 1] = value;
    }
  }
  return { steps, layers: [...rows.values()] };
}
