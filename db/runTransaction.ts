import { drizzle } from "drizzle-orm/node-postgres";
import type pg from "pg";
import type { Executor } from "./database.ts";
import { withClient } from "./withClient.ts";

/** Runs statements in a transaction. The library's own transactions keep a connection for ever that is lost before their first statement. */
export function runTransaction<T>(pool: pg.Pool, work: (tx: Executor) => Promise<T>): Promise<T> {
  return withClient(pool, async (client) => {
    await client.query("begin");
    const result = await work(drizzle(client));
    await client.query("commit");
    return result;
  });
}
