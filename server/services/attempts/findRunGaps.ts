import { findGaps, type MeasurementGaps } from "../../../contract/metrics/measurementGaps.ts";
import type { Executor } from "../../../db/database.ts";
import { readConfigs } from "../../../db/queries/runs.ts";
import { readMeasuredSteps } from "../../../db/queries/series.ts";
import { stepsOfRun } from "../../../math/steps/stepsOfRun.ts";

/** Which of the measurements that its schedule asks for a run lacks; null if none. */
export async function findRunGaps(tx: Executor, runId: string, steps: number): Promise<MeasurementGaps | null> {
  const config = (await readConfigs(tx, [runId])).get(runId);
  if (!config) return null;
  return findGaps(stepsOfRun(config.measuring, config.training.steps, steps), await readMeasuredSteps(tx, runId));
}
