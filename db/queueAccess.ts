import type pg from "pg";
import type { Database } from "./database.ts";

/** What a queue library needs of a database: statements with numbered parameters. */
export interface StatementRunner {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: pg.QueryResultRow[] }>;
}

/** Statements on the pool. A failed script leaves its session in a broken transaction: it is closed before another one gets it. */
export function queueOn(database: Database): StatementRunner {
  return {
    async executeSql(text, values) {
      const client = await database.pool.connect();
      let broken: Error | undefined;
      try {
        return joinRows(await client.query(text, values));
      } catch (error) {
        await client.query("rollback").catch((lost) => {
          broken = lost;
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },
  };
}

const joinRows = (result: pg.QueryResult | pg.QueryResult[]) => ({
  rows: Array.isArray(result) ? result.flatMap((part) => part.rows) : result.rows,
});

/** What a queue library writes its statements with to run them within a transaction. */
export { sql as statementTag } from "drizzle-orm";
