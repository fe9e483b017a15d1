import { sql } from "drizzle-orm";
import type { StorageView } from "../../contract/wire/views.ts";
import type { Database } from "../database.ts";
import { onlyRow } from "../onlyRow.ts";

const shownTables = 8;

/** What the database takes of its disk, by table, those of the queue as one, and the files of runs of theirs; rows are Postgres' own estimate. */
export async function readStorage({ orm, kind }: Database): Promise<StorageView> {
  const size = await orm.execute<{ bytes: string }>(sql`select pg_database_size(current_database()) as bytes`);
  const tables = await orm.execute<{ name: string; rows: string; bytes: string; indexes: string }>(sql`
    select case when schemaname = 'queue' then 'queue' else relname end as name, sum(n_live_tup) as rows,
      sum(pg_total_relation_size(relid)) as bytes, sum(pg_indexes_size(relid)) as indexes
    from pg_stat_user_tables group by 1 order by bytes desc limit ${shownTables}::int`);
  // Of a server for many databases, the log is nobody's in particular, and not every user may ask for it.
  const log =
    kind === "embedded" ? await orm.execute<{ bytes: string }>(sql`select sum(size) as bytes from pg_ls_waldir()`) : null;
  const files = await orm.execute<{ bytes: string }>(sql`select coalesce(sum(bytes), 0) as bytes from run_files`);
  return {
    bytes: Number(onlyRow(size.rows).bytes),
    logBytes: log && Number(onlyRow(log.rows).bytes),
    fileBytes: Number(onlyRow(files.rows).bytes),
    tables: tables.rows.map(({ name, rows, bytes, indexes }) => ({
      ...{ name, rows: Number(rows), bytes: Number(bytes), indexBytes: Number(indexes) },
    })),
  };
}
