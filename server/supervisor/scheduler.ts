import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { Priority } from "../../contract/priority.ts";
import type { Database, Executor } from "../../db/database.ts";
import { recordWaiting } from "../../db/queries/runProgress.ts";
import { listUndelivered, readConfigs, readRunState } from "../../db/queries/runs.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { log } from "../log/log.ts";
import { toRunItem } from "../services/runs/runViews.ts";
import type { Avoidance } from "./avoidance.ts";
import { affinityMs, CheckpointAffinity } from "./checkpointAffinity.ts";
import type { ClusterWorkers } from "./clusterWorkers.ts";
import type { ConnectedWorkers } from "./connectedWorkers.ts";
import { Handout } from "./handout.ts";
import { placeRun } from "./placeRun.ts";
import { type QueuedRun, RunQueue } from "./runQueue.ts";
import type { Troubles } from "./troubles.ts";
import { UnsentClaims } from "./unsentClaims.ts";

/** A run for which no connected worker has the memory is looked at again after this time. */
const heldSoonMs = 5_000;

/** The runs of a pack that has ended come one by one: the first waits so long for the others, to form packs with them again. */
const regroupMs = 1_000;

/** Claims that are made at the same time. */
const claimsAtOnce = 16;

interface SchedulerParts {
  workers: ConnectedWorkers;
  cluster: ClusterWorkers;
  avoidance: Avoidance;
  troubles: Troubles;
  leaseMs: number;
  stopping: AbortSignal;
}

/** Gives queued runs to workers with free slots, one after the other. */
export class Scheduler {
  private readonly parts: SchedulerParts;
  private readonly queue: RunQueue;
  private readonly affinity = new CheckpointAffinity();
  private readonly unsent = new UnsentClaims();
  private context!: ServiceContext;
  private handout!: Handout;
  private giving = false;
  private woken = false;
  /** Something failed while runs were being assigned: some may be neither in the queue nor with a worker. */
  private unsure = false;

  constructor(database: Database, parts: SchedulerParts) {
    this.parts = parts;
    this.queue = new RunQueue(database);
  }

  async start(context: ServiceContext): Promise<void> {
    this.context = context;
    const { queue, affinity, unsent } = this;
    const requeue = (runId: string) => this.requeue(runId);
    this.handout = new Handout({ ...this.parts, context, queue, affinity, unsent, requeue });
    const { bus } = context;
    bus.on("queued", () => this.wake());
    bus.on("deliver", ({ runId, workerId }) => {
      if (this.parts.workers.get(workerId) === null) return;
      this.affinity.add(runId, workerId);
      this.wake();
    });
    await this.queue.start();
  }

  stop(): Promise<void> {
    return this.queue.stop();
  }

  /** Queues runs; one alone waits for the worker that is preferred. */
  async enqueue(tx: Executor, runs: QueuedRun[], preferred: string | null): Promise<void> {
    // One that is silent may be dead, and its runs have waited long enough for it.
    const [only, ...others] = runs;
    const waits = preferred !== null && only !== undefined && others.length === 0 && this.parts.cluster.isResponsive(preferred);
    if (waits && this.parts.workers.get(preferred)) this.affinity.add(only.id, preferred);
    else if (waits) await this.context.bus.sendWith(tx, "deliver", { runId: only.id, workerId: preferred });
    else if (runs.length > 0) await this.context.bus.sendWith(tx, "queued", {});
    const comesBack = runs.some(({ packRuns = 1 }) => packRuns > 1);
    for (const { id } of runs) this.queue.foundNoPlace(id);
    await this.queue.add(tx, runs, waits ? affinityMs : comesBack ? regroupMs : 0);
  }

  /** Before anything of a launcher is queued, and not within a transaction. */
  openQueue(memberId: string | null): Promise<void> {
    return this.queue.open(memberId);
  }

  /** What waits of an experiment goes where its new priority puts it. */
  prioritize(tx: Executor, experimentId: string, priority: Priority): Promise<void> {
    return this.queue.move(tx, experimentId, priority);
  }

  /** There may be something to give out. */
  wake(): void {
    this.woken = true;
    if (this.giving || this.parts.stopping.aborted) return;
    this.giving = true;
    this.giveAll()
      .catch((error) => {
        log.error("assigning runs", error);
        this.unsure = true;
      })
      .finally(() => {
        this.giving = false;
      });
  }

  /**
   * Puts every queued run that is not in the queue into it. Among them may be one that is being given out just now: it comes twice, which
   * does no harm, and had its turn.
   */
  deliverAll(): Promise<void> {
    return this.context.database.transaction(async (tx) => this.queue.add(tx, await listUndelivered(tx), 0));
  }

  /** After a failure of the database: claims that were made unheard are taken back, and every queued run is delivered again. */
  async recover(): Promise<void> {
    if (!this.unsure) return;
    this.unsure = false;
    try {
      await this.unsent.takeBack(this.context);
      await this.deliverAll();
    } catch (error) {
      this.unsure = true;
      throw error;
    }
  }

  private async giveAll(): Promise<void> {
    const { workers, stopping } = this.parts;
    while (this.woken && !stopping.aborted) {
      this.woken = false;
      for (const worker of workers.all())
        while (workers.freeSlots(worker) > 0) {
          const [runId] = await this.queue.mayReturn(this.affinity.waitingFor(worker.id));
          if (runId === undefined) break;
          this.affinity.remove(runId);
          const config = (await this.configsOf([runId])).get(runId);
          // Others of its key wait for this worker too.
          if (config) await this.handout.give(runId, config, worker, workers.freeSlots(worker));
        }
      const free = workers.totalFree();
      if (free === 0) continue;
      const deliveries = await this.queue.take(free);
      if (deliveries.length > 0) this.woken = true;
      const configs = await this.configsOf(deliveries.map(({ runId }) => runId));
      await this.placeAll(deliveries.map(({ runId }) => [runId, configs.get(runId)]));
      await this.queue.done(deliveries);
    }
  }

  private async configsOf(runIds: string[]): Promise<Map<string, RunConfig>> {
    return runIds.length === 0 ? new Map() : readConfigs(this.context.database.orm, runIds);
  }

  /**
   * Where each goes is decided one after the other, and counts for the next; the claims are then made at the same time: behind the events
   * of hundreds of workers, each would wait its turn at the database.
   */
  private async placeAll(runs: [runId: string, config: RunConfig | undefined][]): Promise<void> {
    for (let from = 0; from < runs.length; from += claimsAtOnce) {
      const { database } = this.context;
      const placing = runs
        .slice(from, from + claimsAtOnce)
        .map(([runId, config]) => database.forWorkers(() => this.place(runId, config), true));
      const failed = (await Promise.allSettled(placing)).find((result) => result.status === "rejected");
      if (failed) throw failed.reason;
    }
  }

  private async place(runId: string, config: RunConfig | undefined): Promise<void> {
    if (!config) return void (await this.requeue(runId));
    const { workers, cluster, avoidance } = this.parts;
    const placement = placeRun(workers, cluster, avoidance, runId, config);
    switch (placement.kind) {
      case "give":
        return this.handout.give(runId, config, placement.worker, placement.freeSlots);
      case "awaits":
        return this.waitFor(runId, placement.worker.id);
      case "held":
        return this.hold(runId, placement.why);
      case "later":
        return void (await this.requeue(runId, placement.delayMs));
    }
  }

  /** It is given once this worker has a slot, by the server that has the worker; if that does not happen, its turn comes again. */
  private async waitFor(runId: string, workerId: string): Promise<void> {
    const isHere = this.parts.workers.get(workerId) !== null;
    if (isHere) this.affinity.add(runId, workerId);
    await this.requeue(runId, affinityMs);
    if (!isHere) this.context.bus.send("deliver", { runId, workerId });
  }

  /** No connected worker may take it: that is said, and looked at again. */
  private async hold(runId: string, why: string): Promise<void> {
    const changed = await recordWaiting(this.context.database.orm, runId, why);
    if (changed) this.context.changes.publish(changed.experimentId, [toRunItem(changed)]);
    await this.requeue(runId, heldSoonMs);
  }

  /** There is no slot for what was delivered: its turn comes again. @returns whether it is queued still */
  private async requeue(runId: string, delayMs = 0): Promise<boolean> {
    const { orm } = this.context.database;
    const state = await readRunState(orm, runId);
    if (state?.status !== "queued" || state.awaitsParent) return false;
    this.queue.foundNoPlace(runId);
    await this.queue.add(orm, [state], delayMs);
    return true;
  }
}
