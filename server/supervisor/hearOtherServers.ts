import type { Bus } from "../cluster/bus.ts";
import { log } from "../log/log.ts";
import type { Avoidance } from "./avoidance.ts";
import type { ClusterWorkers } from "./clusterWorkers.ts";
import type { ConnectedWorkers } from "./connectedWorkers.ts";
import type { LocalDispatch } from "./localDispatch.ts";
import type { RosterNews } from "./rosterNews.ts";

interface Parts {
  local: LocalDispatch;
  workers: ConnectedWorkers;
  cluster: ClusterWorkers;
  avoidance: Avoidance;
  news: RosterNews;
  wake: () => void;
}

/** Does here what other servers say about runs and workers. */
export function hearOtherServers(bus: Bus, { local, workers, cluster, avoidance, news, wake }: Parts): void {
  bus.on("stop", ({ how, runs }) => local.stop(how, runs));
  bus.on("release", ({ workerId, runId }) => {
    local.release(workerId, runId);
    wake();
  });
  bus.on("avoid", ({ runId, workerId, why }) => local.avoid(runId, workerId, why));
  bus.on("forget", ({ runId }) => void local.forget(runId));
  bus.on("attemptEnded", ({ workerId, runId, code, message }) => local.attemptEnded(workerId, runId, { code, message }));
  bus.on("drain", ({ workerId, drained }) => local.drain(workerId, drained));
  bus.on("resume", ({ workerId }) => void local.resume(workerId).catch((error) => log.error("resuming a worker", error)));
  bus.on("dropToken", ({ tokenId }) => local.dropToken(tokenId));
  bus.on("workerArrived", ({ workerId }) => {
    const worker = workers.get(workerId);
    if (worker) workers.drop(worker);
    avoidance.forgetLacking(workerId);
    news.readSoon(workerId);
  });
  bus.on("workerChanged", ({ workerId }) => news.readSoon(workerId));
  bus.onGap(() => {
    cluster.forgetDescriptions();
    news.readSoon(null);
    wake();
  });
}
