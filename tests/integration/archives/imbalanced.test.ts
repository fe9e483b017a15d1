import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "../../../db/openDatabase.ts";
import { importRecording } from "../../../server/recordings/importRecordings.ts";
import { readRecording } from "../../../server/recordings/recordingFile.ts";
import { copyFreshDatabase } from "../../support/processes/freshDatabase.ts";
import { projectRoot, TestServer } from "../../support/processes/server.ts";
import { download, unzip, upload } from "./archiveFiles.ts";

const dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
let source: TestServer;
let target: TestServer;
let id: string;

beforeAll(async () => {
  await copyFreshDatabase(dataDir);
  const database = await openDatabase({ dataDir, url: null }, (error) => {
    throw error;
  });
  const recording = readRecording(join(projectRoot, "server/recordings/kept/imbalance.json.gz"));
  id = await database.transaction((tx) => importRecording(tx, recording));
  await database.close();
  [source, target] = await Promise.all([TestServer.start({ dataDir }), TestServer.start()]);
});
afterAll(async () => {
  await Promise.all([source?.stop(), target?.stop()]);
  rmSync(dataDir, { recursive: true, force: true });
});

test("a study over imbalance keeps the sizes of its classes, its geometry and every number", async () => {
  const archive = await download(source, id);
  const { status, body } = await upload(target, archive);
  expect({ status, body }).toMatchObject({
    status: 201,
    body: { name: "What becomes of small classes?", runs: 15, unfinished: 0 },
  });
  const before = await source.call("experiments.get", { id });
  const after = await target.call("experiments.get", { id: body.id! });
  expect(after.config).toEqual(before.config);
  expect(after.configDigest).toBe(before.configDigest);
  const smallest = new Map<number, number>();
  for (const [at, run] of before.runs.entries()) {
    const copy = after.runs[at];
    expect(copy.config).toEqual(run.config);
    expect(copy.dataHash).toBe(run.dataHash);
    const [here, there] = [await source.call("runs.get", { id: run.id }), await target.call("runs.get", { id: copy.id })];
    expect(there.dataset).toEqual(here.dataset);
    expect(there.series).toEqual(here.series);
    expect(there.row.optimum).toEqual(here.row.optimum);
    expect(there.row.last).toEqual(here.row.last);
    const geometry = await target.call("runs.geometry", { id: copy.id });
    expect(geometry.length).toBeGreaterThan(0);
    expect(geometry).toEqual(await source.call("runs.geometry", { id: run.id }));
    const { dataset } = run.config;
    const imbalance = "imbalance" in dataset ? Number(dataset.imbalance) : 1;
    smallest.set(imbalance, Math.min(...there.dataset!.trainCounts));
  }
  expect(smallest).toEqual(
    new Map([
      [1, 100],
      [0.3, 30],
      [0.1, 10],
      [0.03, 3],
      [0.01, 1],
    ]),
  );
  // And once more: the copy's archive has the same files.
  const [files, again] = [await unzip(archive), await unzip(await download(target, body.id!))];
  expect([...again.keys()].sort()).toEqual([...files.keys()].sort());
  for (const [path, content] of files) if (path.endsWith(".npy")) expect(again.get(path)!.equals(content), path).toBe(true);
});
