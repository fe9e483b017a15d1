import type { Executor } from "../../db/database.ts";
import { listTimes } from "../../db/queries/runs.ts";
import type { MeasuredTimes } from "./learnTimes.ts";

const mostMeasured = 200;

/** What the newest runs took: their averages where they have finished, else the latest step and measurement. */
export async function measuredTimes(db: Executor): Promise<MeasuredTimes[]> {
  return (await listTimes(db, mostMeasured)).map(({ config, times, stepMs, measureMs }) => ({
    config,
    stepMs: times?.stepMs ?? stepMs,
    measureMs: times?.measureMs ?? measureMs,
    startMs: times?.startMs ?? null,
    evaluateMs: times?.evaluateMs || null,
  }));
}
