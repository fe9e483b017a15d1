/**
 * How long pages, exports and launches take beside what `bench:generate` has stored, and how Postgres answers what they ask:
 * `npm run bench:stored [-- --folder /tmp/collapsar-stored --database external|embedded --times 15 --plans FILE.txt]`.
 * Wall times on a busy machine say little: beside them stands the processor time of the server and of Postgres.
 */
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Database } from "../../../db/database.ts";
import { openDatabase } from "../../../db/openDatabase.ts";
import { listRunIds } from "../../../db/queries/runs.ts";
import { finished, numbered, started } from "../../support/builders/events.ts";
import { grid } from "../../support/builders/studies.ts";
import { leaseOf, RawWorker } from "../../support/client/rawWorker.ts";
import { TestServer } from "../../support/processes/server.ts";
import { cpuTime, forgetPeak, memoryOf } from "../cpuTime.ts";
import { quantileText } from "../quantileText.ts";
import { explainReads } from "./explainReads.ts";
import { longRunId, longSeries, uuidOf } from "./fill.ts";
import { startKeptPostgres } from "./keptPostgres.ts";
import { greatStudy } from "./studies.ts";

const { values: flags } = parseArgs({
  options: {
    folder: { type: "string", default: "/tmp/collapsar-stored" },
    database: { type: "string", default: "external" },
    times: { type: "string", default: "15" },
    plans: { type: "string" },
  },
});
const times = Number(flags.times);
const launched = "launched by the bench";
const postgres = flags.database === "external" ? await startKeptPostgres(join(flags.folder, "postgres")) : null;
const dataDir = join(flags.folder, flags.database);
const great = uuidOf(greatStudy.name);

const long = await withDatabase(async (database) => {
  const { rows } = await database.pool.query<{ runs: number; studies: number; bytes: string }>(
    "select (select count(*) from runs)::int as runs, (select count(*) from experiments)::int as studies, pg_database_size(current_database()) as bytes",
  );
  const { runs, studies, bytes } = rows[0]!;
  console.log(
    `${cpus().length} × ${cpus()[0]!.model.trim()}, load ${loadavg()[0]!.toFixed(1)}, node ${process.versions.node}: ${runs.toLocaleString("en")} runs in ${studies} studies, ${(Number(bytes) / 1e9).toFixed(2)} GB, ${flags.database}`,
  );
  return longRunId(database.orm);
});

const began = performance.now();
const server = await TestServer.start({
  dataDir,
  databaseUrl: postgres?.url ?? null,
  env: { COLLAPSAR_DATABASE_TIMEOUT_S: "120" },
});
console.log(`start to listening: ${(performance.now() - began).toFixed(0)} ms, ${mb(memoryOf(server.pid).now)}`);
try {
  for (const sort of ["updated", "name", "nc1", "progress"] as const)
    await time(`first page by ${sort}`, () => server.call("experiments.list", { sort }));
  await time("search by name", () => server.call("experiments.list", { search: "weight decay 02" }));
  await time("by tag", () => server.call("experiments.list", { tag: "paper" }));
  await time("by status", () => server.call("experiments.list", { status: "incomplete" }));
  await time("page 8 of the list", () => server.call("experiments.list", { offset: 350 }));
  await time("study of 210 runs", () => server.call("experiments.get", { id: great }));
  const keys = [2, 3, 5, 8, 13, 21, 34].map((depth) => `train/nc1.ratio@${depth}`);
  await time("its 8 series", () => server.call("experiments.series", { id: great, keys: ["train/loss", ...keys] }));
  await time("its layer profile", () => server.call("experiments.profile", { id: great, metric: "nc1.ratio" }));
  const run = (await server.call("experiments.get", { id: great })).runs.find(({ config }) => config.depth === 34)!.id;
  await time("run page: run", () => server.call("runs.get", { id: run }));
  await time("run page: all series of depth 34", () => server.call("runs.series", { id: run }));
  await time("run page: geometry", () => server.call("runs.geometry", { id: run }));
  const longKey = ["train/nc1.ratio@1"];
  await time("a series of 10^6 points, all", () => server.call("runs.series", { id: long, keys: longKey }));
  const window = { fromStep: longSeries / 2, toStep: longSeries / 2 + 1_000 };
  await time("1,000 points of it", () => server.call("runs.series", { id: long, keys: longKey, ...window }));
  await time("its last 10 points", () => server.call("runs.series", { id: long, keys: longKey, sinceStep: longSeries - 10 }));
  await time("workers page", () => server.call("workers.list"));
  for (const ending of ["csv", "json"])
    await time(`export of 210 runs, ${ending}`, () => download(`experiments/${great}.${ending}`), 3);
  await time("launch of 2,000 runs", () => launch(), 3);
  await claims(30);
} finally {
  await server.stop();
  await withDatabase(explain).catch(console.error);
  await withDatabase((database) => database.pool.query("delete from experiments where name = $1", [launched])).catch(
    console.error,
  );
  await postgres?.stop();
}

/** @throws if something reads a large table from end to end */
async function explain(database: Database): Promise<void> {
  const [run] = await listRunIds(database.orm, great);
  const reads = await explainReads(database, { study: great, run: run! });
  if (flags.plans) writeFileSync(flags.plans, reads.map(({ what, text }) => `-- ${what}\n${text};\n`).join("\n"));
  for (const { what, totalMs, buffers, scans } of reads)
    console.log(`  ${what}: ${totalMs.toFixed(1)} ms, ${buffers.toLocaleString("en")} pages; ${scans.join(", ")}`);
}

async function withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase({ dataDir, url: postgres?.url ?? null, timeoutMs: 600_000 }, console.error);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** Wall times, and processor time a call. */
async function time(what: string, work: () => Promise<unknown>, count = times): Promise<void> {
  await work();
  const walls: number[] = [];
  const cpu = () => [cpuTime(server.pid), postgres ? cpuTime(postgres.pid) : 0] as const;
  const before = cpu();
  forgetPeak(server.pid);
  let bytes = 0;
  for (let at = 0; at < count; at++) {
    const from = performance.now();
    const answer = await work();
    walls.push(performance.now() - from);
    bytes = typeof answer === "number" ? answer : JSON.stringify(answer).length;
  }
  const [ofServer, ofPostgres] = cpu().map((ms, at) => (ms - before[at]!) / count);
  console.log(
    `${what}: ${quantileText(walls)}; processor ${ofServer!.toFixed(0)} + ${ofPostgres!.toFixed(0)} ms; ${(bytes / 1e3).toFixed(0)} kB; server ${mb(memoryOf(server.pid).peak)} at most; load ${loadavg()[0]!.toFixed(1)}`,
  );
}

async function download(path: string): Promise<number> {
  const response = await fetch(`${server.url}/export/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  let bytes = 0;
  for await (const part of response.body!) bytes += part.length;
  return bytes;
}

function launch() {
  const count = (n: number) => Array.from({ length: n }, (_, index) => index);
  const config = grid({ depths: count(40).map((at) => at + 2), seeds: count(50) });
  return server.call("experiments.launch", { name: launched, config });
}

/** From the end of one run to the next one's arrival, at a worker of one slot. */
async function claims(count: number): Promise<void> {
  const worker = await RawWorker.connect(server);
  const walls: number[] = [];
  let lease = leaseOf(await worker.nextAssignment());
  for (let at = 0; at < count; at++) {
    const from = performance.now();
    await worker.events(lease, numbered([started(), finished()]));
    worker.held = [];
    lease = leaseOf(await worker.nextAssignment());
    walls.push(performance.now() - from);
  }
  worker.close();
  console.log(`end of a run to the next one's arrival: ${quantileText(walls)}; load ${loadavg()[0]!.toFixed(1)}`);
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
