import { findGaps, type MeasurementGaps } from "../../../contract/metrics/measurementGaps.ts";
import type { Executor } from "../../../db/database.ts";
import { readConfigs } from "../../../db/queries/runs.ts";
import { readMeasuredSteps } from "../../../db/queries/series.ts";
import { measuringSteps } from "../../../math/steps/measuringSteps.ts";

/** What is missing of the measurements that a run of so many steps should have by its schedule; null if nothing is. */
export async function findRunGaps(tx: Executor, runId: string, steps: number): Promise<MeasurementGaps | null> {
  const config = (await readConfigs(tx, [runId])).get(runId);
  if (!config) return null;
  return findGaps(measuringSteps(config.measuring, steps), await readMeasuredSteps(tx, runId));
}
