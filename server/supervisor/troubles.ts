import type { FailureCode } from "../../contract/failure.ts";
import { recordTrouble } from "../../db/queries/workers.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { log } from "../log/log.ts";
import { faultOf } from "../services/attempts/faultOf.ts";
import type { ConnectedWorker, ConnectedWorkers } from "./connectedWorkers.ts";
import { CrashCounts } from "./crashCounts.ts";
import { isResting } from "./isResting.ts";

/** Each rest is so many times as long as the one before it. */
const growth = 4;
/** After so many troubles in a row a worker waits for a person. */
const maxTroubles = 5;
/** One crash says nothing of a worker. */
const minCrashes = 2;
const messageLimit = 1_000;

/** Rests workers that are not in order, for longer each time, and pauses them in the end; a run that goes well clears one. */
export class Troubles {
  private readonly crashes = new CrashCounts();
  /** Workers that rest because runs crashed there. */
  private readonly suspected = new Set<string>();
  private readonly workers: ConnectedWorkers;
  private readonly firstRestMs: number;

  constructor(workers: ConnectedWorkers, firstRestMs: number) {
    this.workers = workers;
    this.firstRestMs = firstRestMs;
  }

  /** An attempt ended at this worker. */
  async attemptEnded(
    context: ServiceContext,
    workerId: string,
    runId: string,
    end: { code: FailureCode | "FINISHED"; message: string; packId?: string | null },
  ): Promise<void> {
    const fault = faultOf(end.code);
    if (fault === null) await this.clear(context, workerId);
    if (fault === "worker") await this.add(context, workerId, end.message);
    if (fault !== "unknown") return;
    const { inARow, cleared } = this.crashes.add(workerId, runId, end.packId ?? runId);
    for (const id of cleared) if (this.suspected.has(id)) await this.clear(context, id);
    if (inARow < minCrashes) return;
    await this.add(
      context,
      workerId,
      `${inARow} different runs in a row crashed there and on no other worker. The last: ${end.message}`,
    );
    this.suspected.add(workerId);
  }

  /** Rests a worker, unless it rests already. */
  async add(context: ServiceContext, workerId: string, message: string): Promise<void> {
    const worker = this.workers.get(workerId);
    if (!worker || isResting(worker.trouble)) return;
    const count = (worker.trouble?.count ?? 0) + 1;
    const restMs = count < maxTroubles ? this.firstRestMs * growth ** (count - 1) : null;
    const now = Date.now();
    worker.trouble = {
      message: message.slice(0, messageLimit).toWellFormed(),
      since: new Date(now).toISOString(),
      until: restMs === null ? null : new Date(now + restMs).toISOString(),
      count,
    };
    await this.store(context, worker);
    const what = restMs === null ? "is paused until a person resumes it" : `rests for ${Math.round(restMs / 1_000)} s`;
    log.warning(`The worker "${worker.name}" ${what}: ${message.replace(/\n.*$/s, "").slice(0, 300)}`);
  }

  async clear(context: ServiceContext, workerId: string): Promise<void> {
    this.crashes.clear(workerId);
    this.suspected.delete(workerId);
    const worker = this.workers.get(workerId);
    if (!worker?.trouble) return;
    worker.trouble = null;
    await this.store(context, worker);
  }

  private async store(context: ServiceContext, worker: ConnectedWorker): Promise<void> {
    await recordTrouble(context.database.orm, worker.id, worker.trouble);
    context.changes.listChanged("workers");
  }
}
