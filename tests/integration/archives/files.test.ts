import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { findPython } from "../../support/processes/findPython.ts";
import { projectRoot, TestServer } from "../../support/processes/server.ts";
import { until } from "../../support/until.ts";
import { collapse, readSafetensors } from "../exports/readers.ts";
import { download, jsonOf, makeZip, sha256, unzip, upload, withManifest, type ZipContent } from "./archiveFiles.ts";

const config = grid({
  datasets: [
    {
      id: "gaussian-clusters",
      classes: 3,
      dimension: 4,
      trainPerClass: 30,
      testPerClass: 5,
      dataSeed: 0,
      separation: 2,
      imbalance: 1,
    },
  ],
  depths: [3],
  widths: [8],
  training: { ...grid().training, steps: 60 },
  device: "cpu",
});

let server: TestServer;
let id: string;
let runId: string;
let archive: Buffer;
let files: ZipContent;
beforeAll(async () => {
  server = await TestServer.start({ localWorker: true });
  const launched = await launch(server, config);
  id = launched.id;
  runId = launched.runs[0].id;
  await untilStatus(server, runId, "finished", 90_000);
  await until("its files", async () => (await server.call("runs.get", { id: runId })).files.length === 2, 60_000);
  archive = await download(server, id, "?files=checkpoints,features");
  files = await unzip(archive);
});
afterAll(() => server?.stop());

const features = "runs/00000/files/features.safetensors";
const checkpoint = "runs/00000/files/checkpoint-60.safetensors";

test("features of the last layer are in it, from which NC1 comes out as it is stored", async () => {
  const file = readSafetensors(files.get(features)!);
  const index: { key: string; from: number; valid: number }[] = jsonOf(files, "runs/00000/series.json");
  const values = files.get("runs/00000/values.npy")!;
  const of = (key: string) => {
    const { from, valid } = index.find((one) => one.key === key)!;
    return values.readDoubleLE(10 + values.readUInt16LE(8) + 8 * (from + valid - 1));
  };
  const { last } = (await server.call("runs.get", { id: runId })).row;
  expect(of("train/nc1.ratio@3")).toBe(last["train/nc1.ratio@3"]);
  expect(Math.abs(collapse(file, "train").nc1 / of("train/nc1.ratio@3") - 1)).toBeLessThan(1e-6);
  expect(Math.abs(collapse(file, "test").nc1 / of("test/nc1.ratio@3") - 1)).toBeLessThan(1e-6);
});

test("checkpoints are in it as named tensors with run, step and shapes", () => {
  const { metadata, tensors } = readSafetensors(files.get(checkpoint)!);
  expect(metadata).toMatchObject({ format: "collapsar checkpoint 1", run: runId, experiment: id, step: "60" });
  const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
  expect(shapes).toMatchObject({ W3: [3, 8], "m/W3": [3, 8], "v/W3": [3, 8] });
  expect(tensors.W3.values).toEqual(readSafetensors(files.get(features)!).tensors.W.values);
});

test("another server has the same files again, byte for byte, in its own store", async () => {
  const target = await TestServer.start();
  try {
    const { body } = await upload(target, archive);
    expect(body).toMatchObject({ files: 2, runs: 1 });
    const copy = (await target.call("experiments.get", { id: body.id! })).runs[0];
    const [here, there] = [await server.call("runs.get", { id: runId }), await target.call("runs.get", { id: copy.id })];
    expect(there.files).toEqual(here.files);
    for (const { name, sha256: hash } of here.files) {
      const bytes = await (await fetch(`${target.url}/export/runs/${copy.id}/${name}`)).arrayBuffer();
      expect(sha256(Buffer.from(bytes)), name).toBe(hash);
    }
    const again = await unzip(await download(target, body.id!, "?files=features,checkpoints"));
    expect(again.get(features)!.equals(files.get(features)!)).toBe(true);
    expect(jsonOf(again, "environment.json")).toEqual(jsonOf(files, "environment.json"));
    expect(jsonOf(files, "environment.json").machines).toHaveLength(1);
  } finally {
    await target.stop();
  }
});

test("without being asked for, no file of a run is in it", async () => {
  const paths = [...(await unzip(await download(server, id))).keys()];
  expect(paths.filter((path) => path.includes("/files/"))).toEqual([]);
  expect(jsonOf(await unzip(await download(server, id, "?files=features")), "runs/00000/run.json").files).toMatchObject([
    { name: "features.safetensors", path: features },
  ]);
});

test("a file whose values were changed is refused, and so is one that would be another checkpoint", async () => {
  const tampered = Buffer.from(files.get(checkpoint)!);
  tampered.writeFloatLE(7, tampered.length - 4);
  const before = (await server.call("experiments.list", {})).total;
  const refused = async (path: string, content: Buffer) =>
    (await upload(server, await makeZip(withManifest(new Map([...files, [path, content]]))))).body.error?.message;
  expect(await refused(checkpoint, tampered)).toMatch(
    /checkpoint-60\.safetensors in the archive gives a file with another sha256/,
  );
  expect(await refused(checkpoint, files.get(features)!)).toMatch(/does not say of which checkpoint it was made/);
  expect(await refused(features, Buffer.from("x"))).toMatch(/gives a file of 1 bytes/);
  expect((await server.call("experiments.list", {})).total).toBe(before);
});

const python = findPython("numpy");
test.skipIf(python === null)("numpy alone reads it, and finds the same NC1 (needs python3 with numpy)", () => {
  const folder = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  try {
    const path = join(folder, "archive.zip");
    writeFileSync(path, archive);
    const script = join(projectRoot, "tests/integration/archives/read_archive.py");
    const found = JSON.parse(execFileSync(python!, [script, path, "train/nc1.ratio@3"], { encoding: "utf8" }));
    expect(found).toMatchObject({ step: 60, sameHead: true, finite: true });
    expect(Math.abs(found.nc1 / found.stored - 1)).toBeLessThan(1e-6);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
