import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "../../../db/openDatabase.ts";
import { readLedgers } from "../../chaos/ledger.ts";
import { scriptedName } from "../../chaos/scriptedRun.ts";
import { readStored } from "../../chaos/stored.ts";
import { verify } from "../../chaos/verify.ts";
import { getExperiment, grid, launch } from "../../support/builders/studies.ts";
import { makeToken } from "../../support/client/rawWorker.ts";
import { freePort, startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { RoundRobin } from "../../support/processes/roundRobin.ts";
import { TestServer } from "../../support/processes/server.ts";
import { WorkerProcess } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

const program = new URL("../../chaos/worker.ts", import.meta.url).pathname;
const env = { COLLAPSAR_HEARTBEAT_MS: "1000", COLLAPSAR_LEASE_MS: "8000" };
const numberOfRuns = 40;
const steps = 400;

let folder: string;
let postgres: TestPostgres;
let balancer: RoundRobin;
let ports: number[];
const servers: TestServer[] = [];
const workers: WorkerProcess[] = [];
const serve = async (port: number) => {
  const server = await TestServer.start({
    ...{ databaseUrl: postgres.url, port },
    env: { ...env, COLLAPSAR_ARTEFACTS_DIR: join(folder, "files") },
  });
  servers.push(server);
  return server;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "collapsar-cluster-"));
  postgres = await startPostgres();
  ports = [await freePort(), await freePort()];
  balancer = await RoundRobin.open(ports);
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await Promise.all(servers.map((server) => server.stop()));
  await balancer?.close();
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("Two servers, four workers behind a balancer, 40 runs: one server killed, one stopped, and nothing is lost, doubled or foreign", async () => {
  const [first, second] = await Promise.all(ports.map(serve));
  const token = await makeToken(first);
  const ledgers = [0, 1, 2, 3].map((index) => join(folder, `ledger-${index}`));
  for (const [index, ledger] of ledgers.entries()) {
    writeFileSync(ledger, "");
    const flags = ["--slots", "2", "--name", `worker ${index}`];
    const own = { COLLAPSAR_LEDGER: ledger, COLLAPSAR_CHECKPOINT_MS: "1500" };
    workers.push(new WorkerProcess(program, join(folder, `worker-${index}`), balancer.url, token, flags, own));
  }
  const connectedBy = async (server: TestServer) =>
    (await server.call("workers.list")).filter(({ connected }) => connected).map(({ name }) => name);
  for (const server of [first, second])
    await until("each server knows all four workers", async () => (await connectedBy(server)).length === 4, 120_000);
  // Half of them are connected to each: a connection in turn, the workers' and those of these questions.
  expect(Math.min(...ports.map((port) => balancer.given.get(port) ?? 0))).toBeGreaterThan(0);

  const config = grid({ seeds: Array.from({ length: numberOfRuns }, (_, i) => 10 + i), measuring: { name: "every", steps: 1 } });
  const study = await launch(first, { ...config, training: { ...config.training, steps } }, { name: scriptedName });
  const finished = async (server: TestServer) =>
    (await getExperiment(server, study.id)).runs.filter((run) => run.status === "finished");
  const untilFinished = (server: TestServer, count: number) =>
    until(`${count} runs have finished`, async () => (await finished(server)).length >= count, 240_000);
  await untilFinished(second, 6);
  await first.kill();
  await untilFinished(second, 16);
  const third = await serve(ports[0]);
  await untilFinished(third, 24);
  expect(await second.signal("SIGTERM")).toBe(0);
  await untilFinished(third, numberOfRuns);

  const database = await openDatabase({ dataDir: join(folder, "reader"), url: postgres.url }, () => undefined);
  const stored = await readStored(database).finally(() => database.close());
  const verdict = verify(stored, readLedgers(ledgers), new Set(), new Map());
  expect(verdict.words).toEqual([]);
  expect(verdict).toMatchObject({
    ...{ runs: numberOfRuns, finished: numberOfRuns, points: numberOfRuns * (steps + 1) },
    ...{ lost: 0, doubled: 0, foreign: 0, holes: 0, unequal: 0 },
  });
  // Of each run one attempt finished; what a killed server had claimed and not sent yet never began.
  for (const run of stored.values()) {
    const outcomes = [...run.attempts.values()].map(({ outcome }) => outcome).sort();
    expect(outcomes).toEqual(["FINISHED", ...outcomes.slice(1).map(() => "WORKER_LOST")]);
  }
}, 900_000);
