import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type pg from "pg";

/** The pool or a transaction: what a query runs on. Transactions begin at `Database.transaction` alone. */
export type Executor = Omit<NodePgDatabase, "transaction">;

export interface Database {
  /** Where the rows are: in the data folder, or in a Postgres of the user's. */
  readonly kind: "embedded" | "external";
  /** Of an external Postgres, for connections beside the pool's; null: it is embedded. */
  readonly address: string | null;
  readonly orm: Executor;
  readonly pool: pg.Pool;
  /** All of it is stored, or nothing. Within it, only `tx` may be used: the embedded database has one connection. */
  transaction<T>(work: (tx: Executor) => Promise<T>): Promise<T>;
  /**
   * Work for workers, of which there may be hundreds: it takes no more than its share of the connections, so that pages find one. Not to be
   * called within such work.
   * @param goesFirst before what waits
   */
  forWorkers<T>(work: () => Promise<T>, goesFirst?: boolean): Promise<T>;
  /** To be asked before much is stored. @throws Failure DISK_FULL while the embedded database has hardly any room left */
  requireRoom(): Promise<void>;
  /** Copies an embedded database's files into a folder, as of now. @throws Failure CONFLICT for an external one */
  copyTo(folder: string): Promise<void>;
  /** From now on nothing waits for a database that does not answer: what is asked of it fails at once. */
  cut(): void;
  close(): Promise<void>;
}
