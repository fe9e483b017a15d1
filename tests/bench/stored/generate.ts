/**
 * Fills a database with many studies, for `bench:stored`: by default as much as a laptop makes in a minute.
 * `npm run bench:generate [-- --folder /tmp/collapsar-stored --database external|embedded --runs 5000 --runs-per-study 200]`;
 * 100,000 runs hold 10^8 points and take 3 GB. What is there already stays.
 */
import { mkdirSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openDatabase } from "../../../db/openDatabase.ts";
import { fill } from "./fill.ts";
import { startKeptPostgres } from "./keptPostgres.ts";

const { values: flags } = parseArgs({
  options: {
    folder: { type: "string", default: "/tmp/collapsar-stored" },
    database: { type: "string", default: "external" },
    runs: { type: "string", default: "5000" },
    "runs-per-study": { type: "string", default: "200" },
  },
});
const began = performance.now();
mkdirSync(flags.folder, { recursive: true });
const unsafe = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_wal_size=4GB", "maintenance_work_mem=512MB"];
const postgres = flags.database === "external" ? await startKeptPostgres(join(flags.folder, "postgres"), unsafe) : null;
const dataDir = join(flags.folder, flags.database);
try {
  const database = await openDatabase({ dataDir, url: postgres?.url ?? null, timeoutMs: 600_000 }, console.error);
  const size = { runs: Number(flags.runs), runsPerStudy: Number(flags["runs-per-study"]) };
  const stored = await fill(database, size, (line) => console.log(`${seconds()} s: ${line}`));
  console.log(
    `${stored.runs.toLocaleString("en")} runs and ${stored.points.toLocaleString("en")} points after ${seconds()} s (${cpus().length} × ${cpus()[0]!.model.trim()}, load ${loadavg()[0]!.toFixed(1)})`,
  );
  await database.close();
} finally {
  await postgres?.stop();
}

function seconds(): string {
  return ((performance.now() - began) / 1_000).toFixed(0);
}
