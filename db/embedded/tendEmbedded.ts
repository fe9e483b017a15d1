import type pg from "pg";

/** What a Postgres of many processes does by itself, an embedded one has nobody for: checkpoints, vacuums and counts for the planner. */
const lookMs = 2_000;
/** Log after which a checkpoint lets it be used anew. It is written once more than this at most: by what two looks lie apart. */
export const logBytes = 32e6;
/** Overwritten and deleted rows after which a table is vacuumed, if they are a fifth of it too. */
const deadRows = 5_000;
const deadShare = 0.2;
/** Changed rows after which a table is counted again, if they are a fifth of it too. */
const changedRows = 5_000;
const changedShare = 0.2;
/** Between two vacuums of a table: nothing else is answered meanwhile. */
const vacuumMs = 300_000;
/** Between two counts of a table. */
const countMs = 60_000;

export interface Tended {
  /** Resolves once nothing is being done. */
  stop(): Promise<void>;
}

/** Keeps the log and the tables of an embedded database from growing without end, between the statements of others. */
export function tendEmbedded(pool: pg.Pool): Tended {
  const vacuumedAt = new Map<string, number>();
  const countedAt = new Map<string, number>();
  let working: Promise<void> | null = null;
  const work = async () => {
    const log = await pool.query<{ bytes: string }>(
      "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn) as bytes from pg_control_checkpoint()",
    );
    if (Number(log.rows[0]?.bytes) >= logBytes) await pool.query("checkpoint");
    const tables = await pool.query<{ name: string }>(
      "select relid::regclass::text as name from pg_stat_user_tables where n_dead_tup > $1::bigint and n_dead_tup > $2::float8 * n_live_tup",
      [deadRows, deadShare],
    );
    for (const { name } of tables.rows) {
      if (performance.now() - (vacuumedAt.get(name) ?? Number.NEGATIVE_INFINITY) < vacuumMs) continue;
      vacuumedAt.set(name, performance.now());
      await pool.query(`vacuum (analyze) ${name}`);
    }
    const changed = await pool.query<{ name: string }>(
      "select relid::regclass::text as name from pg_stat_user_tables where n_mod_since_analyze > $1::bigint and n_mod_since_analyze > $2::float8 * n_live_tup",
      [changedRows, changedShare],
    );
    for (const { name } of changed.rows) {
      if (performance.now() - (countedAt.get(name) ?? Number.NEGATIVE_INFINITY) < countMs) continue;
      countedAt.set(name, performance.now());
      await pool.query(`analyze ${name}`);
    }
  };
  const timer = setInterval(() => {
    working ??= work()
      .catch((error: Error) => console.error("tidying the database:", error.message))
      .finally(() => {
        working = null;
      });
  }, lookMs);
  return {
    async stop() {
      clearInterval(timer);
      await working;
    },
  };
}
