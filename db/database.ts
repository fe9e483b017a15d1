import type { NodePgDatabase, NodePgQueryResultHKT } from "drizzle-orm/node-postgres";
import type { PgDatabase } from "drizzle-orm/pg-core";
import type pg from "pg";
import type * as schema from "./schema.ts";

/** The pool or a transaction: what a query runs on. */
export type Executor = PgDatabase<NodePgQueryResultHKT, typeof schema>;

export interface Database {
  /** Where the rows are: in the data folder, or in a Postgres of the user's. */
  readonly kind: "embedded" | "external";
  readonly orm: NodePgDatabase<typeof schema>;
  readonly pool: pg.Pool;
  close(): Promise<void>;
}
