import type pg from "pg";
import type { Database } from "./database.ts";
import { withClient } from "./withClient.ts";

/** What a queue library needs of a database: statements with numbered parameters. */
export interface StatementRunner {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: pg.QueryResultRow[] }>;
}

/** Statements on the pool, each on a connection of its own. */
export function queueOn(database: Database): StatementRunner {
  return {
    executeSql: (text, values) => withClient(database.pool, async (client) => joinRows(await client.query(text, values))),
  };
}

const joinRows = (result: pg.QueryResult | pg.QueryResult[]) => ({
  rows: Array.isArray(result) ? result.flatMap((part) => part.rows) : result.rows,
});

/** What a queue library writes its statements with to run them within a transaction. */
export { sql as statementTag } from "drizzle-orm";
