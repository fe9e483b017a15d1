import { randomUUID } from "node:crypto";
import { type ListExperimentsRequest, listExperimentsRequest } from "../../../contract/wire/requests.ts";
import type { Database } from "../../../db/database.ts";
import { hasProgressed, readReach } from "../../../db/queries/attempts.ts";
import {
  listLiveExperiments,
  listPurgeable,
  listRunningExperiments,
  recountExperiment,
} from "../../../db/queries/experiments.ts";
import { listExpired, listLeasesOf } from "../../../db/queries/leases.ts";
import { countWaiting, listCompanions } from "../../../db/queries/packs.ts";
import { listTimes } from "../../../db/queries/runProgress.ts";
import { listStopping } from "../../../db/queries/runRequests.ts";
import { eachRun, listUndelivered } from "../../../db/queries/runs.ts";
import { readMeasuredSteps } from "../../../db/queries/series.ts";
import { readerOf, singleUser } from "../../../server/access/person.ts";
import { AnswerAllowance } from "../../../server/context/answerAllowance.ts";
import type { ServiceContext } from "../../../server/context/serviceContext.ts";
import { getExperiment } from "../../../server/services/experiments/getExperiment.ts";
import { listExperiments } from "../../../server/services/experiments/listExperiments.ts";
import { exportRunJson } from "../../../server/services/exports/exportRunJson.ts";
import { getRun } from "../../../server/services/runs/getRun.ts";
import { readRunLog } from "../../../server/services/runs/readRunLog.ts";
import { readExperimentSeries } from "../../../server/services/series/readExperimentSeries.ts";
import { readLayerProfile } from "../../../server/services/series/readLayerProfile.ts";
import { readRunGeometry } from "../../../server/services/series/readRunGeometry.ts";
import { readRunSeries } from "../../../server/services/series/readRunSeries.ts";
import { listWorkers } from "../../../server/services/workers/listWorkers.ts";

/** What pages, exports, workers and the supervisor read, by name, of one study and one of its runs. */
export function everyRead(
  database: Database,
  { study, run }: { study: string; run: string },
): [string, () => Promise<unknown>][] {
  const { orm } = database;
  const context = {
    database,
    version: "0",
    dispatch: { slots: () => 2, connected: () => null },
    artefacts: { list: async () => [] },
  } as unknown as ServiceContext;
  const reader = readerOf(singleUser);
  const lead = {
    experimentId: study,
    ordinal: 0,
    memberId: null,
    packKey: "0".repeat(32),
    failedAttempts: 0,
    packRuns: 1,
    packLimit: null,
  };
  const list = (query: Partial<ListExperimentsRequest>) => () => listExperiments(context, listExperimentsRequest.parse(query));
  const series = (window: object) => () =>
    readRunSeries(context, reader, { id: run, maxPoints: 500, keys: ["train/nc1.ratio@1"], ...window }, new AnswerAllowance());
  return [
    ["first page", list({})],
    ["list, searched", list({ search: "decay 02" })],
    ["list, by tag and status", list({ tag: "paper", status: "finished" })],
    ["study", () => getExperiment(context, reader, study)],
    [
      "study's series",
      () => readExperimentSeries(context, reader, { id: study, keys: ["train/loss"], maxPoints: 500 }, new AnswerAllowance()),
    ],
    [
      "study's layer profile",
      () => readLayerProfile(context, reader, { id: study, metric: "nc1.ratio", split: "train" }, new AnswerAllowance()),
    ],
    ["study's runs for an export", () => all(eachRun(orm, study))],
    ["run", () => getRun(context, reader, run)],
    ["run's series", series({})],
    ["window of a run's series", series({ fromStep: 100, toStep: 200 })],
    ["run's last points", series({ sinceStep: 100 })],
    ["run's log", () => readRunLog(context, reader, { id: run, limit: 500 }, new AnswerAllowance())],
    ["run's geometry", () => readRunGeometry(context, reader, run, false, new AnswerAllowance())],
    ["run's export", async () => all((await exportRunJson(context, reader, run)).pieces)],
    ["run's measured steps", () => readMeasuredSteps(orm, run)],
    ["how far a run is stored", async () => [await readReach(orm, run, 2), await hasProgressed(orm, run, 1)]],
    ["workers", () => listWorkers(context)],
    ["times for an estimate", () => listTimes(orm, 200)],
    ["study counted again", () => recountExperiment(orm, study, false)],
    ["leases that ran out", () => listExpired(orm)],
    ["leases of a worker", () => listLeasesOf(orm, [randomUUID()])],
    ["runs that are to stop", () => listStopping(orm)],
    ["studies under way", async () => [await listRunningExperiments(orm), await listLiveExperiments(orm)]],
    ["studies to purge", () => listPurgeable(orm, 0)],
    ["runs of a pack", () => listCompanions(orm, run, lead, { workerId: run, elsewhere: [run], waitMs: 1, limit: 80 })],
    ["how many wait for a pack", () => countWaiting(orm, lead, { ofKey: 64, all: 10_000 })],
    ["runs that nobody delivers", () => listUndelivered(orm)],
  ];
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
