import pg from "pg";
import { withClient } from "./withClient.ts";

/** How long a database may take before it counts as not answering, ms. */
export interface PoolBounds {
  /** For a connection: a new one, or one that others use. */
  acquireMs: number;
  /** For one statement, by the database's own clock; 0 = any time. */
  statementMs: number;
  /** For its answer, in case the line is dead; 0 = any time. */
  answerMs: number;
}

/** Distinguishes a dead connection from a slow statement. */
const lineMs = 2_000;

/** @param timeoutMs the longest statement */
export const externalBounds = (timeoutMs: number): PoolBounds => ({
  acquireMs: 5_000,
  statementMs: timeoutMs,
  answerMs: timeoutMs + lineMs,
});

/** One connection, in this process: nothing can be lost on the way, and tidying it up takes its time. */
export const embeddedBounds: PoolBounds = { acquireMs: 120_000, statementMs: 0, answerMs: 0 };

export interface OpenPool {
  pool: pg.Pool;
  /** Ends the connections; those that do not answer are cut. */
  end(withinMs: number): Promise<void>;
  /** Everything that is asked from now on fails, and so does what is unanswered. */
  cut(): void;
}

/** Connections that break are replaced, and what ran on them fails; nothing waits for a database for ever. */
export function openPool(config: pg.PoolConfig, { acquireMs, statementMs, answerMs }: PoolBounds): OpenPool {
  const pool = new pg.Pool({
    ...config,
    connectionTimeoutMillis: acquireMs,
    ...(statementMs > 0 && {
      statement_timeout: statementMs,
      // A transaction whose client is gone without a word holds its rows' locks no longer than this.
      idle_in_transaction_session_timeout: statementMs,
    }),
    ...(answerMs > 0 && { query_timeout: answerMs }),
  });
  // Its own way closes the connection after any failed statement, and the next one would find the embedded database's only one closing.
  pool.query = ((text: string, values?: unknown[]) =>
    withClient(pool, (client) => client.query(text, values))) as typeof pool.query;
  const clients = new Set<pg.PoolClient>();
  let isCut = false;
  const lost = (error: Error) => {
    if (!isCut) console.error("database connection lost:", error.message);
  };
  pool.on("error", lost);
  pool.on("connect", (client) => {
    clients.add(client);
    client.on("error", lost);
    if (isCut) destroy(client);
  });
  pool.on("remove", (client) => clients.delete(client));
  let ending: Promise<void> | null = null;
  const endPool = () => {
    ending ??= pool.end();
    return ending;
  };
  const cut = () => {
    isCut = true;
    void endPool();
    for (const client of clients) destroy(client);
  };
  return {
    pool,
    cut,
    async end(withinMs) {
      const timer = setTimeout(cut, withinMs);
      await endPool();
      clearTimeout(timer);
    },
  };
}

/** Without a farewell, to which a dead line would never answer. */
export function destroy(client: pg.ClientBase): void {
  (client as pg.ClientBase & { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}
