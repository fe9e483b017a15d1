import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { Failure } from "../contract/failure.ts";
import { isLineLost } from "./databaseTrouble.ts";
import { onlyRow } from "./onlyRow.ts";
import { destroy } from "./openPool.ts";

/** Every server shares it; an older one, that could not share a database, holds it alone. */
const lockQuery = "select pg_try_advisory_lock_shared(hashtext('collapsar server')) as held";
/** Whoever holds it, shared or alone. */
const holdersQuery = `select count(*)::int as count from pg_locks
  where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())
    and objsubid = 1 and (classid::bigint << 32) | objid::bigint = hashtext('collapsar server')::bigint`;
/** A killed server's connection is gone soon after it. */
const patienceMs = 5_000;
const retryMs = 500;
/** A connection that was lost is asked for again this often. */
const renewMs = 2_000;
/** A connection that is open but dead is noticed by asking over it. */
const probeMs = 10_000;
const answerMs = 5_000;

type Asks = Pick<pg.Pool, "query">;

/** How many servers use an external database, this one included once it shares it. */
export async function countServers(db: Asks): Promise<number> {
  const { rows } = await db.query<{ count: number }>(holdersQuery);
  return onlyRow(rows).count;
}

/** Waits some seconds for every other server to be gone. @throws Failure CONFLICT if one stays */
export async function requireNoServer(db: Asks): Promise<void> {
  for (const deadline = performance.now() + patienceMs; (await countServers(db)) > 0; await sleep(retryMs))
    if (performance.now() > deadline)
      throw new Failure(
        "CONFLICT",
        "A server of an older Collapsar uses this database, whose tables this version changes. Stop all servers of the older version, then start this one. Nothing was changed.",
      );
}

/**
 * Shares an external database with other servers, on a connection of its own, for as long as the server runs.
 * @param stillFits is asked before it is shared again after a lost connection
 * @param onLost is called if the connection was lost and the database is no longer one for this server
 * @returns a function that gives it free
 * @throws Failure CONFLICT if an older server holds it alone
 */
export async function shareDatabase(
  url: string,
  stillFits: (client: Asks) => Promise<void>,
  onLost: (error: Error) => void,
): Promise<() => Promise<void>> {
  let released = false;
  let client = await hold(url, patienceMs);
  const watch = (held: pg.Client) => {
    const probe = setInterval(() => held.query("select 1").catch(() => destroy(held)), probeMs);
    probe.unref();
    held.once("end", () => {
      clearInterval(probe);
      void renew();
    });
  };
  const renew = async () => {
    while (!released) {
      await sleep(renewMs, undefined, { ref: false });
      if (released) return;
      try {
        client = await hold(url, patienceMs);
        if (released) return void client.end();
        await stillFits(client);
        return watch(client);
      } catch (error) {
        if (error instanceof Failure) return onLost(error);
      }
    }
  };
  watch(client);
  return async () => {
    released = true;
    const timer = setTimeout(() => destroy(client), renewMs);
    await client.end().catch(() => undefined);
    clearTimeout(timer);
  };
}

async function hold(url: string, patience: number): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: answerMs,
    query_timeout: answerMs,
    keepAlive: true,
  });
  client.on("error", () => undefined);
  await client.connect();
  try {
    for (const deadline = performance.now() + patience; ; await sleep(retryMs)) {
      const { rows } = await client.query<{ held: boolean }>(lockQuery);
      if (onlyRow(rows).held) return client;
      if (performance.now() > deadline)
        throw new Failure(
          "CONFLICT",
          "A server of an older Collapsar uses this database, and cannot share it. Stop that server, or give this one a database of its own through DATABASE_URL.",
        );
    }
  } catch (error) {
    if (isLineLost(error)) destroy(client);
    else await client.end().catch(() => undefined);
    throw error;
  }
}
