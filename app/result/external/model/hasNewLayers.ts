import { parseSeriesKey } from "../../../../contract/metrics/seriesKey.ts";
import { layerCount, type MeasuredRun } from "./measures.ts";

/** Whether a live point is of layers whose names are not known yet: a run says them with its first measurement. */
export function hasNewLayers(run: Pick<MeasuredRun, "config"> | undefined, values: Record<string, number>): boolean {
  if (run === undefined) return false;
  const count = layerCount(run);
  return Object.keys(values).some((key) => (parseSeriesKey(key)?.layer ?? 0) > count);
}
