import { databaseTrouble } from "../../db/databaseTrouble.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { log } from "../log/log.ts";
import type { ClusterWorkers } from "./clusterWorkers.ts";

/** News of other servers' workers within this time are read together. */
const newsMs = 100;

/** Reads what other servers' workers do, soon after there was news of it, and tells them of this server's own. */
export class RosterNews {
  private readonly context: ServiceContext;
  private readonly cluster: ClusterWorkers;
  private readonly stopping: AbortSignal;
  private timer: NodeJS.Timeout | null = null;

  constructor(context: ServiceContext, cluster: ClusterWorkers, stopping: AbortSignal) {
    this.context = context;
    this.cluster = cluster;
    this.stopping = stopping;
  }

  /** @param workerId of whom there is news; null: of any */
  readSoon(workerId: string | null): void {
    if (workerId !== null) this.cluster.forgetDescription(workerId);
    if (this.stopping.aborted) return;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.cluster.look(this.context.database, this.context.bus).catch((error) => {
        if (!databaseTrouble(error)) log.error("reading what other servers' workers do", error);
      });
    }, newsMs);
  }

  /** Tells the pages and the other servers once it is stored; if it is not, they see it by the worker's silence. */
  tell(workerId: string, storing: Promise<void>): void {
    storing
      .catch((error) => {
        if (!databaseTrouble(error)) log.error("noting where a worker is", error);
      })
      .finally(() => {
        this.context.bus.send("workerChanged", { workerId });
        this.context.changes.listChanged("workers");
      });
  }

  close(): void {
    if (this.timer) clearTimeout(this.timer);
  }
}
