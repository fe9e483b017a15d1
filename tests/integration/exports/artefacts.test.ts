import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkpointName } from "../../../contract/wire/artefactNames.ts";
import type { ArtefactView } from "../../../contract/wire/views.ts";
import type { Lease } from "../../../contract/wire/workerProtocol.ts";
import { finished, measured, numbered, started } from "../../support/builders/events.ts";
import { grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { leaseOf, makeToken, RawWorker } from "../../support/client/rawWorker.ts";
import { TestServer } from "../../support/processes/server.ts";
import { realWorker, WorkerProcess } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";
import { collapse, readCheckpoint, readSafetensors } from "./readers.ts";

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
  headBias: true,
  training: { ...grid().training, steps: 60 },
  device: "cpu",
});

const detailOf = (server: TestServer, id: string) => server.call("runs.get", { id });
const bytesOf = async (server: TestServer, runId: string, name: string) =>
  Buffer.from(await (await fetch(`${server.url}/export/runs/${runId}/${name}`)).arrayBuffer());
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

async function filesOf(server: TestServer, runId: string, count: number): Promise<ArtefactView[]> {
  await until(`${count} files`, async () => (await detailOf(server, runId)).files.length === count, 60_000);
  return (await detailOf(server, runId)).files;
}

describe("what a finished run leaves", () => {
  let server: TestServer;
  let runId: string;
  let id: string;
  let files: ArtefactView[];
  beforeAll(async () => {
    server = await TestServer.start({ localWorker: true });
    const launched = await launch(server, config);
    id = launched.id;
    runId = launched.runs[0].id;
    await untilStatus(server, runId, "finished", 90_000);
    files = await filesOf(server, runId, 2);
  });
  afterAll(() => server?.stop());

  test("are last-layer features from which NC1, NC2 and NC3 come out as they were measured", async () => {
    const bytes = await bytesOf(server, runId, "features.safetensors");
    expect(files.find(({ name }) => name === "features.safetensors")).toMatchObject({
      bytes: bytes.length,
      sha256: sha256(bytes),
    });
    const file = readSafetensors(bytes);
    expect(Object.fromEntries(Object.entries(file.tensors).map(([name, { shape }]) => [name, shape]))).toEqual({
      W: [3, 8],
      b: [3],
      "train.means": [3, 8],
      "train.labels": [90],
      "train.features": [90, 8],
      "test.means": [3, 8],
      "test.labels": [15],
      "test.features": [15, 8],
    });
    const { last, config: ofRun } = (await detailOf(server, runId)).row;
    expect(JSON.parse(file.metadata.config)).toEqual(ofRun);
    expect(file.metadata).toMatchObject({ format: "collapsar features 1", run: runId, step: "60" });
    const train = collapse(file, "train");
    const close = (value: number, key: string) => expect(Math.abs(value / last[key] - 1), key).toBeLessThan(1e-6);
    close(train.nc1, "train/nc1.ratio@3");
    close(train.nc2, "train/nc2.frame@3");
    close(train.nc3, "train/nc3.cosine@3");
    const test = collapse(file, "test");
    close(test.nc1, "test/nc1.ratio@3");
    close(test.nc3, "test/nc3.cosine@3");
    const means = file.tensors["train.means"].values;
    for (let i = 0; i < means.length; i++) expect(means[i]).toBeCloseTo(train.means[i], 12);
  });

  test("and the last checkpoint, whose W is the one of the features", async () => {
    const bytes = await bytesOf(server, runId, checkpointName(60));
    expect(files.find(({ name }) => name === checkpointName(60))).toMatchObject({ bytes: bytes.length, sha256: sha256(bytes) });
    const checkpoint = readCheckpoint(bytes);
    expect(checkpoint.step).toBe(60);
    expect(checkpoint.config).toEqual((await detailOf(server, runId)).row.config);
    const places = new Map<string, { from: number; to: number }>();
    let at = 0;
    for (const { name, shape } of checkpoint.layout) {
      const from = at;
      at += shape.reduce((product, n) => product * n, 1);
      places.set(name, { from, to: at });
    }
    const { W } = readSafetensors(await bytesOf(server, runId, "features.safetensors")).tensors;
    const { from, to } = places.get("W3")!;
    expect(checkpoint.arrays.parameters.slice(from, to)).toEqual(W.values);
    expect(at).toBe(checkpoint.arrays.parameters.length);
    expect(Object.keys(checkpoint.arrays).sort()).toEqual(["m", "parameters", "v"]);
  });

  test("is stored where only the server's user may read it, and none of it stays with the worker", async () => {
    const folder = join(server.dataDir, "artefacts");
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, runId)).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(join(folder, runId))) expect(statSync(join(folder, runId, name)).mode & 0o777).toBe(0o600);
    await until("the worker's folder is empty", () => readdirSync(join(server.dataDir, "worker", "artefacts")).length === 0);
  });

  test("is read through a share link unless it hides names, and by nobody else", async () => {
    const token = async (hideNames: boolean) => (await server.call("shares.create", { experimentId: id, hideNames })).token;
    const other = await launch(server, grid(), { name: "other" });
    const foreign = (await server.call("shares.create", { experimentId: other.id })).token;
    const status = async (query: string, name = "features.safetensors") =>
      (await fetch(`${server.url}/export/runs/${runId}/${name}${query}`)).status;
    expect(await status(`?share=${await token(false)}`)).toBe(200);
    expect(await status(`?share=${await token(true)}`)).toBe(404);
    expect((await server.call("runs.get", { id: runId }, { share: await token(true) })).files).toEqual([]);
    expect(await status(`?share=${foreign}`)).toBe(404);
    expect(await status("?share=forged")).toBe(404);
    for (const name of ["..%2f..%2fworker-token", "checkpoint-61.ckpt", "1.part", "%2e%2e", "features.safetensors%00"])
      expect(await status("", name), name).toBe(404);
    await server.call("experiments.cancel", { id: other.id });
  });

  test("goes with its run", async () => {
    await server.call("runs.remove", { id: runId });
    expect(existsSync(join(server.dataDir, "artefacts", runId))).toBe(false);
    expect((await fetch(`${server.url}/export/runs/${runId}/features.safetensors`)).status).toBe(404);
  });
});

describe("an upload", () => {
  let server: TestServer;
  let token: string;
  let worker: RawWorker;
  let lease: Lease;
  const content = Buffer.from("some bytes");
  beforeAll(async () => {
    server = await TestServer.start({ env: { COLLAPSAR_ARTEFACT_MB: "1" } });
    token = await makeToken(server);
    worker = await RawWorker.connect(server, { token });
    const { runs } = await launch(server);
    lease = leaseOf(await worker.nextAssignment(runs[0].id));
    await worker.events(lease, numbered([started(), measured(1000), finished()]));
  });
  afterAll(async () => {
    worker?.close();
    await server?.stop();
  });

  const put = async (change: { path?: string; headers?: Record<string, string>; body?: Buffer } = {}) => {
    const { path = `${lease.runId}/${lease.attempt}/features.safetensors`, headers = {}, body = content } = change;
    const response = await fetch(`${server.url}/artefacts/${path}`, {
      method: "PUT",
      headers: {
        authorization: `Bearer ${token}`,
        "x-collapsar-lease": lease.lease,
        "x-collapsar-sha256": sha256(body),
        ...headers,
      },
      body: new Uint8Array(body),
    });
    return { status: response.status, text: await response.text() };
  };
  const stored = async () => (await detailOf(server, lease.runId)).files;

  test("needs the token and the lease of the attempt, and a name that a run's file has", async () => {
    const other = await makeToken(server);
    worker.answerAssign = () => ({ accepted: false, reason: "the other one takes it" });
    const stranger = await RawWorker.connect(server, { token: other });
    const second = await launch(server);
    const theirs = leaseOf(await stranger.nextAssignment(second.runs[0].id));
    const at = (name: string) => ({ path: `${lease.runId}/${lease.attempt}/${name}` });
    for (const [what, change, status] of [
      ["no token", { headers: { authorization: "" } }, 401],
      ["a forged token", { headers: { authorization: "Bearer forged" } }, 401],
      ["another worker's token", { headers: { authorization: `Bearer ${other}` } }, 404],
      ["no lease", { headers: { "x-collapsar-lease": "" } }, 404],
      ["a forged lease", { headers: { "x-collapsar-lease": "x".repeat(32) } }, 404],
      ["the lease of another run", { headers: { "x-collapsar-lease": theirs.lease } }, 404],
      ["another worker's run", { path: `${theirs.runId}/1/features.safetensors` }, 404],
      ["an attempt that never was", { path: `${lease.runId}/2/features.safetensors` }, 404],
      ["a run that is none", { path: "00000000-0000-4000-8000-000000000000/1/features.safetensors" }, 404],
      ["an id that is none", { path: "..%2f..%2fx/1/features.safetensors" }, 404],
      ["a way out of the folder", at("..%2f..%2f..%2fdatabase%2fx"), 404],
      ["a name of dots", at("%2e%2e%2e"), 422],
      ["a name that begins well", at("checkpoint-1.ckpt.sh"), 422],
      ["a forged hash", { headers: { "x-collapsar-sha256": sha256(Buffer.from("other")) } }, 422],
      ["no hash", { headers: { "x-collapsar-sha256": "../../x" } }, 422],
      ["too much", { body: Buffer.alloc(1_000_001) }, 422],
    ] as const)
      expect((await put(change)).status, what).toBe(status);
    expect((await put({ body: Buffer.alloc(1_000_001) })).text).toContain(
      "1,000,001 bytes; the server keeps files of at most 1,000,000",
    );
    expect(await stored()).toEqual([]);
    expect(readdirSync(join(server.dataDir, "artefacts")).filter((name) => name.endsWith(".part"))).toEqual([]);
    await stranger.events(theirs, numbered([started(), finished()]));
    stranger.close();
    worker.answerAssign = () => ({ accepted: true });
  });

  test("is stored once, replaced by another of its name, and bounded in number", async () => {
    expect((await put()).status).toBe(201);
    expect((await put()).status).toBe(201);
    expect(await stored()).toMatchObject([{ name: "features.safetensors", bytes: content.length, sha256: sha256(content) }]);
    const other = Buffer.from("other bytes");
    expect((await put({ body: other })).status).toBe(201);
    expect(await stored()).toMatchObject([{ sha256: sha256(other) }]);
    const statuses = [];
    for (let step = 0; step < 22; step++)
      statuses.push((await put({ path: `${lease.runId}/${lease.attempt}/${checkpointName(step)}` })).status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(20);
    expect(statuses.at(-1)).toBe(422);
  });

  test("of an attempt that was followed by another is refused", async () => {
    const { runs } = await launch(server);
    const first = leaseOf(await worker.nextAssignment(runs[0].id));
    await worker.events(
      first,
      numbered([started(), { kind: "ended", code: "WORKER_LOST", message: "worker stopped", step: null }]),
    );
    const second = leaseOf(await worker.nextAssignment(runs[0].id, 60_000));
    expect(second.attempt).toBe(2);
    const of = (one: Lease) =>
      put({ path: `${one.runId}/${one.attempt}/${checkpointName(1)}`, headers: { "x-collapsar-lease": one.lease } });
    expect((await of(first)).status).toBe(409);
    expect((await of(second)).status).toBe(201);
  });
});

describe("a server that has no room, or is away", () => {
  test("refuses with the reason; the run finishes, and the files come when there is room", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "collapsar-full-"));
    const full = await TestServer.start({ dataDir, env: { COLLAPSAR_RESERVE_MB: "900000000" } });
    const token = await makeToken(full);
    const worker = new WorkerProcess(realWorker, join(dataDir, "remote"), full.url, token, ["--slots", "1"]);
    try {
      const { runs } = await launch(full, config);
      await untilStatus(full, runs[0].id, "finished", 90_000);
      await until("the refusal is said", () => worker.output.includes("cannot be sent now"));
      expect(worker.output).toMatch(
        /The server's disk has [\d,]+ MB free, of which 900,000,000 MB are reserved for the database/,
      );
      expect((await detailOf(full, runs[0].id)).files).toEqual([]);
      await full.interrupt();
      const roomy = await TestServer.start({ dataDir, port: full.port });
      try {
        expect((await filesOf(roomy, runs[0].id, 2)).map(({ name }) => name)).toEqual([
          "features.safetensors",
          checkpointName(60),
        ]);
      } finally {
        await roomy.stop();
      }
    } finally {
      await worker.stop();
      await full.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});
