import { limits } from "../../contract/limits.ts";
import type { ProfileRequest } from "../../contract/requests.ts";
import { parseSeriesKey, seriesKey } from "../../contract/seriesKey.ts";
import type { LayerProfileView } from "../../contract/views.ts";
import { readSeries, type Series } from "../../db/queries/series.ts";
import type { ServiceContext } from "./context.ts";
import { listReadableRunIds } from "./readExperimentSeries.ts";
import type { Reader } from "./reader.ts";

/** Steps a slider can tell apart. */
const mostSteps = 150;

/** One metric over all layers at up to 150 measured steps of each run, the first and the last among them. */
export async function readLayerProfile(
  context: ServiceContext,
  reader: Reader,
  query: ProfileRequest,
): Promise<LayerProfileView[]> {
  const runIds = await listReadableRunIds(context, reader, query);
  const keys = Array.from({ length: limits.layers }, (_, index) => seriesKey(query.split, query.metric, index + 1));
  const byRun = Map.groupBy(await readSeries(context.database.orm, runIds, keys), (series) => series.runId);
  return runIds.filter((id) => byRun.has(id)).map((runId) => ({ runId, ...layerProfile(byRun.get(runId)!) }));
}

function layerProfile(series: Series[]): { steps: number[]; layers: (number | null)[][] } {
  const measured = [...new Set(series.flatMap((item) => item.steps))].sort((a, b) => a - b);
  const steps = pickEvenly(measured, mostSteps);
  const depth = Math.max(...series.map((item) => parseSeriesKey(item.key)!.layer!));
  const layers = steps.map(() => new Array<number | null>(depth).fill(null));
  const rowOf = new Map(steps.map((step, row) => [step, row]));
  for (const item of series) {
    const layer = parseSeriesKey(item.key)!.layer!;
    item.steps.forEach((step, index) => {
      const row = rowOf.get(step);
      if (row !== undefined) layers[row][layer - 1] = item.values[index];
    });
  }
  return { steps, layers };
}

function pickEvenly<T>(items: T[], most: number): T[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, index) => items[Math.round((index * (items.length - 1)) / (most - 1))]);
}
