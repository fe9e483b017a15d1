/**
 * What the runs of a recorded study take in a database, by table: its rows are those of a study that was trained.
 * `node tests/bench/runSize.ts [--recording first-light | --recording kept/rn1-t11-mnist-tonight]`
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openDatabase } from "../../db/openDatabase.ts";
import { importRecording } from "../../server/recordings/importRecordings.ts";
import { readRecording } from "../../server/recordings/recordingFile.ts";
import { copyFreshDatabase } from "../support/processes/freshDatabase.ts";
import { makeFolder, removeFolder } from "../support/processes/workerProcess.ts";

const { values: flags } = parseArgs({ options: { recording: { type: "string", default: "first-light" } } });
const folder = makeFolder();
await copyFreshDatabase(folder);
const database = await openDatabase({ dataDir: folder, url: null }, console.error);
await database.pool.query("delete from experiments");
await database.pool.query("vacuum full");
const recording = readRecording(join(import.meta.dirname, "../../server/recordings", `${flags.recording}.json.gz`));
await database.transaction((tx) => importRecording(tx, recording));
await database.pool.query("vacuum full analyze");
const { rows } = await database.pool.query<{ name: string; rows: string; bytes: string }>(`
  select relname as name, n_live_tup as rows, pg_total_relation_size(relid) as bytes from pg_stat_user_tables
  where n_live_tup > 0 order by bytes desc limit 6`);
const points = await database.pool.query<{ points: string }>("select sum(length(steps) / 4) as points from series_chunks");
const runs = recording.runs.length;
console.log(
  `${flags.recording}: ${runs} runs, ${Math.round(Number(points.rows[0]!.points) / runs).toLocaleString("en")} points each`,
);
for (const { name, rows: count, bytes } of rows)
  console.log(`  ${name}: ${Number(count).toLocaleString("en")} rows, ${(Number(bytes) / runs / 1e3).toFixed(1)} kB per run`);
await database.close();
removeFolder(folder);
