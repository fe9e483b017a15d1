import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { OwnSet } from "../../../contract/data/ownSet.ts";
import { writePictures, writeTable } from "../../support/builders/ownData.ts";
import { type Api, connect } from "../../support/builders/study.ts";
import { ServerProcess } from "../../support/processes/serverProcess.ts";
import { makeFolder, realWorker, removeFolder, WorkerProcess } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

/** The real worker beside the real server: what the server knows of the data-set folder, as it changes. */
let server: ServerProcess;
let api: Api;
let worker: WorkerProcess;
const [data, datasets] = [makeFolder(), makeFolder()];

const listed = async (): Promise<OwnSet[] | null> => (await api.workers.list.query())[0]?.ownSets ?? null;
const named = async (name: string) => (await listed())?.find((set) => set.name === name);
const names = async () => (await listed())?.map((set) => set.name);

beforeAll(async () => {
  server = await ServerProcess.start();
  api = connect(server.url);
  const { token } = await api.workers.createToken.mutate({ name: "tests" });
  writeTable(datasets, "reviews.tsv");
  writeTable(datasets, "NOTES.TXT", { classes: 3, perClass: 4 });
  writeFileSync(join(datasets, "readme.md"), "no data set");
  await writePictures(datasets, "lamps");
  worker = new WorkerProcess(realWorker, data, server.url, token, [], { COLLAPSAR_DATASETS_DIR: datasets });
});
afterAll(async () => {
  await worker.stop();
  await server.stop();
  for (const folder of [data, datasets]) removeFolder(folder);
});

test("has every own set with its classes and counts, whatever the case of its ending", async () => {
  await until("the list is there", async () => (await listed())?.length === 3, 60_000);
  expect(await listed()).toEqual([
    expect.objectContaining({ id: "text-file", name: "NOTES.TXT", problem: null, trainCounts: [4, 4, 4], testCounts: null }),
    {
      ...{ id: "image-folder", name: "lamps", problem: null, warnings: [] },
      ...{ classNames: ["dark", "light"], trainCounts: [6, 6], testCounts: [2, 2] },
    },
    expect.objectContaining({ id: "text-file", name: "reviews.tsv", classNames: ["0", "1"], trainCounts: [20, 20] }),
  ]);
});

test("follows the folder while the worker stays connected", async () => {
  writeTable(datasets, "more.tsv", { classes: 3, perClass: 5 });
  await until("a new table is listed", async () => (await named("more.tsv")) !== undefined);
  writeTable(datasets, "more.tsv", { classes: 3, perClass: 7 });
  await until("its new counts are", async () => (await named("more.tsv"))?.trainCounts.join() === "7,7,7");
  renameSync(join(datasets, "more.tsv"), join(datasets, "fewer.tsv"));
  await until("it has another name", async () => (await names())?.join() === "NOTES.TXT,fewer.tsv,lamps,reviews.tsv");
  rmSync(join(datasets, "fewer.tsv"));
  await until("it is gone", async () => (await named("fewer.tsv")) === undefined);
  // Deep in a folder, where nothing is watched: the next look finds it.
  rmSync(join(datasets, "lamps", "train", "dark", "0.png"));
  await until("a picture less is counted", async () => (await named("lamps"))?.trainCounts.join() === "5,6");
  expect(worker.output.match(/Connected to/g)).toHaveLength(1);
});

test("says why a set cannot be used", async () => {
  mkdirSync(join(datasets, "empty folder"));
  writeFileSync(join(datasets, "broken.tsv"), "no tab in here\n");
  symlinkSync("/nowhere/at/all.tsv", join(datasets, "dangling.tsv"));
  await until("they are listed", async () => (await listed())?.length === 6);
  expect((await named("empty folder"))?.problem).toContain("Rename it");
  expect((await named("broken.tsv"))?.problem).toContain("line 1");
  expect((await named("dangling.tsv"))?.problem).toBeTruthy();
  for (const name of ["empty folder", "broken.tsv", "dangling.tsv"]) rmSync(join(datasets, name), { recursive: true });
});

test("is not cut, however many there are", async () => {
  const many = Array.from({ length: 300 }, (_, i) => `a-rather-long-name-of-a-table-of-texts-number-${i}.tsv`);
  for (const name of many) writeFileSync(join(datasets, name), "0\tone\n0\ttwo\n1\tthree\n1\tfour\n");
  await until("all are listed", async () => (await listed())?.length === 303, 60_000);
  expect(await names()).toEqual(expect.arrayContaining(many));
});
