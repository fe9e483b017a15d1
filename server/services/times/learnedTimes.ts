import { launchKnowledge } from "../../../contract/launch/launchKnowledge.ts";
import type { Executor } from "../../../db/database.ts";
import { listTimes } from "../../../db/queries/runProgress.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { listConnectedWorkers } from "../workers/listWorkers.ts";
import { learnTimes, type MeasuredTimes } from "./learnTimes.ts";

const maxMeasured = 200;

/** What the newest runs took: their averages where they have finished, else the latest step and measurement. */
async function measuredTimes(db: Executor): Promise<MeasuredTimes[]> {
  return (await listTimes(db, maxMeasured)).map(({ config, times, stepMs, measureMs, packRuns }) => ({
    config,
    packed: packRuns,
    stepMs: times?.stepMs ?? stepMs,
    measureMs: times?.measureMs ?? measureMs,
    startMs: times?.startMs ?? null,
    // Its own, of those that are evaluated one after the other.
    evaluateMs: times?.evaluateMs ? times.evaluateMs * packRuns : null,
  }));
}

/**
 * The times of a run, learned from the newest ones, with people's own sets as large as the connected workers counted them.
 * @param db the transaction that holds the only connection, where there is one
 */
export const learnedTimes = async (context: ServiceContext, db: Executor) =>
  learnTimes(await measuredTimes(db), launchKnowledge(await listConnectedWorkers(context, db)).countOwn);
