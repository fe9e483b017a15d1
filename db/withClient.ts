import type pg from "pg";
import { isLineLost } from "./databaseTrouble.ts";

/**
 * Works on a connection of the pool, which gets it back whatever happens. After an error its session may be in a broken transaction:
 * it is rolled back, or closed where that fails too.
 */
export async function withClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    return await work(client);
  } catch (error) {
    if (isLineLost(error)) broken = error as Error;
    else
      await client.query("rollback").catch((lost) => {
        broken = lost;
      });
    throw error;
  } finally {
    client.release(broken);
  }
}
