import { randomUUID } from "node:crypto";
import { fromDrizzle, type JobInsert, PgBoss } from "pg-boss";
import type { Database, Executor } from "../../db/database.ts";
import { queueOn, statementTag } from "../../db/queueAccess.ts";
import { log } from "../log/log.ts";

const name = "runs";
const schema = "queue";

/**
 * The order in which queued runs are delivered. The queue only delivers: a run's row says whether it may be taken, so a run that
 * comes twice, or no more should, does no harm.
 */
export class RunQueue {
  private readonly boss: PgBoss;

  constructor(database: Database) {
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
    await this.boss.createQueue(name, {
      expireInSeconds: 60,
      retryLimit: 1_000,
      deleteAfterSeconds: 3_600,
      retentionSeconds: 31_536_000,
    });
    // The library looks a queue up at its first use: not within a transaction, which may hold the only connection.
    await this.boss.findJobs(name, { id: randomUUID() });
  }

  /** The lower its ordinal, the sooner a run comes, whatever its experiment: a small study does not wait for all of a great one. */
  async add(tx: Executor, runs: { id: string; ordinal: number }[], delayMs: number): Promise<void> {
    if (runs.length === 0) return;
    // By the database's clock, whatever this machine's says.
    const startAfter = delayMs > 0 ? `${delayMs} milliseconds` : undefined;
    const jobs = runs.map((run): JobInsert => ({ data: { runId: run.id }, priority: -run.ordinal, startAfter }));
    await this.boss.insert(name, jobs, { db: fromDrizzle(tx, statementTag) });
  }

  /** Up to `count` deliveries; each is to be `done` once its run was taken, or was not there to take. */
  async take(count: number): Promise<{ job: string; runId: string }[]> {
    const jobs = await this.boss.fetch<{ runId: string }>(name, { batchSize: count });
    return jobs.map((job) => ({ job: job.id, runId: job.data.runId }));
  }

  async done(jobs: string[]): Promise<void> {
    if (jobs.length > 0) await this.boss.deleteJob(name, jobs);
  }

  async stop(): Promise<void> {
    await this.boss.stop({ graceful: false, close: false });
  }
}
