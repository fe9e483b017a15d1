import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunRow } from "../../../contract/wire/views.ts";
import { Line } from "../../chaos/line.ts";
import { scriptedName, scriptedValues } from "../../chaos/scriptedRun.ts";
import { grid, launch } from "../../support/builders/studies.ts";
import { storedPoints } from "../../support/builders/study.ts";
import { makeToken } from "../../support/client/rawWorker.ts";
import { freePort } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";
import { isRunning, makeFolder, removeFolder, runProcesses, WorkerProcess } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

/**
 * The real server, the real worker, and a run whose every number follows from its seed and step: after whatever happened to the
 * database, the spool or the line between them, a finished run has all of them.
 */
const program = new URL("../../chaos/worker.ts", import.meta.url).pathname;
const seed = 7;
const quick = { COLLAPSAR_HEARTBEAT_MS: "200", COLLAPSAR_LEASE_MS: "2000" };

let dataDir: string;
let port: number;
let server: TestServer;
let token: string;
let folder: string;
let line: Line | null = null;
const workers: WorkerProcess[] = [];

const startServer = async () => {
  server = await TestServer.start({ dataDir, port, env: quick });
};
const startWorker = async (at = port, data = folder) => {
  const worker = new WorkerProcess(program, data, `http://127.0.0.1:${at}`, token, ["--slots", "1"]);
  workers.push(worker);
  await until("the worker is connected", () => worker.output.includes("Connected to"));
  return worker;
};
const study = async (steps: number): Promise<RunRow> => {
  const config = grid({ seeds: [seed], measuring: { name: "every", steps: 1 } });
  const { runs } = await launch(server, { ...config, training: { ...config.training, steps } }, { name: scriptedName });
  return runs[0];
};
const detail = (run: RunRow) => server.call("runs.get", { id: run.id });
const pointsOf = async (run: RunRow) => (await detail(run)).series.find(({ key }) => key === "train/loss")?.points ?? 0;
const measuredTo = (run: RunRow, step: number) =>
  until(`it is measured to step ${step}`, async () => (await pointsOf(run)) > step, 60_000);
const finished = (run: RunRow) =>
  until("the run has finished", async () => (await detail(run)).row.status === "finished", 90_000);

/** lost = 0, doubled = 0, foreign = 0. */
const expectWhole = async (run: RunRow, steps: number) => {
  const stored = await storedPoints(server.url, run.id);
  const expected: string[] = [];
  for (let step = 0; step <= steps; step++)
    for (const [key, value] of Object.entries(scriptedValues(seed, step))) expected.push(`${key} ${step} ${value}`);
  const [is, wanted] = [new Set(stored), new Set(expected)];
  expect({
    lost: expected.filter((point) => !is.has(point)).length,
    doubled: stored.length - is.size,
    foreign: stored.filter((point) => !wanted.has(point)).slice(0, 3),
  }).toEqual({ lost: 0, doubled: 0, foreign: [] });
  expect((await detail(run)).row).not.toHaveProperty("gaps");
};
const outcomes = async (run: RunRow) => (await detail(run)).attempts.map(({ outcome }) => outcome?.code);

const back = () => join(dataDir, "backup");
/** The runs' processes stand still meanwhile: a run of some seconds is not to end while a server starts. */
const holding = async (work: () => Promise<void>) => {
  const pids = workers.filter(({ exit }) => exit === null).flatMap(runProcesses);
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  await work();
  for (const pid of pids.filter(isRunning)) process.kill(pid, "SIGCONT");
};
/** A backup of the database, as one made at night. */
const backUp = () =>
  holding(async () => {
    await server.interrupt();
    cpSync(join(dataDir, "database"), back(), { recursive: true });
    await startServer();
  });
const restore = () =>
  holding(async () => {
    await server.kill();
    rmSync(join(dataDir, "database"), { recursive: true });
    cpSync(back(), join(dataDir, "database"), { recursive: true });
    await startServer();
  });
const killAll = async (worker: WorkerProcess) => {
  const pids = runProcesses(worker);
  worker.kill("SIGKILL");
  for (const pid of pids) process.kill(pid, "SIGKILL");
  await worker.exited;
  await until("its processes are gone", () => !pids.some(isRunning));
};
const spoolFile = (run: RunRow, attempt: number, ending: string) =>
  join(folder, "worker", "spool", `${run.id}.${attempt}.${ending}`);

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  folder = makeFolder();
  port = await freePort();
  await startServer();
  token = await makeToken(server);
});
afterEach(async ({ task }) => {
  if (task.result?.state === "fail") for (const { output } of [...workers, server]) console.log(`--- what it said\n${output}`);
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await server.kill();
  await line?.close();
  line = null;
  for (const each of [dataDir, folder]) removeFolder(each);
});

describe("F19: a database that is restored from a backup", () => {
  test("while a run is trained gets what it lacks from the spool", async () => {
    await startWorker();
    const run = await study(4_000);
    await measuredTo(run, 300);
    await backUp();
    await measuredTo(run, 1_500);
    await restore();
    expect(await pointsOf(run)).toBeLessThan(1_500);
    await finished(run);
    await expectWhole(run, 4_000);
    expect(await outcomes(run)).toEqual(["FINISHED"]);
  });

  test("between two attempts gets the first one's rest before the second one resumes from it", async () => {
    const worker = await startWorker();
    const run = await study(4_000);
    await measuredTo(run, 300);
    await backUp();
    await measuredTo(run, 1_500);
    await worker.stop();
    await until("the first attempt's end is stored", async () => (await outcomes(run))[0] === "WORKER_LOST");
    await restore();
    const again = await startWorker();
    await finished(run);
    await expectWhole(run, 4_000);
    expect(await outcomes(run)).toEqual(["WORKER_LOST", "FINISHED"]);
    expect((await detail(run)).attempts[1].resumedFromStep).toBeGreaterThanOrEqual(1_500);
    expect(again.output).toMatch(/is sent again: the server's database has lost its end/);
  });

  test("between two attempts makes the second one begin earlier, where nothing is left of the first one's spool", async () => {
    const worker = await startWorker();
    const run = await study(3_000);
    await measuredTo(run, 300);
    await backUp();
    await measuredTo(run, 1_500);
    await worker.stop();
    await until("the first attempt's end is stored", async () => (await outcomes(run))[0] === "WORKER_LOST");
    await restore();
    rmSync(join(folder, "worker", "sent"), { recursive: true });
    await startWorker();
    await finished(run);
    await expectWhole(run, 3_000);
    const resumed = (await detail(run)).attempts.map(({ resumedFromStep }) => resumedFromStep);
    expect(resumed.at(-1)).toBeLessThan(1_500);
  });

  test("after a run has finished gets the rest of it, and nothing is trained again", async () => {
    const worker = await startWorker();
    const run = await study(2_000);
    await measuredTo(run, 300);
    await backUp();
    await finished(run);
    await until("the spool is done with", () => !existsSync(spoolFile(run, 1, "jsonl")));
    await restore();
    await finished(run);
    await expectWhole(run, 2_000);
    expect(await outcomes(run)).toEqual(["FINISHED"]);
    expect(worker.output).toMatch(/is sent again: the server's database has lost its end/);
  });
});

describe("F25: a worker's folder that lost something", () => {
  test.each(["an emptied state", "a state that is cut off", "no state"])("(%s of a spool) leaves no hole", async (how) => {
    const worker = await startWorker();
    const run = await study(3_000);
    await measuredTo(run, 900);
    // So that the worker's folder has a checkpoint that the server knows nothing of.
    await server.kill();
    await until("more is in the spool", () => readFileSync(spoolFile(run, 1, "jsonl"), "utf8").includes('"step":1300,'));
    await killAll(worker);
    const state = spoolFile(run, 1, "json");
    if (how === "no state") rmSync(state);
    else writeFileSync(state, how === "an emptied state" ? "" : readFileSync(state, "utf8").slice(0, 40));
    await startServer();
    await startWorker();
    await finished(run);
    await expectWhole(run, 3_000);
  });

  test("(the spool, deleted by hand) leaves no hole, and resumes from the last checkpoint that the server knows of", async () => {
    const worker = await startWorker();
    const run = await study(4_000);
    await measuredTo(run, 900);
    await server.kill();
    const checkpoints = () =>
      readdirSync(join(folder, "worker", "checkpoints", run.id))
        .filter((name) => name.endsWith(".ckpt"))
        .map((name) => Number.parseInt(name, 10))
        .sort((a, b) => a - b);
    await until("two later checkpoints were made", () => checkpoints().at(-1)! >= 1_600);
    expect(checkpoints()).toHaveLength(3);
    rmSync(spoolFile(run, 1, "jsonl"));
    await holding(startServer);
    await finished(run);
    await expectWhole(run, 4_000);
    const { attempts } = await detail(run);
    expect(attempts[0].outcome).toMatchObject({ code: "WORKER_LOST", message: expect.stringContaining("its file is gone") });
    expect(attempts[1].resumedFromStep).toBeGreaterThanOrEqual(800);
    expect(worker.output).toMatch(/The spool of run \w+ \(attempt 1\) is damaged: its file is gone/);
  });

  test("(all of it, restored from a backup) leaves no hole", async () => {
    const worker = await startWorker();
    const run = await study(3_000);
    await measuredTo(run, 600);
    worker.kill("SIGSTOP");
    const old = `${folder}-backup`;
    cpSync(folder, old, { recursive: true });
    worker.kill("SIGCONT");
    await measuredTo(run, 1_500);
    await killAll(worker);
    rmSync(folder, { recursive: true });
    cpSync(old, folder, { recursive: true });
    removeFolder(old);
    await startWorker();
    await finished(run);
    await expectWhole(run, 3_000);
  });
});

describe("F26: a partition that is longer than a lease", () => {
  test.each([
    ["is trained on", 4_000],
    ["ends meanwhile", 900],
  ])("takes nothing from a run that %s, where nobody else has begun", async (_what, steps) => {
    line = await Line.open(port);
    await startWorker(line.port);
    const run = await study(steps);
    await measuredTo(run, 200);
    line.partition();
    await until("its lease has run out", async () => (await detail(run)).row.status === "queued");
    line.heal();
    await finished(run);
    await expectWhole(run, steps);
    expect(await outcomes(run)).toEqual(["FINISHED"]);
  });
});
