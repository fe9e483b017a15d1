/**
 * What a reader who has a share link can make the server do: node tests/bench/greedyLink.ts [root of another checkout to measure]
 * A study of 210 runs with 8 metrics of all layers at 100 measurements is read by one batch of 20 calls that each ask for all they may,
 * and by 40 such batches at once. Prints bytes, time, and the server's largest memory.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { noCounts } from "../../contract/status.ts";
import { openDatabase } from "../../db/openDatabase.ts";
import { insertExperiment } from "../../db/queries/experiments.ts";
import { insertRuns } from "../../db/queries/runs.ts";
import { appendMeasurements } from "../../db/queries/series.ts";
import { makeRuns } from "../../server/services/experiments/makeRuns.ts";
import { grid } from "../support/builders/studies.ts";
import { freePort } from "../support/processes/postgres.ts";

const root = resolve(process.argv[2] ?? ".");
const dataDir = mkdtempSync(join(tmpdir(), "collapsar-bench-"));
const metrics = ["nc1.ratio", "nc1.pinv", "nc1.cdnv", "nc2.frame", "nc2.norms", "nc2.angles", "nc2.etf", "nc4.ncc"];
const range = (count: number, from: number) => Array.from({ length: count }, (_, index) => from + index);
const id = randomUUID();

const database = await openDatabase({ dataDir, url: null }, console.error);
const config = grid({ depths: range(21, 2), seeds: range(10, 0) });
await insertExperiment(database.orm, { id, name: "great", note: "", tags: [], config, counts: noCounts });
const rows = makeRuns(id, config);
await insertRuns(
  database.orm,
  rows.map((row) => ({ ...row, status: "finished" as const })),
);
for (const { id: runId, config } of rows) {
  const values = (step: number) =>
    Object.fromEntries(
      metrics.flatMap((name) => range(config.depth, 1).map((at) => [`train/${name}@${at}`, Math.sin(step + at)])),
    );
  await appendMeasurements(
    database.orm,
    runId,
    1,
    range(100, 0).map((seq) => ({ seq, step: seq * 10, values: values(seq) })),
  );
}
await database.close();

const port = await freePort();
const server = spawn(process.execPath, ["server/main.ts", "--no-pages"], {
  cwd: root,
  stdio: ["ignore", "pipe", "inherit"],
  env: {
    ...process.env,
    COLLAPSAR_DATA_DIR: dataDir,
    COLLAPSAR_PORT: `${port}`,
    COLLAPSAR_LOCAL_WORKER: "off",
    COLLAPSAR_SINGLE_USER: "1",
  },
});
await new Promise<void>((ready) => server.stdout.on("data", (text) => String(text).includes("ready at") && ready()));
const url = `http://127.0.0.1:${port}`;
const post = await fetch(`${url}/trpc/shares.create`, {
  ...{ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ experimentId: id }) },
});
const { token } = ((await post.json()) as { result: { data: { token: string } } }).result.data;

const keys = range(5, 18).flatMap((layer) => metrics.map((name) => `train/${name}@${layer}`));
const input = Object.fromEntries(range(20, 0).map((call) => [call, { id, keys: keys.slice(0, 40), maxPoints: 5_000 }]));
const path = `/trpc/${Array(20).fill("experiments.series").join(",")}?batch=1`;
const ask = async () => {
  const headers = { "x-share-token": token, "content-type": "application/json" };
  const answer = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(input) });
  return { status: answer.status, bytes: (await answer.arrayBuffer()).byteLength };
};
const memory = (child: ChildProcess, field: string) =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))![1]) / 1_000;

console.log(`at rest: ${memory(server, "VmRSS").toFixed(0)} MB`);
await time("one batch of 20 calls", 1);
await time("8 batches at once", 8);
server.kill();
await new Promise((end) => server.once("exit", end));
rmSync(dataDir, { recursive: true, force: true });

async function time(what: string, count: number): Promise<void> {
  const began = performance.now();
  const answers = await Promise.all(
    Array.from({ length: count }, () => ask().catch((error) => ({ status: error.message, bytes: 0 }))),
  );
  const mb = answers.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  const statuses = [...new Set(answers.map(({ status }) => status))].join(", ");
  const peak = memory(server, "VmHWM").toFixed(0);
  console.log(
    `${what}: ${mb.toFixed(1)} MB in ${((performance.now() - began) / 1_000).toFixed(1)} s (${statuses}), memory up to ${peak} MB`,
  );
}
