import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { Failure } from "../contract/failure.ts";
import { isLineLost } from "./databaseTrouble.ts";
import { onlyRow } from "./onlyRow.ts";
import { destroy } from "./openPool.ts";

/** Two servers on one database would each tell their pages half of what happens, and both hand out its runs. */
const lockQuery = "select pg_try_advisory_lock(hashtext('collapsar server')) as held";
/** A killed server's connection is gone soon after it. */
const patienceMs = 5_000;
const retryMs = 500;
/** A connection that was lost is asked for again this often. */
const renewMs = 2_000;
/** A connection that is open but dead is noticed by asking over it. */
const probeMs = 10_000;
const answerMs = 5_000;

const refusal = () =>
  new Failure(
    "CONFLICT",
    "Another Collapsar server uses this database. Stop it, or give each server a database of its own through DATABASE_URL: several servers on one database are not supported yet.",
  );

/**
 * Holds an external database for this server alone, on a connection of its own, for as long as the server runs.
 * @param onLost is called if the connection was lost and another server has taken the database in the meantime
 * @returns a function that gives the database free
 * @throws Failure CONFLICT if another server holds it
 */
export async function holdDatabase(url: string, onLost: (error: Error) => void): Promise<() => Promise<void>> {
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
      if (performance.now() > deadline) throw refusal();
    }
  } catch (error) {
    if (isLineLost(error)) destroy(client);
    else await client.end().catch(() => undefined);
    throw error;
  }
}
