import type { Database } from "../../db/database.ts";
import { databaseTrouble } from "../../db/databaseTrouble.ts";
import { readRosterRows } from "../../db/queries/rosters.ts";
import { listStopping } from "../../db/queries/runRequests.ts";
import type { Bus } from "../cluster/bus.ts";
import { log } from "../log/log.ts";
import type { Avoidance } from "./avoidance.ts";
import type { ClusterWorkers } from "./clusterWorkers.ts";
import type { ConnectedWorkers } from "./connectedWorkers.ts";
import type { LocalDispatch } from "./localDispatch.ts";
import type { RosterNews } from "./rosterNews.ts";

interface Parts {
  database: Database;
  local: LocalDispatch;
  workers: ConnectedWorkers;
  cluster: ClusterWorkers;
  avoidance: Avoidance;
  news: RosterNews;
  wake: () => void;
}

/** Does here what other servers say about runs and workers. */
export function hearOtherServers(bus: Bus, { database, local, workers, cluster, avoidance, news, wake }: Parts): void {
  bus.on("stop", ({ how, runs }) => local.stop(how, runs));
  bus.on("release", ({ workerId, runId }) => {
    local.release(workerId, runId);
    wake();
  });
  bus.on("avoid", ({ runId, workerId, why }) => local.avoid(runId, workerId, why));
  bus.on("forget", ({ runId }) => void local.forget(runId));
  bus.on("attemptEnded", ({ workerId, runId, ...end }) => local.attemptEnded(workerId, runId, end));
  bus.on("drain", ({ workerId, drained }) => local.drain(workerId, drained));
  bus.on("resume", ({ workerId }) => void local.resume(workerId).catch((error) => log.error("resuming a worker", error)));
  bus.on("dropToken", ({ tokenId }) => local.dropToken(tokenId));
  bus.on("workerArrived", ({ workerId }) => {
    dropIfElsewhere(database, bus.serverId, workers, workerId).catch((error) => {
      // Its next heartbeat tells too.
      if (!databaseTrouble(error)) log.error("looking where a worker is", error);
    });
    avoidance.forgetLacking(workerId);
    news.readSoon(workerId);
  });
  bus.on("workerChanged", ({ workerId }) => news.readSoon(workerId));
  bus.onGap(() => {
    cluster.forgetDescriptions();
    news.readSoon(null);
    wake();
    stopAsAsked(database, local).catch((error) => {
      // The answers to heartbeats tell too.
      if (!databaseTrouble(error)) log.error("looking which runs are to stop", error);
    });
  });
}

/** Tells the workers that are connected here which of their runs are to stop: what another server said of that may have been missed. */
async function stopAsAsked(database: Database, local: LocalDispatch): Promise<void> {
  const stopping = await listStopping(database.orm);
  local.stop(
    "cancel",
    stopping.filter(({ status }) => status === "cancelling"),
  );
  local.stop(
    "suspend",
    stopping.filter(({ status }) => status === "pausing"),
  );
}

/** Hangs up on a worker that has connected to another server; not on one that has come here since that was told. */
async function dropIfElsewhere(database: Database, serverId: string, workers: ConnectedWorkers, workerId: string): Promise<void> {
  const worker = workers.get(workerId);
  if (worker === null) return;
  const [row] = await readRosterRows(database.orm, [workerId]);
  if (row !== undefined && row.serverId !== null && row.serverId !== serverId) workers.drop(worker);
}
