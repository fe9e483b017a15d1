import { randomBytes } from "node:crypto";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { FailureCode } from "../../contract/failure.ts";
import type { Database, Executor } from "../../db/database.ts";
import { type DatabaseTrouble, databaseTrouble } from "../../db/databaseTrouble.ts";
import { listLiveExperiments } from "../../db/queries/experiments.ts";
import { type Claimed, claimRun } from "../../db/queries/leases.ts";
import { recordWaiting } from "../../db/queries/runProgress.ts";
import { listUndelivered, readConfigs, readRunState } from "../../db/queries/runs.ts";
import { tidyDatabase } from "../../db/tidyDatabase.ts";
import type { Dispatch, ServiceContext } from "../context/serviceContext.ts";
import { log } from "../log/log.ts";
import { toRunItem } from "../services/runs/runViews.ts";
import { refreshRunning } from "../services/summaries/refreshRunning.ts";
import { purgeRemoved } from "../services/upkeep/purgeRemoved.ts";
import { tidyArtefacts } from "../services/upkeep/tidyArtefacts.ts";
import { Avoidance } from "./avoidance.ts";
import { affinityMs, CheckpointAffinity } from "./checkpointAffinity.ts";
import { type ConnectedWorker, ConnectedWorkers } from "./connectedWorkers.ts";
import { endLostAttempt } from "./endLostAttempt.ts";
import { mayHaveData, workersWithData } from "./hasData.ts";
import { hasDevice } from "./hasDevice.ts";
import { LeaseWatch } from "./leaseWatch.ts";
import { RunQueue } from "./runQueue.ts";
import { StopDeadlines } from "./stopDeadlines.ts";
import { Troubles } from "./troubles.ts";
import { waitsForMemory, workersWithMemory } from "./workersWithMemory.ts";

/** At most; leases are looked at several times while one lasts. */
const tickMs = 2_000;
/** Every six hours, the first time after a minute. */
const tidyTicks = 10_800;
const firstTidyTick = 30;
/** Ticks between two looks for queued runs that no delivery is under way for. */
const deliverTicks = 15;
/** A run whose data no worker has yet is looked at again after this time. */
const listedSoonMs = 1_000;
/** So is one for which no connected worker has the memory. */
const heldSoonMs = 5_000;
/** Ticks between two refreshes of what the lists show of running experiments. */
const refreshTicks = 2;

/** Gives queued runs to workers with free slots, and takes back those whose workers are lost. */
export class Supervisor implements Dispatch {
  readonly workers: ConnectedWorkers;
  leases!: LeaseWatch;
  private deadlines!: StopDeadlines;
  private readonly leaseMs: number;
  private readonly queue: RunQueue;
  private readonly affinity = new CheckpointAffinity();
  private readonly avoidance = new Avoidance();
  private readonly troubles: Troubles;
  private context!: ServiceContext;
  private cutToken: (tokenId: string) => void = () => {};
  private giving = false;
  private woken = false;
  private stopped = false;
  private ticker: NodeJS.Timeout | null = null;
  private ticking: Promise<void> = Promise.resolve();
  private isTicking = false;
  private purging: Promise<void> = Promise.resolve();
  private ticks = 0;
  /** What was last said of the database; null while it answers. */
  private saidTrouble: string | null = null;
  /** Something failed while runs were being assigned: some may be neither in the queue nor with a worker. */
  private unsure = false;
  /** Run → lease of claims that failed: the database may have made them, and only its answer was lost. */
  private readonly unsent = new Map<string, string>();

  constructor(database: Database, { leaseMs, workerRestMs }: { leaseMs: number; workerRestMs: number }) {
    this.leaseMs = leaseMs;
    this.workers = new ConnectedWorkers(leaseMs / 2);
    this.troubles = new Troubles(this.workers, workerRestMs);
    this.queue = new RunQueue(database);
  }

  /** Gets ready to give out runs; those that were under way to a worker are queued. */
  async start(context: ServiceContext): Promise<void> {
    this.context = context;
    this.leases = new LeaseWatch(context);
    this.deadlines = new StopDeadlines(context);
    const { orm } = context.database;
    await this.queue.start();
    for (const id of await listLiveExperiments(orm)) context.refreshSoon(id);
    await this.deliverAll();
  }

  /** From now on workers can be heard: leases that they kept through the server's absence are timed from here. */
  async listen(): Promise<void> {
    await this.leases.begin();
    this.ticker = setInterval(
      () => {
        // One that waits for the database is not followed by a row of others.
        if (this.isTicking) return;
        this.isTicking = true;
        this.ticking = this.tick().finally(() => {
          this.isTicking = false;
        });
      },
      Math.min(tickMs, this.leaseMs / 5),
    );
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.ticker) clearInterval(this.ticker);
    await this.ticking;
    await this.purging;
    await this.queue.stop();
  }

  async enqueue(tx: Executor, runs: { id: string; ordinal: number }[], preferred: string | null = null): Promise<void> {
    // One that is silent may be dead, and its runs have waited long enough for it.
    const [only, ...others] = runs;
    const waits = preferred !== null && only !== undefined && others.length === 0 && this.workers.isResponsive(preferred);
    if (waits) this.affinity.add(only.id, preferred);
    await this.queue.add(tx, runs, waits ? affinityMs : 0);
  }

  wake(): void {
    this.woken = true;
    if (this.giving || this.stopped) return;
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

  occupy(workerId: string, runId: string): void {
    this.workers.get(workerId)?.busy.add(runId);
  }

  release(workerId: string | null, runId: string): void {
    this.workers.get(workerId)?.busy.delete(runId);
  }

  cancel(runs: { id: string; attempt: number; workerId: string | null }[]): void {
    for (const run of runs) this.workers.get(run.workerId)?.connection.cancel({ runId: run.id, attempt: run.attempt });
  }

  suspend(runs: { id: string; attempt: number; workerId: string | null }[]): void {
    for (const run of runs) this.workers.get(run.workerId)?.connection.suspend({ runId: run.id, attempt: run.attempt });
  }

  avoid(runId: string, workerId: string, why: "crashed" | "lacking"): void {
    this.avoidance.add(runId, workerId, why);
  }

  forget(runId: string): void {
    this.avoidance.forget(runId);
  }

  hasCrashedElsewhere(runId: string, workerId: string | null): boolean {
    return this.avoidance.hasCrashedElsewhere(runId, workerId);
  }

  mayGoElsewhere({ id, config }: { id: string; config: RunConfig }, workerId: string | null): boolean {
    return this.workers
      .all()
      .some(
        (other) =>
          other.id !== workerId &&
          this.avoidance.why(id, other.id) !== "lacking" &&
          mayHaveData(other, config) &&
          hasDevice(other, config),
      );
  }

  attemptEnded(workerId: string, runId: string, end: { code: FailureCode | "FINISHED"; message: string }): void {
    this.troubles
      .attemptEnded(this.context, workerId, runId, end)
      .catch((error) => log.error("updating a worker's state", error));
  }

  drain(workerId: string, drained: boolean): void {
    const worker = this.workers.get(workerId);
    if (worker) worker.drained = drained;
    this.wake();
  }

  async resume(workerId: string): Promise<void> {
    await this.troubles.clear(this.context, workerId);
    this.wake();
  }

  /** A worker has come, or has said what it has. */
  arrived(workerId: string): void {
    this.avoidance.forgetLacking(workerId);
    this.wake();
  }

  slots(): number {
    return this.workers.totalSlots();
  }

  connected(workerId: string): ConnectedWorker | null {
    return this.workers.get(workerId);
  }

  dropToken(tokenId: string): void {
    this.cutToken(tokenId);
  }

  /** Tells how the connections of a revoked token are cut. */
  onTokenDropped(cut: (tokenId: string) => void): void {
    this.cutToken = cut;
  }

  private async giveAll(): Promise<void> {
    while (this.woken && !this.stopped) {
      this.woken = false;
      for (const worker of this.workers.all())
        while (this.workers.freeSlots(worker) > 0) {
          const runId = this.affinity.take(worker.id);
          if (runId === null) break;
          await this.give(runId, worker);
        }
      const free = this.workers.totalFree();
      if (free === 0) continue;
      const deliveries = await this.queue.take(free);
      if (deliveries.length > 0) this.woken = true;
      const configs = await this.configsOf(deliveries.map(({ runId }) => runId));
      for (const { runId } of deliveries) await this.giveToOne(runId, configs.get(runId));
      await this.queue.done(deliveries.map(({ job }) => job));
    }
  }

  private async configsOf(runIds: string[]): Promise<Map<string, RunConfig>> {
    return runIds.length === 0 ? new Map() : readConfigs(this.context.database.orm, runIds);
  }

  /**
   * Gives a run to the worker with the most free slots of those that have its data, its device and the memory for it, and where it has
   * not failed before; if they are all busy, it waits for one of them.
   */
  private async giveToOne(runId: string, config: RunConfig | undefined): Promise<void> {
    const workers = this.workers.all();
    if (!config || workers.length === 0) return this.requeue(runId);
    const readers = workersWithData(workers, config, performance.now());
    if (readers === null) return this.requeue(runId, listedSoonMs);
    const computing = orAll(readers, (worker) => hasDevice(worker, config));
    const able = orAll(computing, ({ id }) => this.avoidance.why(runId, id) !== "lacking");
    const holding = workersWithMemory(able, config);
    if (holding.length === 0) return this.wait(runId, waitsForMemory(able, config));
    const among = orAll(holding, (worker) => this.avoidance.why(runId, worker.id) === null && this.workers.takesRuns(worker));
    const worker = this.workers.mostFree(among);
    if (worker) return this.give(runId, worker);
    if (among.length === workers.length && this.workers.totalFree() === 0) return this.requeue(runId);
    const awaited = among[Math.floor(Math.random() * among.length)];
    if (!awaited) return this.requeue(runId);
    this.affinity.add(runId, awaited.id);
    await this.requeue(runId, affinityMs);
  }

  /** Claims the run, if it is still queued, and sends it. */
  private async give(runId: string, worker: ConnectedWorker): Promise<void> {
    const lease = randomBytes(24).toString("base64url");
    worker.busy.add(runId);
    const claimed = await claimRun(this.context.database.orm, runId, worker, lease, this.leaseMs).catch((error) => {
      worker.busy.delete(runId);
      this.unsent.set(runId, lease);
      throw error;
    });
    if (!claimed) worker.busy.delete(runId);
    else this.send(claimed, lease, worker).catch((error) => log.error("sending a run", error));
  }

  private async send(claimed: Claimed, lease: string, worker: ConnectedWorker): Promise<void> {
    const { experimentId, ...rest } = claimed;
    const { runId, attempt } = rest;
    const answering = worker.connection.assign({ ...rest, lease });
    const state = await readRunState(this.context.database.orm, runId);
    if (state) this.context.changes.publish(experimentId, [toRunItem(state)]);
    this.context.refreshSoon(experimentId);
    this.context.changes.listChanged("workers");
    const answer = await answering;
    // Without an answer the worker may have it: its heartbeats will tell, or the lease runs out.
    if (answer === null || answer.accepted) return;
    this.workers.rest(worker);
    if (answer.fault) {
      this.avoidance.add(runId, worker.id, "crashed");
      await this.troubles.add(this.context, worker.id, `It did not take a run: ${answer.reason ?? "no reason given"}`);
    }
    const message = `The worker did not take it: ${answer.reason ?? "no reason given"}`;
    await endLostAttempt(this.context, experimentId, { runId, attempt, lease }, message, { excused: true });
    this.release(worker.id, runId);
  }

  /** No connected worker may take it: that is said, and looked at again. */
  private async wait(runId: string, why: string): Promise<void> {
    const changed = await recordWaiting(this.context.database.orm, runId, why);
    if (changed) this.context.changes.publish(changed.experimentId, [toRunItem(changed)]);
    await this.requeue(runId, heldSoonMs);
  }

  /** There is no slot for what was delivered: its turn comes again. */
  private async requeue(runId: string, delayMs = 0): Promise<void> {
    const { orm } = this.context.database;
    const state = await readRunState(orm, runId);
    if (state?.status === "queued") await this.queue.add(orm, [state], delayMs);
  }

  /** After a failure of the database: claims that were made unheard are taken back, and every queued run is delivered again. */
  private async makeSure(): Promise<void> {
    this.unsure = false;
    try {
      for (const [runId, lease] of this.unsent) await this.takeBackUnsent(runId, lease);
      await this.deliverAll();
    } catch (error) {
      this.unsure = true;
      throw error;
    }
  }

  private async takeBackUnsent(runId: string, lease: string): Promise<void> {
    const state = await readRunState(this.context.database.orm, runId);
    if (state?.lease === lease) {
      const held = { runId, attempt: state.attempt, lease };
      const message = "The database failed while the run was being assigned.";
      await endLostAttempt(this.context, state.experimentId, held, message, { excused: true });
    }
    this.unsent.delete(runId);
  }

  /** Puts every queued run that is not in the queue into it; one that comes twice does no harm. */
  private deliverAll(): Promise<void> {
    return this.context.database.transaction(async (tx) => this.queue.add(tx, await listUndelivered(tx), 0));
  }

  private async tick(): Promise<void> {
    if (this.stopped) return;
    try {
      await this.leases.look();
      await this.deadlines.look();
      if (this.unsure) await this.makeSure();
      if (++this.ticks % deliverTicks === 0) await this.deliverAll();
      if (this.ticks % refreshTicks === 0) await refreshRunning(this.context);
      if (this.ticks % tidyTicks === firstTidyTick) {
        await tidyDatabase(this.context.database);
        await tidyArtefacts(this.context);
        this.purge();
      }
      this.wake();
      this.sayTrouble(null);
    } catch (error) {
      const trouble = databaseTrouble(error);
      if (trouble) this.sayTrouble(trouble);
      else log.error("supervising", error);
    }
  }

  /** Beside everything else: a great study takes its time. */
  private purge(): void {
    this.purging = this.purging.then(async () => {
      const purged = await purgeRemoved(this.context, () => this.stopped);
      if (purged > 0) log.info(`Purged: ${purged} ${purged === 1 ? "experiment" : "experiments"} deleted long enough ago`);
    });
    this.purging = this.purging.catch((error) => log.error("purging", error));
  }

  /** Tells the log and the pages, once each, that the database is away and that it is back. */
  private sayTrouble(trouble: DatabaseTrouble | null): void {
    if (!this.stopped) this.context.changes.trouble(trouble?.failure.message ?? null);
    const why = trouble?.why ?? null;
    if (why === this.saidTrouble) return;
    this.saidTrouble = why;
    if (why === null) log.info("The database answers again.");
    else log.warning(`The database is not answering properly: ${why}.`);
  }
}

/** Those for which something holds; all where it holds for none. */
function orAll<T>(items: T[], holds: (item: T) => boolean): T[] {
  const those = items.filter(holds);
  return those.length > 0 ? those : items;
}
