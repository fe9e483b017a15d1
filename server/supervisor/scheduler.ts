import { randomBytes } from "node:crypto";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import { packKey } from "../../contract/pack/packKey.ts";
import type { Priority } from "../../contract/priority.ts";
import type { AssignAnswer } from "../../contract/wire/workerProtocol.ts";
import type { Database, Executor } from "../../db/database.ts";
import { recordWaiting } from "../../db/queries/runProgress.ts";
import { listUndelivered, readConfigs, readRunState } from "../../db/queries/runs.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { log } from "../log/log.ts";
import { toRunItem } from "../services/runs/runViews.ts";
import type { Avoidance } from "./avoidance.ts";
import { affinityMs, CheckpointAffinity } from "./checkpointAffinity.ts";
import { claimPack, type PackClaim } from "./claimPack.ts";
import { type ClaimedRun, claimWithCheckpoints } from "./claimWithCheckpoints.ts";
import type { ClusterWorkers } from "./clusterWorkers.ts";
import type { ConnectedWorker, ConnectedWorkers } from "./connectedWorkers.ts";
import { endLostAttempt } from "./endLostAttempt.ts";
import { placeRun } from "./placeRun.ts";
import { type QueuedRun, RunQueue } from "./runQueue.ts";
import type { Troubles } from "./troubles.ts";
import { UnsentClaims } from "./unsentClaims.ts";
import { runsPerSlot } from "./workersWithMemory.ts";

/** A run for which no connected worker has the memory is looked at again after this time. */
const heldSoonMs = 5_000;

/** The runs of a pack that has ended come one by one: the first waits so long for the others, to form packs with them again. */
const regroupMs = 1_000;

/** Claims that are made at the same time. */
const claimsAtOnce = 16;

type ClaimedPack = Awaited<ReturnType<typeof claimPack>>;

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
  private giving = false;
  private woken = false;
  /** Something failed while runs were being assigned: some may be neither in the queue nor with a worker. */
  private unsure = false;
  /** Pack key → its last claim under way. */
  private readonly claiming = new Map<string, Promise<unknown>>();

  constructor(database: Database, parts: SchedulerParts) {
    this.parts = parts;
    this.queue = new RunQueue(database);
  }

  async start(context: ServiceContext): Promise<void> {
    this.context = context;
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

  /** Puts every queued run that is not in the queue into it; one that comes twice does no harm. */
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
          if (config) await this.give(runId, config, worker, workers.freeSlots(worker));
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
        return this.give(runId, config, placement.worker, placement.freeSlots);
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

  /**
   * Claims the run, if it is still queued, with as many others of its key as go into one slot there, and sends them.
   * @param freeSlots of all workers that could take it, this one's among them
   */
  private async give(runId: string, config: RunConfig, worker: ConnectedWorker, freeSlots: number): Promise<void> {
    worker.busy.set(runId, runId);
    const claimed = await this.claim(runId, config, worker, Math.max(1, freeSlots)).catch((error) => {
      worker.busy.delete(runId);
      throw error;
    });
    const { runs, pack } = claimed;
    for (const run of runs) worker.busy.set(run.runId, pack?.id ?? run.runId);
    for (const run of runs) this.affinity.remove(run.runId);
    if (runs.length > 0) return void this.send(claimed, worker).catch((error) => log.error("sending a run", error));
    worker.busy.delete(runId);
    // If it is queued still, it is the worker that has gone elsewhere.
    if (await this.requeue(runId)) this.parts.workers.rest(worker);
    else this.queue.wasGone(runId);
  }

  private async claim(runId: string, config: RunConfig, worker: ConnectedWorker, freeSlots: number): Promise<ClaimedPack> {
    const { database, bus } = this.context;
    const { leaseMs } = this.parts;
    const to = { id: worker.id, name: worker.name, serverId: bus.serverId };
    const leases = new Map<string, string>();
    const leaseOf = (id: string) => {
      const lease = randomBytes(24).toString("base64url");
      leases.set(id, lease);
      return lease;
    };
    const most = runsPerSlot(worker, config);
    try {
      if (most === 1) {
        const runs = await claimWithCheckpoints(database.orm, [{ id: runId, lease: leaseOf(runId) }], to, null, leaseMs);
        return { runs, pack: null };
      }
      const claim = { worker: to, most, freeSlots, leaseMs, leaseOf, ...this.companionsOf(runId, worker) };
      return await this.inTurnOfKey(packKey(config), () => database.transaction((tx) => claimPack(tx, runId, claim)));
    } catch (error) {
      for (const [id, lease] of leases) this.unsent.add(id, lease);
      throw error;
    }
  }

  /** Which runs may go along with a run to a worker, and what becomes of their own deliveries. */
  private companionsOf(runId: string, worker: ConnectedWorker): Pick<PackClaim, "elsewhere" | "mayJoin" | "dropDeliveries"> {
    const { avoidance, cluster } = this.parts;
    const others = cluster.all().filter(({ id }) => id !== worker.id && cluster.isResponsive(id));
    const isAvoided = (id: string) => avoidance.why(id, worker.id) !== null;
    // A run that comes where it failed, as there is no other place, may bring others of the kind.
    const mayFail = isAvoided(runId);
    return {
      elsewhere: others.map(({ id }) => id),
      mayJoin: (id) => !this.affinity.isElsewhere(id, worker.id) && (mayFail || !isAvoided(id)),
      dropDeliveries: (tx, memberId, runs) => this.queue.drop(tx, memberId, runs),
    };
  }

  /** Claims of one key are made one after the other: each leaves to the next what it does not take. */
  private async inTurnOfKey<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.claiming.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.claiming.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.claiming.get(key) === mine) this.claiming.delete(key);
    }
  }

  private async send({ runs, pack }: ClaimedPack, worker: ConnectedWorker): Promise<void> {
    const { changes, database } = this.context;
    const answering = worker.connection.assign(
      runs.map(({ experimentId: _experimentId, ...run }) => ({ ...run, ...(pack && { pack }) })),
    );
    for (const { runId, experimentId } of runs) {
      const state = await readRunState(database.orm, runId);
      if (state) changes.publish(experimentId, [toRunItem(state)]);
      this.context.refreshSoon(experimentId);
    }
    changes.listChanged("workers");
    const answers = await answering;
    for (const [at, run] of runs.entries()) await this.heed(run, answers?.[at] ?? null, worker);
  }

  private async heed(run: ClaimedRun, answer: AssignAnswer | null, worker: ConnectedWorker): Promise<void> {
    // Without an answer the worker may have it: its heartbeats will tell, or the lease runs out.
    if (answer === null || answer.accepted) return;
    const { runId, experimentId, attempt, lease } = run;
    const { workers, troubles } = this.parts;
    workers.rest(worker);
    if (answer.fault) {
      this.context.dispatch.avoid(runId, worker.id, "crashed");
      await troubles.add(this.context, worker.id, `It did not take a run: ${answer.reason ?? "no reason given"}`);
    }
    const message = `The worker did not take it: ${answer.reason ?? "no reason given"}`;
    await endLostAttempt(this.context, experimentId, { runId, attempt, lease }, message, { excused: true });
    workers.release(worker.id, runId);
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
    if (state?.status !== "queued") return false;
    await this.queue.add(orm, [state], delayMs);
    return true;
  }
}
