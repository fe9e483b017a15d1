import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { Priority } from "../../contract/priority.ts";
import type { Database, Executor } from "../../db/database.ts";
import { databaseTrouble } from "../../db/databaseTrouble.ts";
import { listLiveExperiments } from "../../db/queries/experiments.ts";
import { readClock } from "../../db/queries/leases.ts";
import { recordGone, recordLeaving } from "../../db/queries/rosters.ts";
import { countServers } from "../../db/serverLock.ts";
import type { Dispatch, ServiceContext } from "../context/serviceContext.ts";
import { log } from "../log/log.ts";
import { tendGrown } from "../services/runs/tendGrown.ts";
import { refreshRunning } from "../services/summaries/refreshRunning.ts";
import { Avoidance } from "./avoidance.ts";
import { ClusterWorkers, type KnownWorker } from "./clusterWorkers.ts";
import { type ConnectedWorker, ConnectedWorkers } from "./connectedWorkers.ts";
import { DatabaseHealth } from "./databaseHealth.ts";
import { mayHaveData } from "./hasData.ts";
import { hasDevice } from "./hasDevice.ts";
import { hearOtherServers } from "./hearOtherServers.ts";
import { LeaseWatch } from "./leaseWatch.ts";
import { type AttemptEnd, LocalDispatch, type StopKind, type StoppingRun } from "./localDispatch.ts";
import { RosterCheck } from "./rosterCheck.ts";
import { RosterNews } from "./rosterNews.ts";
import type { QueuedRun } from "./runQueue.ts";
import { Scheduler } from "./scheduler.ts";
import { StopDeadlines } from "./stopDeadlines.ts";
import { Troubles } from "./troubles.ts";
import { Upkeep } from "./upkeep.ts";

/** At most; leases are looked at several times while one lasts. */
const tickMs = 2_000;
/** Every six hours, the first time after a minute. */
const tidyTicks = 10_800;
const firstTidyTick = 30;
/** Ticks between two looks for queued runs that no delivery is under way for. */
const deliverTicks = 15;
/** Ticks between two refreshes of what the lists show of running experiments. */
const refreshTicks = 2;

/** Runs in one message to other servers. */
const runsEach = 1_000;

/**
 * Oversees runs and workers: has queued runs given out, takes back those whose workers are lost, and tidies up now and then. Of several
 * servers each has its own workers and gives runs to them; one of them, the leader, does what is done once for all.
 */
export class Supervisor implements Dispatch {
  readonly workers: ConnectedWorkers;
  private readonly cluster: ClusterWorkers;
  private roster!: RosterCheck;
  private news!: RosterNews;
  private local!: LocalDispatch;
  leases!: LeaseWatch;
  private deadlines!: StopDeadlines;
  private health!: DatabaseHealth;
  private upkeep!: Upkeep;
  private context!: ServiceContext;
  private readonly leaseMs: number;
  private readonly avoidance = new Avoidance();
  private readonly troubles: Troubles;
  private readonly scheduler: Scheduler;
  private readonly stopping = new AbortController();
  private ticker: NodeJS.Timeout | null = null;
  private ticking: Promise<void> = Promise.resolve();
  private isTicking = false;
  private ticks = 0;

  constructor(
    database: Database,
    { leaseMs, workerRestMs, leastRunMs }: { leaseMs: number; workerRestMs: number; leastRunMs: number },
  ) {
    this.leaseMs = leaseMs;
    this.workers = new ConnectedWorkers(leaseMs / 2, leastRunMs);
    this.cluster = new ClusterWorkers(this.workers, { serverMs: leaseMs / 2, workerMs: leaseMs, leastRunMs });
    this.troubles = new Troubles(this.workers, workerRestMs);
    const { workers, cluster, avoidance, troubles } = this;
    this.scheduler = new Scheduler(database, { workers, cluster, avoidance, troubles, leaseMs, stopping: this.stopping.signal });
  }

  /** Gets ready to give out runs; those that were under way to a worker are queued. */
  async start(context: ServiceContext): Promise<void> {
    this.context = context;
    this.leases = new LeaseWatch(context);
    this.deadlines = new StopDeadlines(context);
    this.health = new DatabaseHealth(context.changes, this.stopping.signal);
    this.upkeep = new Upkeep(context, this.stopping.signal);
    this.roster = new RosterCheck(this.workers, context.bus.serverId);
    const { workers, cluster, avoidance, troubles } = this;
    const wake = () => this.wake();
    const news = new RosterNews(context, cluster, this.stopping.signal);
    const local = new LocalDispatch(context, { workers, avoidance, troubles, news, wake });
    this.news = news;
    this.local = local;
    hearOtherServers(context.bus, { database: context.database, local, workers, cluster, avoidance, news, wake });
    await cluster.look(context.database, context.bus);
    await this.scheduler.start(context);
    for (const id of await listLiveExperiments(context.database.orm)) context.refreshSoon(id);
    await this.scheduler.deliverAll();
  }

  /** From now on workers can be heard: leases that they kept while no server was there are timed from here. */
  async listen(): Promise<void> {
    const { address, pool } = this.context.database;
    if (address === null || (await countServers(pool)) <= 1) await this.leases.begin();
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
    this.stopping.abort();
    if (this.ticker) clearInterval(this.ticker);
    this.news.close();
    await this.ticking;
    await this.upkeep.settled();
    await this.scheduler.stop();
  }

  enqueue(tx: Executor, runs: QueuedRun[], preferred: string | null = null): Promise<void> {
    return this.scheduler.enqueue(tx, runs, preferred);
  }

  openQueue(memberId: string | null): Promise<void> {
    return this.scheduler.openQueue(memberId);
  }

  prioritize(tx: Executor, experimentId: string, priority: Priority): Promise<void> {
    return this.scheduler.prioritize(tx, experimentId, priority);
  }

  wake(): void {
    this.scheduler.wake();
  }

  occupy(workerId: string, runId: string, packId: string | null): void {
    this.workers.occupy(workerId, runId, packId);
  }

  release(workerId: string | null, runId: string): void {
    this.local.release(workerId, runId);
    if (workerId !== null && this.workers.get(workerId) === null) this.context.bus.send("release", { workerId, runId });
  }

  cancel(runs: StoppingRun[]): void {
    this.stopEverywhere("cancel", runs);
  }

  suspend(runs: StoppingRun[]): void {
    this.stopEverywhere("suspend", runs);
  }

  avoid(runId: string, workerId: string, why: "crashed" | "lacking"): void {
    this.local.avoid(runId, workerId, why);
    this.context.bus.send("avoid", { runId, workerId, why });
  }

  forget(runId: string): void {
    if (this.local.forget(runId)) this.context.bus.send("forget", { runId });
  }

  hasCrashedElsewhere(runId: string, workerId: string | null): boolean {
    return this.avoidance.hasCrashedElsewhere(runId, workerId);
  }

  mayGoElsewhere({ id, config }: { id: string; config: RunConfig }, workerId: string | null): boolean {
    return this.cluster
      .all()
      .some(
        (other) =>
          other.id !== workerId &&
          this.avoidance.why(id, other.id) !== "lacking" &&
          mayHaveData(other, config) &&
          hasDevice(other, config),
      );
  }

  attemptEnded(workerId: string, runId: string, end: AttemptEnd): void {
    this.local.attemptEnded(workerId, runId, end);
    this.context.bus.send("attemptEnded", { workerId, runId, code: end.code, message: end.message, packId: end.packId });
  }

  drain(workerId: string, drained: boolean): void {
    this.local.drain(workerId, drained);
    this.context.bus.send("drain", { workerId, drained });
  }

  async resume(workerId: string): Promise<void> {
    this.context.bus.send("resume", { workerId });
    await this.local.resume(workerId);
  }

  /** A worker has come, or has said what it has. */
  arrived(workerId: string): void {
    this.avoidance.forgetLacking(workerId);
    this.context.bus.send("workerArrived", { workerId });
    this.wake();
  }

  /** A worker is stopping: it takes no more runs over its connection. */
  leaving(worker: ConnectedWorker): void {
    this.workers.rest(worker, Number.POSITIVE_INFINITY);
    this.news.tell(worker.id, recordLeaving(this.context.database.orm, worker.id, this.context.bus.serverId));
  }

  /** A worker's connection has ended. */
  gone(workerId: string): void {
    this.news.tell(workerId, recordGone(this.context.database.orm, workerId, this.context.bus.serverId));
  }

  slots(): number {
    return this.cluster.totalSlots();
  }

  connected(workerId: string): KnownWorker | null {
    return this.cluster.get(workerId);
  }

  dropToken(tokenId: string): void {
    this.local.dropToken(tokenId);
    this.context.bus.send("dropToken", { tokenId });
  }

  /** Sets how the connections of a revoked token are cut. */
  onTokenDropped(cut: (tokenId: string) => void): void {
    this.local.onTokenDropped(cut);
  }

  private async tick(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    try {
      if (await this.context.leader.leads()) await this.lead();
      else await readClock(this.context.database.orm);
      await this.scheduler.recover();
      await this.catchUp();
      this.wake();
      this.health.report(null);
    } catch (error) {
      const trouble = databaseTrouble(error);
      if (trouble) this.health.report(trouble);
      else log.error("supervising", error);
    }
  }

  /** What one server does for all. */
  private async lead(): Promise<void> {
    await this.leases.look();
    await this.deadlines.look();
    if (++this.ticks % deliverTicks === 0) await this.scheduler.deliverAll();
    if (this.ticks % refreshTicks === 0) await refreshRunning(this.context);
    if (this.ticks % refreshTicks === 0) await tendGrown(this.context, null);
    if (this.ticks % tidyTicks === firstTidyTick) await this.upkeep.run();
  }

  /** What other servers' messages tell too, and sooner. */
  private async catchUp(): Promise<void> {
    const { database, bus } = this.context;
    if (database.address === null) return;
    await this.cluster.look(database, bus);
    await this.roster.look(database);
  }

  private stopEverywhere(how: StopKind, runs: StoppingRun[]): void {
    this.local.stop(how, runs);
    const elsewhere = runs.filter(({ workerId }) => workerId !== null && this.workers.get(workerId) === null);
    for (let i = 0; i < elsewhere.length; i += runsEach)
      this.context.bus.send("stop", {
        how,
        runs: elsewhere.slice(i, i + runsEach).map(({ id, attempt, workerId }) => ({ id, attempt, workerId })),
      });
  }
}
