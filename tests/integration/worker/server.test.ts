import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ExperimentConfig } from "../../../contract/experimentConfig.ts";
import type { RunRow } from "../../../contract/views.ts";
import { ServerProcess } from "./scaffold/serverProcess.ts";
import { type Api, connect, ledgerOf, ledgerPoints, smallStudy, storedPoints } from "./scaffold/study.ts";
import {
  isRunning,
  makeFolder,
  realWorker,
  removeFolder,
  slowness,
  spoolFiles,
  until,
  WorkerProcess,
} from "./scaffold/workerProcess.ts";

/** The real server, the real worker, real runs: whatever happens between, the database has what the workers wrote down. */
let server: ServerProcess;
let api: Api;
let token: string;
let folders: string[];
let workers: WorkerProcess[];
const experiments: string[] = [];

const startWorker = async (slots: number, folder = makeFolder()) => {
  if (!folders.includes(folder)) folders.push(folder);
  const worker = new WorkerProcess(realWorker, folder, server.url, token, ["--keep-spool", "--slots", String(slots)]);
  workers.push(worker);
  await until("the worker is connected", () => worker.output.includes("Connected to"), 30_000);
  return { worker, folder };
};
const launch = async (config: ExperimentConfig): Promise<RunRow[]> => {
  const { id } = await api.experiments.launch.mutate({ name: "study", config });
  experiments.push(id);
  return (await api.experiments.get.query({ id })).runs;
};
const detail = (run: RunRow) => api.runs.get.query({ id: run.id });
const reaches = (run: RunRow, status: RunRow["status"], withinMs = 120_000) =>
  until(`run ${run.id} is ${status}`, async () => (await detail(run)).row.status === status, withinMs);
const measuredTo = (run: RunRow, step: number) =>
  until(
    `run ${run.id} is measured to step ${step}`,
    async () => {
      const [loss] = await api.runs.series.query({ id: run.id, keys: ["train/loss"] });
      return loss !== undefined && loss.steps.at(-1)! >= step;
    },
    90_000,
  );
const outcomes = async (run: RunRow) => (await detail(run)).attempts.map(({ outcome }) => outcome?.code);

/** lost = 0, doubled = 0, foreign = 0, and the curve has exactly the steps of its schedule. */
const expectExact = async (run: RunRow) => {
  const stored = await storedPoints(server.url, run.id);
  expect(stored).toEqual(ledgerPoints(folders, run.id));
  const measured = stored.filter((point) => point.startsWith("train/loss ")).map((point) => Number(point.split(" ")[1]));
  const { steps } = run.config.training;
  expect(measured.sort((a, b) => a - b)).toEqual(Array.from({ length: steps / every + 1 }, (_, index) => index * every));
};
/** All but the clock's series. */
const curve = async (run: RunRow) =>
  (await storedPoints(server.url, run.id)).filter((point) => !/^train\/(stepMs|elapsedMs) /.test(point));
const processOf = (folder: string, run: RunRow, attempt = 1) => {
  const state = readFileSync(join(folder, "worker", "spool", `${run.id}.${attempt}.json`), "utf8");
  return Number.parseInt((JSON.parse(state) as { process: string }).process, 10);
};

const every = 100;
const measuring = { name: "every" as const, steps: every };
const short = smallStudy({ depths: [3], steps: 2_000, measuring });
/** Some seconds long. */
const long = smallStudy({ depths: [3], steps: 30_000, measuring });

beforeAll(async () => {
  server = await ServerProcess.start();
  api = connect(server.url);
  token = (await api.workers.createToken.mutate({ name: "tests" })).token;
});
afterAll(() => server.stop());
beforeEach(() => {
  folders = [];
  workers = [];
});
afterEach(async ({ task }) => {
  if (task.result?.state === "fail")
    for (const text of [server.output, ...workers.map((worker) => worker.output)]) console.log(`--- what it said\n${text}`);
  for (const id of experiments.splice(0)) await api.experiments.cancel.mutate({ id });
  await Promise.all(workers.map((worker) => worker.stop()));
  for (const folder of folders) removeFolder(folder);
});

it("an undisturbed study runs to its end, and the database has exactly what the worker measured", async () => {
  await startWorker(2);
  const runs = await launch({ ...short, depths: [2, 4], seeds: [0, 1] });
  expect(runs).toHaveLength(4);
  for (const run of runs) await reaches(run, "finished");
  for (const run of runs) await expectExact(run);
  const [again] = await launch({ ...short, depths: [2] });
  await reaches(again, "finished");
  expect(await curve(again)).toEqual(await curve(runs[0]));
});

describe("a run whose process is killed", () => {
  it("goes on from its last checkpoint, with the curve of an undisturbed run", async () => {
    const first = await startWorker(1);
    const [run] = await launch(long);
    await measuredTo(run, 2_000);
    await first.worker.stop(); // makes a checkpoint, sooner than the ten seconds between two
    await startWorker(2, first.folder);
    const [undisturbed] = await launch(long);
    await measuredTo(run, 6_000);
    process.kill(processOf(first.folder, run, 2), "SIGKILL");
    for (const each of [run, undisturbed]) await reaches(each, "finished");
    expect(await outcomes(run)).toEqual(["WORKER_LOST", "CRASHED", "FINISHED"]);
    const resumed = (await detail(run)).attempts.map(({ resumedFromStep }) => resumedFromStep);
    expect(resumed[1]).toBeGreaterThanOrEqual(2_000);
    expect(resumed[2]).toBeGreaterThanOrEqual(resumed[1]!);
    await expectExact(run);
    expect(await curve(run)).toEqual(await curve(undisturbed));
  });

  it("before its first checkpoint begins anew", async () => {
    const { folder } = await startWorker(1);
    const [run] = await launch(short);
    await measuredTo(run, 200);
    process.kill(processOf(folder, run), "SIGKILL");
    await reaches(run, "finished");
    expect(await outcomes(run)).toEqual(["CRASHED", "FINISHED"]);
    await expectExact(run);
  });

  it("three times is given up, with the reason", async () => {
    const { folder } = await startWorker(1);
    const [run] = await launch(long);
    for (const attempt of [1, 2, 3]) {
      await until("the attempt has a process", () => spoolFiles(folder).includes(`${run.id}.${attempt}.jsonl`), 30_000);
      process.kill(processOf(folder, run, attempt), "SIGKILL");
    }
    await reaches(run, "failed");
    expect((await detail(run)).row.failure).toMatchObject({ code: "CRASHED", message: expect.stringMatching(/out of memory/) });
  });
});

describe("a server that is killed", () => {
  it("finds nothing lost when it is back on its data folder: the worker trained on", async () => {
    const { worker } = await startWorker(2);
    const runs = await launch({ ...long, seeds: [0, 1] });
    for (const run of runs) await measuredTo(run, 1_000);
    const before = runs.map((run) => ledgerPoints(folders, run.id).length);
    await server.kill();
    await sleep(4_000);
    const after = runs.map((run) => ledgerPoints(folders, run.id).length);
    for (const index of runs.keys()) expect(after[index]).toBeGreaterThan(before[index]);
    await server.again();
    for (const run of runs) await reaches(run, "finished");
    for (const run of runs) {
      await expectExact(run);
      expect(await outcomes(run)).toEqual(["FINISHED"]);
    }
    expect(worker.output).toMatch(/training on with 2 runs/);
    report("the server is away", runs, worker.output);
  });

  it("again and again: still exact", async () => {
    await startWorker(2);
    const runs = await launch({ ...long, seeds: [0, 1] });
    await measuredTo(runs[0], 500);
    for (let kills = 0; kills < 4; kills++) {
      await server.kill();
      await server.again();
      await sleep(500 + 700 * kills);
    }
    for (const run of runs) await reaches(run, "finished");
    for (const run of runs) await expectExact(run);
  });
});

describe("a worker that is killed", () => {
  it("by SIGKILL: its runs' processes end, its next life sends the rest, and its runs go on", async () => {
    const { worker, folder } = await startWorker(1);
    const [run] = await launch(long);
    await measuredTo(run, 2_000);
    const pid = processOf(folder, run);
    worker.kill("SIGKILL");
    await until("the run's process is gone", () => !isRunning(pid), 20_000);
    await startWorker(1, folder);
    await reaches(run, "finished");
    expect(await outcomes(run)).toEqual(["WORKER_LOST", "FINISHED"]);
    expect((await detail(run)).attempts[1].resumedFromStep).toBeGreaterThan(0);
    await expectExact(run);
  });

  it("together with its run, and another worker takes over from the beginning", async () => {
    const { worker, folder } = await startWorker(1);
    const [run] = await launch(long);
    await measuredTo(run, 2_000);
    const pid = processOf(folder, run);
    worker.kill("SIGKILL");
    process.kill(pid, "SIGKILL");
    const killed = Date.now();
    const other = await startWorker(1);
    await until("the loss is noticed", async () => (await detail(run)).row.status === "queued", 60_000);
    expect(Date.now() - killed).toBeLessThan(20_000 * slowness());
    await reaches(run, "finished");
    expect(await outcomes(run)).toEqual(["WORKER_LOST", "FINISHED"]);
    folders = [other.folder];
    await expectExact(run);
    folders.push(folder);
  });

  it("by SIGTERM: gone within 10 s, and the run goes on from its checkpoint when it is back", async () => {
    const { worker, folder } = await startWorker(1);
    const [run] = await launch(long);
    await measuredTo(run, 2_000);
    const asked = Date.now();
    worker.kill("SIGTERM");
    await worker.exited;
    expect(Date.now() - asked).toBeLessThan(10_000 * slowness());
    expect(await outcomes(run)).toEqual(["WORKER_LOST"]);
    await startWorker(1, folder);
    await reaches(run, "finished");
    expect((await detail(run)).attempts[1].resumedFromStep).toBeGreaterThan(0);
    await expectExact(run);
  });
});

describe("cancelling stops a run within 2 s", () => {
  const cancelled = async (run: RunRow) => {
    const asked = Date.now();
    await api.runs.cancel.mutate({ id: run.id });
    await reaches(run, "cancelled", 30_000);
    expect(Date.now() - asked).toBeLessThan(2_000 * slowness());
  };
  const leased = (run: RunRow) => until("the run has a worker", async () => (await detail(run)).row.status !== "queued", 20_000);

  it("while its process warms up", async () => {
    const { worker, folder } = await startWorker(2);
    const [first, second] = await launch({ ...long, seeds: [0, 1] }); // the prepared process goes to the first
    await Promise.all([leased(first), leased(second)]);
    const pids = [processOf(folder, first), processOf(folder, second)];
    await Promise.all([cancelled(first), cancelled(second)]);
    expect(pids.filter(isRunning)).toEqual([]);
    expect(worker.output).toContain("is cancelled");
    await reaches((await launch(short))[0], "finished");
  });

  it("while it compiles", async () => {
    const { folder } = await startWorker(1);
    const [run] = await launch({ ...long, depths: [64], widths: [512] });
    await until(
      "the first point is there, and the training step is compiled now",
      async () => (await detail(run)).series.length > 0,
      90_000,
    );
    await cancelled(run);
    await until("the spool is sent", () => !spoolFiles(folder).some((name) => name.endsWith(".jsonl")));
  });

  it("while it trains", async () => {
    await startWorker(1);
    const [run] = await launch(long);
    await measuredTo(run, 500);
    await cancelled(run);
  });
});

it("a frozen worker's run goes to another one, and what the first writes when it thaws is refused", async () => {
  const frozen = await startWorker(1);
  const [run] = await launch({ ...long, training: { ...long.training, steps: 60_000 } });
  await measuredTo(run, 1_000);
  const pid = processOf(frozen.folder, run);
  frozen.worker.kill("SIGSTOP");
  process.kill(pid, "SIGSTOP");
  const other = await startWorker(1);
  await until("the other worker has the run", () => spoolFiles(other.folder).includes(`${run.id}.2.jsonl`), 60_000);
  await until("the other worker measures", () => ledgerPoints([other.folder], run.id).length > 100, 30_000);
  process.kill(pid, "SIGCONT");
  frozen.worker.kill("SIGCONT");
  await until("the zombie's events are set aside", () => spoolFiles(frozen.folder).includes(`${run.id}.1.jsonl.refused`), 30_000);
  await until("the zombie's process is gone", () => !isRunning(pid));
  await reaches(run, "finished");
  expect(await outcomes(run)).toEqual(["WORKER_LOST", "FINISHED"]);
  expect((await detail(run)).attempts[1].resumedFromStep).toBe(0);
  await expectExact(run);
});

/** Step times while something was the case, from the runs' own measurements: a figure, not a bound. */
function report(what: string, runs: RunRow[], output: string): void {
  const away = /(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) {2}Server not reachable/.exec(output)?.[1];
  const back = /(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) {2}Connected again/.exec(output)?.[1];
  if (!away || !back) return;
  const [from, to] = [away, back].map((clock) => new Date(clock).getTime());
  for (const run of runs) {
    const all = ledgerOf(folders, run.id).flat();
    const times = (holds: (at: number) => boolean) =>
      all.flatMap(({ at, event }) => (event.kind === "measurement" && holds(at) ? (event.values["train/stepMs"] ?? []) : []));
    const median = (values: number[]): number | undefined => values.sort((a, b) => a - b)[values.length >> 1];
    const during = median(times((at) => at > from + 1_000 && at < to));
    const otherwise = median(times((at) => at < from || at > to + 1_000));
    // A quick machine may have measured nothing on one side.
    if (during === undefined || otherwise === undefined) continue;
    console.log(`median step while ${what}: ${during.toFixed(3)} ms; otherwise: ${otherwise.toFixed(3)} ms`);
  }
}
