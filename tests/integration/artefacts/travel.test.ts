import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { RunRow } from "../../../contract/wire/views.ts";
import { grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { storedPoints } from "../../support/builders/study.ts";
import { makeToken } from "../../support/client/rawWorker.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { S3Store } from "../../support/processes/s3Store.ts";
import { TestServer } from "../../support/processes/server.ts";
import {
  isRunning,
  makeFolder,
  realWorker,
  removeFolder,
  runProcesses,
  WorkerProcess,
} from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

/**
 * Real servers, workers on folders of their own, as on machines of their own, and real runs: one that goes on elsewhere has the curve of
 * one that was never disturbed.
 */
const quick = { COLLAPSAR_HEARTBEAT_MS: "500", COLLAPSAR_LEASE_MS: "5000" };
const every = 400;
/** Long enough for two checkpoints to be stored before a machine is lost, early in the run. */
const steps = 40_000;
const seed = 3;
const study = (steps: number, seed: number) => {
  const config = grid({ seeds: [seed], depths: [2], widths: [16], measuring: { name: "every", steps: every }, device: "cpu" });
  return { ...config, training: { ...config.training, steps } };
};
const workers: WorkerProcess[] = [];
const folders: string[] = [];
let server: TestServer;
let token: string;

async function startWorker(env: Record<string, string> = {}, folder = makeFolder()): Promise<WorkerProcess> {
  if (!folders.includes(folder)) folders.push(folder);
  const worker = new WorkerProcess(realWorker, folder, server.url, token, ["--slots", "1"], {
    ...{ COLLAPSAR_CHECKPOINT_MS: "200", COLLAPSAR_UPLOAD_CHECKPOINTS_S: "0.2", COLLAPSAR_FETCH_S: "3" },
    ...env,
  });
  workers.push(worker);
  await until("the worker is connected", () => worker.output.includes("Connected to"));
  return worker;
}

/** As a machine that loses its power. */
async function cutPower(worker: WorkerProcess): Promise<void> {
  const pids = runProcesses(worker);
  for (const pid of [worker.child.pid!, ...pids]) process.kill(pid, "SIGKILL");
  await worker.exited;
  await until("its processes are gone", () => !pids.some(isRunning));
}

const detail = (run: RunRow) => server.call("runs.get", { id: run.id });
const namesOf = async (run: RunRow) => (await detail(run)).files.map(({ name }) => name);
const storedSteps = async (run: RunRow) =>
  (await namesOf(run)).flatMap((name) => (/^resume-(\d+)\.ckpt$/.exec(name) ? [Number(/\d+/.exec(name)![0])] : []));
const untilStored = (run: RunRow, count: number) =>
  until(`${count} checkpoints are stored`, async () => (await storedSteps(run)).length >= count, 90_000);
const logOf = async (run: RunRow) => (await server.call("runs.log", { id: run.id })).map(({ text }) => text).join("\n");
const curveOf = async (run: RunRow) =>
  (await storedPoints(server.url, run.id)).filter((point) => !/^train\/(stepMs|elapsedMs) /.test(point)).sort();

/** The curve of a run that nobody disturbed; all runs that are held against it have its config. */
let undisturbed: string[] | null = null;
async function undisturbedCurve(): Promise<string[]> {
  const { runs } = await launch(server, study(steps, seed), { name: "undisturbed" });
  await untilStatus(server, runs[0].id, "finished", 240_000);
  return curveOf(runs[0]);
}

/** No gap, no double, and the numbers of a run of the same config that nobody disturbed. */
async function expectUndisturbed(run: RunRow): Promise<void> {
  const curve = await curveOf(run);
  const measured = curve.filter((point) => point.startsWith("train/loss ")).map((point) => Number(point.split(" ")[1]));
  expect(measured.sort((a, b) => a - b)).toEqual(Array.from({ length: steps / every + 1 }, (_, index) => index * every));
  undisturbed ??= await undisturbedCurve();
  expect(curve).toEqual(undisturbed);
}

afterEach(async ({ task }) => {
  if (task.result?.state === "fail") for (const { output } of [...workers, server]) console.log(`--- what it said\n${output}`);
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  for (const folder of folders.splice(0)) removeFolder(folder);
});

describe.each([
  ["embedded", "folder"],
  ["embedded", "S3"],
  ["external", "folder"],
  ["external", "S3"],
] as const)("a run whose machine loses its power (%s database, files in %s)", (database, place) => {
  let postgres: TestPostgres | null = null;
  let store: S3Store | null = null;
  const dataDir = mkdtempSync(join(tmpdir(), "collapsar-travel-"));
  const start = async (port?: number) => {
    server = await TestServer.start({
      dataDir,
      port,
      databaseUrl: postgres?.url ?? null,
      env: { ...quick, ...store?.env, COLLAPSAR_ARTEFACTS_ADOPT: "0" },
    });
  };
  beforeAll(async () => {
    if (database === "external") postgres = await startPostgres();
    if (place === "S3") store = await S3Store.start();
    await start();
    token = await makeToken(server);
  });
  afterAll(async () => {
    await server?.kill();
    await postgres?.stop();
    await store?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test("is resumed by another machine at a stored step, with the curve of one that was not disturbed", async () => {
    const first = await startWorker();
    const { runs } = await launch(server, study(steps, seed));
    const [run] = runs;
    await untilStored(run, 2);
    await cutPower(first);
    // The one that a third took the place of is removed right after.
    await until("two are kept", async () => (await storedSteps(run)).length === 2);
    const stored = await storedSteps(run);
    const { port } = server;
    await server.kill();
    await start(port);
    const second = await startWorker();
    await untilStatus(server, run.id, "finished", 240_000);
    const { attempts } = await detail(run);
    expect(attempts.map(({ resumedFromStep }) => resumedFromStep)).toEqual([0, stored[0]]);
    expect(stored[0]).toBeGreaterThan(0);
    expect(await logOf(run)).toContain(`The checkpoint of step ${stored[0]} (attempt 1) was fetched from the server.`);
    await until("what the run left is stored, and nothing more", async () => {
      const names = await namesOf(run);
      return names.join() === `features.safetensors,checkpoint-${steps}.ckpt`;
    });
    if (store) expect(store.keys().filter((key) => key.includes(run.id))).toHaveLength(2);
    const features = await fetch(`${server.url}/export/runs/${run.id}/features.safetensors`);
    expect((await features.arrayBuffer()).byteLength).toBe((await detail(run)).files[0].bytes);
    await expectUndisturbed(run);
    expect(second.output).not.toContain("cannot be stored");
  });
});

describe("a store that several machines share", () => {
  let store: S3Store;
  const objectOf = (run: RunRow, name: string) =>
    store.fileOf(store.keys().find((key) => key.includes(run.id) && key.endsWith(name))!);
  beforeAll(async () => {
    store = await S3Store.start();
    server = await TestServer.start({ env: { ...quick, ...store.env } });
    token = await makeToken(server);
  });
  afterAll(async () => {
    await server?.stop();
    await store?.stop();
  });
  afterEach(() => store.fail(null));

  test("with a damaged checkpoint: the one before is used, and that is said", async () => {
    const first = await startWorker();
    const { runs } = await launch(server, study(steps, seed));
    const [run] = runs;
    await untilStored(run, 2);
    await cutPower(first);
    await until("two are kept", async () => (await storedSteps(run)).length === 2);
    const [newest, before] = await storedSteps(run);
    truncateSync(objectOf(run, `resume-${newest}.ckpt`), 100);
    await startWorker();
    await untilStatus(server, run.id, "finished", 240_000);
    expect((await detail(run)).attempts.map(({ resumedFromStep }) => resumedFromStep)).toEqual([0, before]);
    expect(await logOf(run)).toMatch(
      new RegExp(`The server's checkpoint of step ${newest} \\(attempt 1\\) is not used: .*The one before it is tried\\.`),
    );
    await expectUndisturbed(run);
  });

  test("with none that can be used: the run starts from step 0, and that is said", async () => {
    const first = await startWorker();
    const { runs } = await launch(server, study(steps, seed));
    const [run] = runs;
    await untilStored(run, 2);
    await cutPower(first);
    await until("two are kept", async () => (await storedSteps(run)).length === 2);
    const [newest, before] = await storedSteps(run);
    const damaged = objectOf(run, `resume-${newest}.ckpt`);
    writeFileSync(damaged, "collapsar checkpoint 1\nand nothing else");
    rmSync(objectOf(run, `resume-${before}.ckpt`));
    await startWorker();
    await untilStatus(server, run.id, "finished", 240_000);
    expect((await detail(run)).attempts.map(({ resumedFromStep }) => resumedFromStep)).toEqual([0, 0]);
    const text = await logOf(run);
    expect(text).toMatch(
      new RegExp(`checkpoint of step ${before} \\(attempt 1\\) is not used: The file is no longer in the bucket`),
    );
    expect(text).toContain("No other checkpoint of this run can be used: it starts from step 0.");
    await expectUndisturbed(run);
  });

  test.each(["hang", "503", "507"] as const)(
    "that fails while a run trains (%s) takes nothing from it; its files come later",
    async (how) => {
      const worker = await startWorker();
      const { runs } = await launch(server, study(24_000, 6));
      const [run] = runs;
      await untilStored(run, 1);
      store.fail(how);
      await untilStatus(server, run.id, "finished", 240_000);
      expect((await detail(run)).attempts.map(({ outcome }) => outcome?.code)).toEqual(["FINISHED"]);
      if (how !== "hang") expect(worker.output.match(/cannot be stored now/g)).toHaveLength(1);
      store.fail(null);
      await until("what it left is stored", async () => (await namesOf(run)).includes("features.safetensors"), 120_000);
      await server.call("runs.remove", { id: run.id });
    },
  );

  test("that fails for long: the run's log says so, once, and when it works again", async () => {
    await startWorker();
    const { id, runs } = await launch(server, study(400_000, 7));
    const [run] = runs;
    await untilStored(run, 1);
    store.fail("503");
    await until("the run's log says it", async () => (await logOf(run)).includes("cannot be stored at the server"), 60_000);
    expect(await logOf(run)).toMatch(
      /cannot be stored at the server: .*status 503.*Training continues; should this worker be lost, the run resumes from step \d+\./,
    );
    store.fail(null);
    await until("and that it works again", async () => (await logOf(run)).includes("stored at the server again"), 120_000);
    expect((await logOf(run)).match(/cannot be stored at the server/g)).toHaveLength(1);
    await server.call("experiments.cancel", { id });
  });

  test("a worker that is stopped sends its last checkpoint before it hands the run back", async () => {
    const first = await startWorker({ COLLAPSAR_UPLOAD_CHECKPOINTS_S: "3600" });
    const { runs } = await launch(server, study(steps, seed));
    const [run] = runs;
    await until("it trains", async () => (await detail(run)).row.step > 1_000, 60_000);
    expect(await storedSteps(run)).toEqual([]);
    first.kill("SIGTERM");
    await first.exited;
    const [stored] = await storedSteps(run);
    expect(stored).toBeGreaterThan(1_000);
    expect(readdirSync(join(folders[0], "worker", "uploads"))).toEqual([]);
    await startWorker();
    await untilStatus(server, run.id, "finished", 240_000);
    const { attempts, checkpoints } = await detail(run);
    expect(attempts.map(({ resumedFromStep }) => resumedFromStep)).toEqual([0, stored]);
    expect(stored).toBe(checkpoints.filter(({ attempt }) => attempt === 1).at(-1)!.step);
    await expectUndisturbed(run);
  });

  test("a worker that could not send it in time sends it when it starts again", async () => {
    const first = await startWorker({ COLLAPSAR_UPLOAD_CHECKPOINTS_S: "3600" });
    const { id, runs } = await launch(server, study(400_000, 9));
    const [run] = runs;
    await until("it trains", async () => (await detail(run)).row.step > 500, 60_000);
    store.fail("503");
    await server.call("runs.pause", { id: run.id });
    await untilStatus(server, run.id, "paused", 60_000);
    expect(await storedSteps(run)).toEqual([]);
    first.kill("SIGTERM");
    await first.exited;
    store.fail(null);
    await startWorker({}, folders[0]);
    await untilStored(run, 1);
    await server.call("experiments.cancel", { id });
  });
});
