import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { FailureCode } from "../../contract/failure.ts";
import type { Priority } from "../../contract/priority.ts";
import type { Database, Executor } from "../../db/database.ts";
import { databaseTrouble } from "../../db/databaseTrouble.ts";
import { listLiveExperiments } from "../../db/queries/experiments.ts";
import type { Dispatch, ServiceContext } from "../context/serviceContext.ts";
import { log } from "../log/log.ts";
import { refreshRunning } from "../services/summaries/refreshRunning.ts";
import { Avoidance } from "./avoidance.ts";
import { type ConnectedWorker, ConnectedWorkers } from "./connectedWorkers.ts";
import { DatabaseHealth } from "./databaseHealth.ts";
import { mayHaveData } from "./hasData.ts";
import { hasDevice } from "./hasDevice.ts";
import { LeaseWatch } from "./leaseWatch.ts";
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

/** Oversees runs and workers: has queued runs given out, takes back those whose workers are lost, and tidies up now and then. */
export class Supervisor implements Dispatch {
  readonly workers: ConnectedWorkers;
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
  private cutToken: (tokenId: string) => void = () => {};
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
    this.troubles = new Troubles(this.workers, workerRestMs);
    const { workers, avoidance, troubles } = this;
    this.scheduler = new Scheduler(database, { workers, avoidance, troubles, leaseMs, stopping: this.stopping.signal });
  }

  /** Gets ready to give out runs; those that were under way to a worker are queued. */
  async start(context: ServiceContext): Promise<void> {
    this.context = context;
    this.leases = new LeaseWatch(context);
    this.deadlines = new StopDeadlines(context);
    this.health = new DatabaseHealth(context.changes, this.stopping.signal);
    this.upkeep = new Upkeep(context, this.stopping.signal);
    await this.scheduler.start(context);
    for (const id of await listLiveExperiments(context.database.orm)) context.refreshSoon(id);
    await this.scheduler.deliverAll();
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
    this.stopping.abort();
    if (this.ticker) clearInterval(this.ticker);
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

  occupy(workerId: string, runId: string): void {
    this.workers.occupy(workerId, runId);
  }

  release(workerId: string | null, runId: string): void {
    this.workers.release(workerId, runId);
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

  private async tick(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    try {
      await this.leases.look();
      await this.deadlines.look();
      await this.scheduler.recover();
      if (++this.ticks % deliverTicks === 0) await this.scheduler.deliverAll();
      if (this.ticks % refreshTicks === 0) await refreshRunning(this.context);
      if (this.ticks % tidyTicks === firstTidyTick) await this.upkeep.run();
      this.wake();
      this.health.report(null);
    } catch (error) {
      const trouble = databaseTrouble(error);
      if (trouble) this.health.report(trouble);
      else log.error("supervising", error);
    }
  }
}
