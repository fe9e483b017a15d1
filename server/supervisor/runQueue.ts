import { randomUUID } from "node:crypto";
import { fromDrizzle, type JobInsert, PgBoss } from "pg-boss";
import type { Priority } from "../../contract/priority.ts";
import type { Database, Executor } from "../../db/database.ts";
import {
  addToTurns,
  dropDeliveries,
  dropStale,
  listDueQueues,
  listLaunchers,
  lockTurns,
  moveDeliveries,
  readLaunchers,
  readPlaces,
  readStandings,
  recordTurns,
} from "../../db/queries/turns.ts";
import { queueOn, statementTag } from "../../db/queueAccess.ts";
import { log } from "../log/log.ts";
import { type Share, turnOrder } from "./turnOrder.ts";

const schema = "queue";
/** The queue of each launcher's runs; the owner's is also that of deliveries from before there were several. */
const queueOf = (memberId: string | null) => (memberId === null ? "runs" : `runs-${memberId}`);

/** More than any run's ordinal. */
const perLevel = 10_000_000;
const levels: Record<Priority, number> = { low: -1, normal: 0, high: 1 };
const firstPlace = (priority: Priority) => levels[priority] * perLevel;

/** Somebody of whom so many runs in a row found no place lets others go first for a time: looking at each takes some. */
const patience = 20;
const yieldMs = 1_000;

export interface QueuedRun {
  id: string;
  experimentId: string;
  ordinal: number;
  /** Runs of the pack it was in; absent or 1: it was in none. */
  packRuns?: number;
  /** It is given to nobody yet, and queued once its parent is done. */
  awaitsParent?: boolean;
}

export interface Delivery {
  job: string;
  queue: string;
  runId: string;
  /** Number of the turn in which it came; 0 where nobody else takes turns. */
  turn: number;
}

/**
 * The order in which queued runs are delivered: free slots are shared equally among those who have something queued, and within each
 * one's share, studies of higher priority come first, and of equal ones the runs of lower ordinals. The queue only delivers: a run's row
 * says whether it may be taken, so a run that comes twice, or no more should, does no harm.
 */
export class RunQueue {
  private readonly database: Database;
  private readonly boss: PgBoss;
  private readonly opened = new Set<string>();
  /** Runs that were delivered and are not done. Run → queue. */
  private readonly delivered = new Map<string, string>();
  /** Of these, those that had been given out before: their delivery was no turn. */
  private readonly idle = new Set<string>();
  /** Queue → how many of its runs in a row found no place. */
  private readonly inVain = new Map<string, number>();
  /** Queue → until when it lets others go first. */
  private readonly yielding = new Map<string, number>();

  constructor(database: Database) {
    this.database = database;
    this.boss = new PgBoss({
      db: queueOn(database),
      schema,
      backend: database.kind === "embedded" ? "pglite" : "postgres",
      schedule: false,
      registerInstance: false,
      reindex: false,
      monitorVacuum: false,
      superviseIntervalSeconds: 300,
      maintenanceIntervalSeconds: 3_600,
    });
    this.boss.on("error", (error) => log.error("queue", error));
  }

  async start(): Promise<void> {
    await this.boss.start();
    for (const memberId of new Set([null, ...(await listLaunchers(this.database.orm))])) await this.open(memberId);
  }

  /** Before anything of a launcher is queued, and not within a transaction. */
  async open(memberId: string | null): Promise<void> {
    const queue = queueOf(memberId);
    if (this.opened.has(queue)) return;
    await this.boss.createQueue(queue, {
      expireInSeconds: 60,
      retryLimit: 1_000,
      deleteAfterSeconds: 3_600,
      retentionSeconds: 31_536_000,
    });
    await addToTurns(this.database.orm, queue, memberId);
    await this.know(queue);
  }

  async add(tx: Executor, queued: QueuedRun[], delayMs: number): Promise<void> {
    const runs = queued.filter(({ awaitsParent }) => !awaitsParent);
    if (runs.length === 0) return;
    // By the database's clock, whatever this machine's says.
    const startAfter = delayMs > 0 ? `${delayMs} milliseconds` : undefined;
    const places = await readPlaces(tx, [...new Set(runs.map((run) => run.experimentId))]);
    const jobs = new Map<string, JobInsert[]>();
    for (const run of runs) {
      const place = places.get(run.experimentId);
      if (!place) continue;
      const queue = queueOf(place.memberId);
      const job = { data: { runId: run.id }, priority: firstPlace(place.priority) - run.ordinal, startAfter };
      const own = jobs.get(queue);
      if (own) own.push(job);
      else jobs.set(queue, [job]);
    }
    for (const [queue, own] of jobs) await this.boss.insert(queue, own, { db: fromDrizzle(tx, statementTag) });
  }

  /** What waits of an experiment goes where its new priority puts it. */
  move(tx: Executor, experimentId: string, priority: Priority): Promise<void> {
    return moveDeliveries(tx, experimentId, firstPlace(priority));
  }

  /** Runs that went along with another one: their own deliveries need not come. */
  async drop(tx: Executor, memberId: string | null, runs: readonly QueuedRun[]): Promise<void> {
    const places = await readPlaces(tx, [...new Set(runs.map((run) => run.experimentId))]);
    const given = runs.flatMap(({ id, experimentId, ordinal }) => {
      const place = places.get(experimentId);
      return place ? [{ id, place: firstPlace(place.priority) - ordinal }] : [];
    });
    await dropDeliveries(tx, queueOf(memberId), given);
  }

  /** A run that was delivered has been given out before, or is not to be. */
  wasGone(runId: string): void {
    this.idle.add(runId);
  }

  /** Up to `count` deliveries; each is to be `done` once its run was taken, or was not there to take. */
  async take(count: number): Promise<Delivery[]> {
    // What a failure left over.
    this.delivered.clear();
    this.idle.clear();
    const { due, all } = await listDueQueues(this.database.orm);
    for (const queue of due) await this.know(queue);
    const [first] = due;
    if (first === undefined) return [];
    const alone = all === 1;
    const taken = alone
      ? await this.fetch(first, count)
      : await this.database.transaction((tx) => this.takeInTurn(tx, due, count));
    for (const { runId, queue } of taken) this.delivered.set(runId, queue);
    return taken;
  }

  /**
   * Which of these runs, that wait for one worker, may have its free slot: none while somebody who has something to be given has fewer
   * runs under way than whoever launched them.
   */
  async mayReturn(runIds: string[]): Promise<string[]> {
    if (runIds.length === 0) return [];
    const { due } = await listDueQueues(this.database.orm);
    const standings = await readStandings(this.database.orm);
    const others = standings.filter(({ queue }) => due.includes(queue) && !this.yieldsNow(queue));
    const launchers = await readLaunchers(this.database.orm, runIds);
    const mayGo = standings.filter(({ underWay }) => others.every((other) => underWay <= other.underWay));
    return runIds.filter((id) => launchers.has(id) && mayGo.some(({ memberId }) => memberId === launchers.get(id)));
  }

  private async takeInTurn(tx: Executor, due: string[], count: number): Promise<Delivery[]> {
    await lockTurns(tx);
    const standings = await readStandings(tx);
    const last = Math.max(...standings.map(({ lastTurn }) => lastTurn));
    let shares: Share[] = standings
      .filter(({ queue }) => due.includes(queue))
      .map((standing) => ({ ...standing, yields: this.yieldsNow(standing.queue) }));
    const taken: Delivery[] = [];
    while (taken.length < count && shares.length > 0) {
      const { order, after } = turnOrder(shares, count - taken.length);
      const ready = new Map<string, Delivery[]>();
      for (const queue of new Set(order)) {
        const wanted = order.filter((each) => each === queue).length;
        ready.set(queue, await this.fetch(queue, wanted, tx));
      }
      const emptied = new Set<string>();
      for (const queue of order) {
        const next = ready.get(queue)?.shift();
        if (next) taken.push(next);
        else emptied.add(queue);
      }
      shares = after.filter(({ queue }) => !emptied.has(queue));
    }
    return taken.map((delivery, at) => ({ ...delivery, turn: last + at + 1 }));
  }

  private async fetch(queue: string, count: number, tx?: Executor): Promise<Delivery[]> {
    const options = { batchSize: count, ...(tx && { db: fromDrizzle(tx, statementTag) }) };
    const jobs = await this.boss.fetch<{ runId: string }>(queue, options);
    return jobs.map((job) => ({ job: job.id, queue, runId: job.data.runId, turn: 0 }));
  }

  /** The library looks a queue up at its first use: not within a transaction, which may hold the only connection. */
  private async know(queue: string): Promise<void> {
    if (this.opened.has(queue)) return;
    await this.boss.findJobs(queue, { id: randomUUID() });
    this.opened.add(queue);
  }

  /** A run that was delivered comes again: its turn was none. */
  foundNoPlace(runId: string): void {
    const queue = this.delivered.get(runId);
    if (queue === undefined) return;
    this.delivered.delete(runId);
    const count = (this.inVain.get(queue) ?? 0) + 1;
    if (count >= patience) this.yielding.set(queue, performance.now() + yieldMs);
    this.inVain.set(queue, count % patience);
  }

  private yieldsNow(queue: string): boolean {
    return (this.yielding.get(queue) ?? 0) > performance.now();
  }

  async done(deliveries: Delivery[]): Promise<void> {
    // What found no place was no turn.
    const had = deliveries.filter(({ runId }) => this.delivered.delete(runId));
    for (const { queue } of had) this.inVain.delete(queue);
    await recordTurns(
      this.database.orm,
      had.filter(({ turn, runId }) => turn > 0 && !this.idle.has(runId)),
    );
    if (had.length > 0)
      await dropStale(
        this.database.orm,
        had.map(({ runId }) => runId),
      );
    for (const queue of new Set(deliveries.map((each) => each.queue)))
      await this.boss.deleteJob(
        queue,
        deliveries.filter((each) => each.queue === queue).map(({ job }) => job),
      );
  }

  async stop(): Promise<void> {
    await this.boss.stop({ graceful: false, close: false });
  }
}
