import { drizzle } from "drizzle-orm/node-postgres";
import type pg from "pg";
import type { Executor } from "./database.ts";

/**
 * Runs statements in a transaction on a connection of the pool, which gets it back whatever happens: the library's own transactions keep
 * a connection for ever when it is lost before their first statement.
 */
export async function runTransaction<T>(pool: pg.Pool, work: (tx: Executor) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const result = await work(drizzle(client));
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((lost) => {
      broken = lost;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
