import type { Database } from "./database.ts";
import { withClient } from "./withClient.ts";

/** Does a piece of work that only one server of the database does at a time; the others wait for it. */
export async function exclusively<T>({ address, pool }: Database, what: string, work: () => Promise<T>): Promise<T> {
  // An embedded database has one server, and one connection.
  if (address === null) return work();
  return withClient(pool, async (client) => {
    await client.query("select pg_advisory_lock(hashtext($1))", [`collapsar ${what}`]);
    try {
      return await work();
    } finally {
      await client.query("select pg_advisory_unlock(hashtext($1))", [`collapsar ${what}`]);
    }
  });
}
