import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { destroy } from "./openPool.ts";

export interface OwnConnectionUse {
  /** Seen in the database's list of connections. */
  name: string;
  /** It is open: what is to be held on it is taken now. An error counts as a loss. */
  opened(client: pg.Client): Promise<void>;
  lost(): void;
  /** How often it is asked whether it still answers; a dead one is noticed within twice this time, ms. */
  probeMs: number;
}

const firstRetryMs = 100;
const slowestRetryMs = 3_000;
/** What a database that is there needs for its goodbyes. */
const farewellMs = 2_000;

/** A connection to an external Postgres beside the pool's, for what belongs to one connection: it is opened again whenever it is lost. */
export class OwnConnection {
  private readonly address: string;
  private readonly use: OwnConnectionUse;
  private client: pg.Client | null = null;
  private readonly closing = new AbortController();
  private keeping: Promise<void> = Promise.resolve();
  /** A client takes one statement at a time. */
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(address: string, use: OwnConnectionUse) {
    this.address = address;
    this.use = use;
  }

  /** Opens it; where that fails at first, it is tried again from then on. */
  static async open(address: string, use: OwnConnectionUse): Promise<OwnConnection> {
    const connection = new OwnConnection(address, use);
    await new Promise<void>((resolve) => {
      connection.keeping = connection.keep(resolve);
    });
    return connection;
  }

  get isOpen(): boolean {
    return this.client !== null;
  }

  /** @throws Error while it is not open, or if it is lost meanwhile */
  query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<pg.QueryResult<Row>> {
    const asked = this.turn.then(() => {
      if (this.client === null) throw new Error("Connection terminated");
      return this.client.query<Row>(text, values);
    });
    this.turn = asked.catch(() => undefined);
    return asked;
  }

  async close(): Promise<void> {
    this.closing.abort();
    const { client } = this;
    if (client) {
      const timer = setTimeout(() => destroy(client), farewellMs);
      await client.end().catch(() => undefined);
      clearTimeout(timer);
    }
    await this.keeping;
  }

  private async keep(tried: () => void): Promise<void> {
    const { signal } = this.closing;
    for (let tries = 0; !signal.aborted; tries++) {
      const lasted = await this.once(tried).catch(() => false);
      tried();
      if (lasted) tries = 0;
      const pause = Math.min(slowestRetryMs, firstRetryMs * 2 ** tries);
      await sleep(pause, undefined, { ref: false, signal }).catch(() => undefined);
    }
  }

  /** @returns whether it was open */
  private async once(tried: () => void): Promise<boolean> {
    const { name, opened, lost, probeMs } = this.use;
    const client = new pg.Client({
      connectionString: this.address,
      application_name: name,
      connectionTimeoutMillis: 5_000,
      query_timeout: probeMs,
      keepAlive: true,
    });
    client.on("error", () => undefined);
    const ended = new Promise<void>((resolve) => client.once("end", () => resolve()));
    try {
      await client.connect();
      await opened(client);
    } catch (error) {
      destroy(client);
      throw error;
    }
    const probe = setInterval(() => this.query("select 1").catch(() => destroy(client)), probeMs);
    probe.unref();
    this.client = client;
    tried();
    if (this.closing.signal.aborted) void client.end();
    await ended;
    clearInterval(probe);
    this.client = null;
    if (!this.closing.signal.aborted) lost();
    return true;
  }
}
