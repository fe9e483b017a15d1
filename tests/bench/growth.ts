/**
 * What a database grows by: the real server and worker store a run that is measured at every step; then bytes by table, by point and
 * of the log. With a pace nothing is trained: so many measurements of 60 points are made a second.
 * `npm run bench:growth [-- --database embedded|external --steps 5000 --depth 5 --pace 0]`
 */
import { readdirSync, statSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openDatabase } from "../../db/openDatabase.ts";
import { connect, smallStudy } from "../support/builders/study.ts";
import { startPostgres } from "../support/processes/postgres.ts";
import { ServerProcess } from "../support/processes/serverProcess.ts";
import { makeFolder, realWorker, removeFolder, WorkerProcess } from "../support/processes/workerProcess.ts";
import { until } from "../support/until.ts";

const { values: flags } = parseArgs({
  options: {
    database: { type: "string", default: "embedded" },
    steps: { type: "string", default: "5000" },
    depth: { type: "string", default: "5" },
    pace: { type: "string", default: "0" },
  },
});
const steps = Number(flags.steps);
const pace = Number(flags.pace);
/** Of one measurement of a paced run. */
const pacedPoints = 60;
const pacedWorker = new URL("./pacedWorker.ts", import.meta.url).pathname;
const postgres = flags.database === "external" ? await startPostgres() : null;
const server = await ServerProcess.start(false, postgres ? { DATABASE_URL: postgres.url } : {});
const folder = makeFolder();
try {
  const api = connect(server.url);
  const { token } = await api.workers.createToken.mutate({ name: "bench" });
  const before = postgres ? null : onDisk();
  const worker = new WorkerProcess(pace > 0 ? pacedWorker : realWorker, folder, server.url, token, ["--slots", "1"]);
  const config = smallStudy({ depths: [Number(flags.depth)], measuring: { name: "every", steps: 1 }, steps });
  const name = pace > 0 ? `${pace * pacedPoints} for ${Math.round(steps / pace)}` : "growth";
  const { id } = await api.experiments.launch.mutate({ name, config });
  const began = performance.now();
  let largest = before;
  await until(
    "the run has finished",
    async () => {
      if (largest) largest = greater(largest, onDisk());
      await new Promise((resolve) => setTimeout(resolve, 500));
      return (await api.experiments.get.query({ id })).status === "finished";
    },
    1_800_000,
  );
  const seconds = (performance.now() - began) / 1_000;
  await worker.stop();
  console.log(
    `${cpus().length} × ${cpus()[0].model.trim()}, load ${loadavg()[0].toFixed(1)}: ${steps} measured steps on the ${flags.database} database in ${seconds.toFixed(0)} s`,
  );
  if (before && largest) {
    const after = onDisk();
    for (const part of ["log", "rows"] as const)
      console.log(`  ${part}: ${mb(before[part])} before, ${mb(after[part])} after, ${mb(largest[part])} at most`);
  }
  await server.pause();
  const database = await openDatabase({ dataDir: server.dataDir, url: postgres?.url ?? null }, console.error);
  await database.pool.query("vacuum");
  const { rows } = await database.pool.query<{ name: string; rows: string; heap: string; indexes: string; toast: string }>(`
    select c.relname as name, (xpath('/row/c/text()', query_to_xml(format('select count(*) as c from %I.%I', n.nspname, c.relname), false, true, '')))[1]::text as rows,
      pg_relation_size(c.oid) as heap, pg_indexes_size(c.oid) as indexes, coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0) as toast
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname = 'public' and pg_relation_size(c.oid) > 0
    order by pg_total_relation_size(c.oid) desc limit 8`);
  for (const row of rows)
    console.log(
      `  ${row.name}: ${row.rows} rows, ${mb(Number(row.heap))} + indexes ${mb(Number(row.indexes))} + TOAST ${mb(Number(row.toast))}`,
    );
  const stored = await database.pool.query<{ points: string; bytes: string }>(
    "select sum(length(steps) / 4) as points, pg_total_relation_size('series_chunks') as bytes from series_chunks s join runs r on r.id = s.run_id where r.experiment_id = $1",
    [id],
  );
  const { points, bytes } = stored.rows[0];
  console.log(`  ${Number(points).toLocaleString("en")} points of this run; all series take ${mb(Number(bytes))}`);
  await database.close();
} finally {
  await server.stop();
  await postgres?.stop();
  removeFolder(folder);
}

interface OnDisk {
  /** Bytes of the write-ahead log. */
  log: number;
  rows: number;
}

function onDisk(): OnDisk {
  const database = join(server.dataDir, "database");
  const log = sizeOf(join(database, "pg_wal"));
  return { log, rows: sizeOf(database) - log };
}

function sizeOf(path: string): number {
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + (statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}

function greater(a: OnDisk, b: OnDisk): OnDisk {
  return { log: Math.max(a.log, b.log), rows: Math.max(a.rows, b.rows) };
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
