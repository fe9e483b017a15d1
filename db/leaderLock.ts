import { OwnConnection } from "./ownConnection.ts";

/** Of the one server that ticks for all. */
const tryLock = "select pg_try_advisory_lock(hashtext('collapsar leader')) as held";
/** Since Postgres 14: a connection whose client says nothing for so long, as a frozen process, is closed, and its lock is free. */
const closeWhenIdle = (ms: number) => `set idle_session_timeout = ${Math.round(ms)}`;
const noSuchSetting = "42704";

/**
 * In confirmations: how long one counts for its holder, and after what silence the database gives the lock to another. The holder
 * stops first, by its own clock and counted from before it asked.
 */
const validFor = 3;
const closedAfter = 6;

/** An advisory lock of an external Postgres that one server holds for as long as it keeps saying so. */
export class LeaderLock {
  private readonly confirmMs: number;
  private readonly connection: Promise<OwnConnection>;
  private readonly timer: NodeJS.Timeout;
  private isHeld = false;
  /** ms of this process' clock */
  private confirmedAt = Number.NEGATIVE_INFINITY;

  /** @param confirmMs how often it is confirmed; after six times this silence another server takes it */
  constructor(address: string, confirmMs: number) {
    this.confirmMs = confirmMs;
    this.connection = OwnConnection.open(address, {
      name: "collapsar leader",
      probeMs: validFor * confirmMs,
      opened: async (client) => {
        await client.query(closeWhenIdle(closedAfter * confirmMs)).catch((error) => {
          if (error.code !== noSuchSetting) throw error;
        });
      },
      lost: () => {
        this.isHeld = false;
      },
    });
    this.timer = setInterval(() => void this.confirm(), confirmMs);
    this.timer.unref();
  }

  /** Whether it is held for certain, without asking. */
  get held(): boolean {
    return this.isHeld && performance.now() - this.confirmedAt < validFor * this.confirmMs;
  }

  /** Takes it, or makes sure that it is held still. @returns whether it is */
  async confirm(): Promise<boolean> {
    const connection = await this.connection;
    const askedAt = performance.now();
    try {
      if (this.isHeld) await connection.query("select 1");
      else this.isHeld = (await connection.query<{ held: boolean }>(tryLock)).rows[0]?.held === true;
      if (this.isHeld) this.confirmedAt = askedAt;
    } catch {
      this.isHeld = false;
    }
    return this.held;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    this.isHeld = false;
    await (await this.connection).close();
  }
}
