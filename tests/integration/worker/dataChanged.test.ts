import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { ExperimentConfig } from "../../../contract/config/experimentConfig.ts";
import { type DatasetConfig, datasetConfig } from "../../../contract/data/datasetConfig.ts";
import { requireTrained } from "../../../contract/external/externalConfig.ts";
import { isExternalRun } from "../../../contract/wire/externalViews.ts";
import type { RunDetail, RunRow } from "../../../contract/wire/views.ts";
import { type Table, writePicture, writePictures, writeTable } from "../../support/builders/ownData.ts";
import { type Api, connect, smallStudy, storedPoints } from "../../support/builders/study.ts";
import { ServerProcess } from "../../support/processes/serverProcess.ts";
import { makeFolder, realWorker, removeFolder, WorkerProcess } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

/** The real server and the real worker: a person's own data change while a run that trained on them is suspended. */
let server: ServerProcess;
let api: Api;
let token: string;
let folders: string[];
let datasets: string;
let workers: WorkerProcess[];
const experiments: string[] = [];

const fresh = () => {
  const folder = makeFolder();
  folders.push(folder);
  return folder;
};
const startWorker = async (data: string, sets = datasets) => {
  const environment = { COLLAPSAR_DATASETS_DIR: sets };
  const worker = new WorkerProcess(realWorker, data, server.url, token, ["--slots", "1"], environment);
  workers.push(worker);
  await until("the worker is connected", () => worker.output.includes("Connected to"), 60_000);
  return worker;
};
const study = (dataset: DatasetConfig, steps: number): ExperimentConfig => ({
  ...smallStudy({ datasets: [dataset], depths: [2], widths: [8], steps, measuring: { name: "every", steps: 50 } }),
  architectures: [
    dataset.id === "text-file" ? { name: "t11", normalization: "pre-ln" } : { name: "rn1", normalization: "post-ln" },
  ],
});
const launch = async (config: ExperimentConfig): Promise<RunRow> => {
  const { id } = await api.experiments.launch.mutate({ name: "study", config });
  experiments.push(id);
  return requireTrained(await api.experiments.get.query({ id }), "this").runs[0];
};
const detail = async ({ id }: { id: string }): Promise<RunDetail> => {
  const found = await api.runs.get.query({ id });
  if (isExternalRun(found)) throw new Error("it was trained elsewhere");
  return found;
};
const ends = async (run: RunRow): Promise<RunDetail> => {
  await until("the run has ended", async () => ["finished", "failed"].includes((await detail(run)).row.status), 150_000);
  return detail(run);
};
const measuredTo = (run: RunRow, step: number) =>
  until(
    `the run is measured to step ${step}`,
    async () => ((await api.runs.series.query({ id: run.id, keys: ["train/loss"] }))[0]?.steps.at(-1) ?? 0) >= step,
    120_000,
  );
const curve = async (run: RunRow) =>
  (await storedPoints(server.url, run.id)).filter((point) => !/^train\/(stepMs|elapsedMs) /.test(point));

/** Trains for a while, then stops the worker as a person does. */
const suspended = async (config: ExperimentConfig, data: string) => {
  const worker = await startWorker(data);
  const run = await launch(config);
  await measuredTo(run, 100);
  await worker.stop();
  const { attempts } = await detail(run);
  expect(attempts.map(({ outcome }) => outcome?.code)).toEqual(["WORKER_LOST"]);
  return { run, hash: attempts[0].started!.dataset.hash };
};

const table = datasetConfig.parse({ id: "text-file", file: "reviews.tsv", maxLength: 6, vocabulary: 40 });
const pictures = datasetConfig.parse({ id: "image-folder", folder: "lamps", size: 8 });

beforeAll(async () => {
  server = await ServerProcess.start();
  api = connect(server.url);
  token = (await api.workers.createToken.mutate({ name: "tests" })).token;
});
afterAll(() => server.stop());
beforeEach(() => {
  folders = [];
  workers = [];
  datasets = fresh();
});
afterEach(async ({ task }) => {
  if (task.result?.state === "fail")
    for (const text of [server.output, ...workers.map((worker) => worker.output)]) console.log(`--- what it said\n${text}`);
  for (const id of experiments.splice(0)) await api.experiments.cancel.mutate({ id });
  await Promise.all(workers.map((worker) => worker.stop()));
  for (const folder of folders) removeFolder(folder);
});

test.each<[string, Table]>([
  ["labels are exchanged", { exchanged: true }],
  ["the vocabulary is another", { word: "other words entirely" }],
  ["there is a third class", { classes: 3 }],
  ["a class has more texts", { perClass: 30 }],
])("a table of which %s ends the run that was to resume on it, and counts as no crash", async (_, change) => {
  writeTable(datasets, "reviews.tsv");
  const data = fresh();
  const { run, hash } = await suspended(study(table, 20_000), data);
  writeTable(datasets, "reviews.tsv", change);
  await startWorker(data);
  const { row, attempts, dataset } = await ends(run);
  expect(row).toMatchObject({ status: "failed", attempt: 2, failure: { code: "DATASET_CHANGED" } });
  const hashes = row.failure!.message.match(/[0-9a-f]{64}/g)!;
  expect(hashes[0]).toBe(hash);
  expect(hashes[1]).not.toBe(hash);
  expect(row.failure!.message).toMatch(/"reviews\.tsv".*Start again from step 0/);
  expect(attempts.map(({ outcome }) => outcome?.code)).toEqual(["WORKER_LOST", "DATASET_CHANGED"]);
  // What was trained stays what it was.
  expect(dataset?.hash).toBe(hash);
  expect(row.dataHash).toBe(hash);
});

test("a picture that was changed ends the run; with the former one back it resumes, with the curve of an undisturbed run", async () => {
  await writePictures(datasets, "lamps");
  const data = fresh();
  const config = study(pictures, 900);
  const { run, hash } = await suspended(config, data);
  const changed = join(datasets, "lamps", "train", "dark", "0.png");
  await writePicture(changed, 41, 200);
  const second = await startWorker(data);
  const failed = await ends(run);
  expect(failed.row.failure?.code).toBe("DATASET_CHANGED");
  expect(failed.row.failure?.message).toContain(hash);
  await second.stop();

  await writePicture(changed, 40, 200);
  await startWorker(data);
  await api.runs.again.mutate({ id: run.id });
  const { row, attempts } = await ends(run);
  expect(row).toMatchObject({ status: "finished", attempt: 3, dataHash: hash });
  expect(attempts[1].resumedFromStep).toBeNull();
  expect(attempts[2].resumedFromStep).toBeGreaterThanOrEqual(100);
  const undisturbed = await launch(config);
  expect((await ends(undisturbed)).row.status).toBe("finished");
  expect(await curve(run)).toEqual(await curve(undisturbed));
});

test("on request the run starts again from step 0 on the data as they are: what was measured before is void", async () => {
  writeTable(datasets, "reviews.tsv");
  const data = fresh();
  const config = study(table, 600);
  const { run, hash } = await suspended({ ...config, training: { ...config.training, steps: 800 } }, data);
  writeTable(datasets, "reviews.tsv", { exchanged: true });
  await startWorker(data);
  expect((await ends(run)).row.failure?.code).toBe("DATASET_CHANGED");
  await api.runs.again.mutate({ id: run.id, fromStart: true });
  const { row, attempts } = await ends(run);
  expect(row).toMatchObject({ status: "finished", attempt: 3, failure: null });
  expect(row.dataHash).not.toBe(hash);
  expect(attempts.map(({ resumedFromStep }) => resumedFromStep)).toEqual([0, null, 0]);
  expect(attempts.map(({ started }) => started?.dataset.hash ?? null)).toEqual([hash, null, row.dataHash]);
  const undisturbed = await launch({ ...config, training: { ...config.training, steps: 800 } });
  expect((await ends(undisturbed)).row.dataHash).toBe(row.dataHash);
  expect(await curve(run)).toEqual(await curve(undisturbed));
});

test("a machine with a different copy of the set does not take over the run; one with the same copy resumes it", async () => {
  writeTable(datasets, "reviews.tsv");
  const { run, hash } = await suspended(study(table, 800), fresh());
  const copies = [fresh(), fresh()];
  writeTable(copies[0], "reviews.tsv", { exchanged: true });
  writeTable(copies[1], "reviews.tsv");
  const other = await startWorker(fresh(), copies[0]);
  const failed = await ends(run);
  expect(failed.row.failure).toMatchObject({
    code: "DATASET_CHANGED",
    message: expect.stringMatching(/is not the one this run was trained on up to step [1-7]\d\d: /),
  });
  await other.stop();
  await startWorker(fresh(), copies[1]);
  await api.runs.again.mutate({ id: run.id });
  const { row, attempts } = await ends(run);
  expect(row).toMatchObject({ status: "finished", dataHash: hash });
  expect(attempts.at(-1)?.resumedFromStep).toBeGreaterThanOrEqual(100);
});

test("a set that was removed under a suspended run is not there, and the run resumes when it is back", async () => {
  writeTable(datasets, "reviews.tsv");
  const data = fresh();
  const { run } = await suspended(study(table, 800), data);
  rmSync(join(datasets, "reviews.tsv"));
  await startWorker(data);
  expect((await ends(run)).row.failure).toMatchObject({
    code: "DATASET_UNAVAILABLE",
    message: expect.stringContaining("reviews.tsv"),
  });
  expect(existsSync(join(data, "worker", "checkpoints", run.id))).toBe(true);
  writeTable(datasets, "reviews.tsv");
  await api.runs.again.mutate({ id: run.id });
  const { row, attempts } = await ends(run);
  expect(row.status).toBe("finished");
  expect(attempts.at(-1)?.resumedFromStep).toBeGreaterThanOrEqual(100);
});
