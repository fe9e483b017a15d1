import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, expect, it } from "vitest";
import type { RunDetail, RunRow } from "../../../contract/views.ts";
import { scriptedName, scriptedValues } from "../../chaos/scriptedRun.ts";
import { findBinaries, freePort, startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { TestServer } from "../../support/server.ts";
import { makeToken } from "../server/rawWorker.ts";
import { grid, launch } from "../server/studies.ts";
import { storedPoints } from "../worker/scaffold/study.ts";
import { makeFolder, removeFolder, until, WorkerProcess } from "../worker/scaffold/workerProcess.ts";

/** Of an external Postgres, by its own commands, while a run goes on whose every number follows from its seed and step. */
const steps = 2_500;
const env = { COLLAPSAR_HEARTBEAT_MS: "200", COLLAPSAR_LEASE_MS: "2000" };
const tools = ["pg_dump", "psql"].map((name) => join(findBinaries() ?? "", name));

let postgres: TestPostgres | null = null;
let dataDir: string;
let server: TestServer;
let worker: WorkerProcess;
const folder = makeFolder();

afterEach(async () => {
  await worker?.stop();
  await server?.stop();
  await postgres?.stop();
  postgres = null;
  for (const each of [folder, dataDir]) removeFolder(each);
});

const points = async ({ id }: RunRow) => {
  const { series } = await server.call<RunDetail>("runs.get", { id });
  return series.find(({ key }) => key === "train/loss")?.points ?? 0;
};
const measuredTo = (run: RunRow, step: number) => until(`step ${step}`, async () => (await points(run)) > step, 60_000);

async function trainThrough(
  start: () => Promise<void>,
  backUp: () => Promise<void>,
  restore: () => Promise<void>,
): Promise<void> {
  await start();
  const program = new URL("../../chaos/worker.ts", import.meta.url).pathname;
  worker = new WorkerProcess(program, folder, server.url, await makeToken(server), ["--slots", "1"]);
  const config = grid({ seeds: [10], measuring: { name: "every", steps: 1 } });
  const { runs } = await launch(server, { ...config, training: { ...config.training, steps } }, { name: scriptedName });
  await measuredTo(runs[0], 300);
  await backUp();
  await measuredTo(runs[0], 1_000);
  await server.kill();
  await restore();
  await start();
  expect(await points(runs[0])).toBeLessThan(1_000);
  const { id } = runs[0];
  const isOver = async () => (await server.call<RunDetail>("runs.get", { id })).row.status === "finished";
  await until("the run has finished", isOver, 120_000);
  const expected = Array.from({ length: steps + 1 }, (_, step) => step).flatMap((step) =>
    Object.entries(scriptedValues(10, step)).map(([key, value]) => `${key} ${step} ${value}`),
  );
  expect(await storedPoints(server.url, id)).toEqual(expected.sort());
}

it.skipIf(!tools.every(existsSync))(
  "F19: pg_dump while runs go, restored: workers send what is missing, and no curve has a hole",
  async () => {
    postgres = await startPostgres();
    dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
    const port = await freePort();
    const { url } = postgres;
    const dump = join(dataDir, "collapsar.sql");
    const name = new URL(url).pathname.slice(1);
    await trainThrough(
      async () => {
        server = await TestServer.start({ dataDir, port, databaseUrl: url, env });
      },
      async () => void execFileSync(tools[0], [url, "--file", dump]),
      async () => {
        const maintenance = new URL(url);
        maintenance.pathname = "/postgres";
        const client = new pg.Client({ connectionString: maintenance.toString() });
        await client.connect();
        await client.query(`drop database ${name} with (force)`);
        await client.query(`create database ${name}`);
        await client.end();
        execFileSync(tools[1], [url, "--quiet", "--set", "ON_ERROR_STOP=1", "--file", dump], { stdio: "ignore" });
      },
    );
  },
);
