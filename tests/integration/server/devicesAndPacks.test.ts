import { afterAll, beforeAll, expect, test } from "vitest";
import { experimentExport, runExport } from "../../../contract/wire/exportFormat.ts";
import type { RunEvent } from "../../../contract/wire/runEvents.ts";
import type { Assignment } from "../../../contract/wire/workerProtocol.ts";
import { finished, numbered, started } from "../../support/builders/events.ts";
import { grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { TestServer } from "../../support/processes/server.ts";

const gpu = { name: "NVIDIA H100 80GB HBM3", memoryBytes: 85_520_809_984 };
let server: TestServer;
let worker: RawWorker;
/** Two runs of one study and one of another, which trained in one step. */
let study: string;
let runs: Assignment[];

const startedIn = (place: number): RunEvent => {
  const event = started(0, 10) as Extract<RunEvent, { kind: "started" }>;
  const device = { choice: "auto", device: "cuda", engine: "compiled", provider: "onnxruntime cuda", reason: "test" };
  return {
    ...event,
    device: { ...device, precision: "tf32", card: gpu.name },
    pack: { runs: 3, place, with: runs.filter((_, at) => at !== place).map(({ runId }) => runId) },
  };
};

beforeAll(async () => {
  server = await TestServer.start();
  worker = await RawWorker.connect(server, {
    slots: 4,
    devices: ["cuda (onnxruntime cuda, NVIDIA H100 80GB HBM3, float32 products)"],
    machine: {
      ...{ host: "node7", platform: "test", cpu: "test", cores: 16, memoryBytes: 64e9 },
      gpus: [gpu, { name: "NVIDIA A30", memoryBytes: null }],
      gpusNote: "two of a kind",
    },
  });
  const ours = await launch(server, grid({ seeds: [0, 1] }), { name: "ours" });
  study = ours.id;
  const theirs = await launch(server, grid({ seeds: [7] }), { name: "theirs" });
  runs = [];
  for (const { id } of [...ours.runs, ...theirs.runs]) runs.push(await worker.nextAssignment(id));
  for (const [place, run] of runs.entries())
    expect((await worker.events(run, numbered([startedIn(place), finished(10)]))).ok).toBe(true);
  for (const { runId } of runs) await untilStatus(server, runId, "finished");
});
afterAll(async () => {
  worker?.close();
  await server?.stop();
});

test("the Workers page has a worker's GPUs, and how much of them was in use last", async () => {
  worker.silent = true;
  const system = { cpu: 0.5, memoryUsedBytes: 1, memoryTotalBytes: 2 };
  const use = { utilization: 0.25, memoryUsedBytes: 2 ** 30 };
  const gpus = [use, { utilization: null, memoryUsedBytes: null }];
  await worker.ask("heartbeat", { runs: [], system: { ...system, gpus, gpusNote: "nvidia-smi was not found" } });
  const [shown] = await server.call("workers.list");
  expect(shown).toMatchObject({
    machine: { gpus: [gpu, { name: "NVIDIA A30", memoryBytes: null }], gpusNote: "two of a kind" },
    system: { cpu: 0.5, gpus, gpusNote: "nvidia-smi was not found" },
  });
  await worker.ask("heartbeat", { runs: [], system });
  expect((await server.call("workers.list"))[0].system).toEqual(system);
});

test("a run's page says its GPU, its precision and the runs of its pack", async () => {
  const { attempts, packMates } = await server.call("runs.get", { id: runs[0].runId });
  expect(attempts[0].started?.device).toMatchObject({ device: "cuda", card: gpu.name, precision: "tf32" });
  expect(attempts[0].started?.pack).toEqual({ runs: 3, place: 0, with: [runs[1].runId, runs[2].runId] });
  expect(packMates.map(({ id, experimentName, config }) => [id, experimentName, config.seed])).toEqual([
    [runs[1].runId, "ours", 1],
    [runs[2].runId, "theirs", 7],
  ]);
});

test("through a link only the mates of its own study are seen, and no number of another's run", async () => {
  for (const hideNames of [false, true]) {
    const { token: share } = await server.call("shares.create", { experimentId: study, hideNames });
    const detail = await server.call("runs.get", { id: runs[0].runId }, { share });
    expect(detail.packMates.map(({ id }) => id)).toEqual([runs[1].runId]);
    expect(detail.attempts[0].started?.pack).toEqual({ runs: 3, place: 0, with: [] });
    expect(detail.attempts[0].started?.device.precision).toBe("tf32");
    expect(detail.attempts[0].started?.device.card).toBe(hideNames ? undefined : gpu.name);
    for (const path of [`runs/${runs[0].runId}.json`, `runs/${runs[0].runId}.csv`, `experiments/${study}.json`]) {
      const text = await (await fetch(`${server.url}/export/${path}?share=${share}`)).text();
      expect(text, path).not.toContain(runs[2].runId);
    }
  }
});

test("exports say that a run was packed, and how", async () => {
  const exported = async (path: string) => (await fetch(`${server.url}/export/${path}`)).text();
  const { run } = runExport.parse(JSON.parse(await exported(`runs/${runs[1].runId}.json`)));
  const pack = { runs: 3, place: 1, with: [runs[0].runId, runs[2].runId] };
  expect(run).toMatchObject({ pack, device: { precision: "tf32", card: gpu.name } });
  expect(run.attempts[0]).toMatchObject({ pack });
  const whole = experimentExport.parse(JSON.parse(await exported(`experiments/${study}.json`)));
  expect(whole.runs.map((each) => each.pack?.place)).toEqual([0, 1]);
  const table = await exported(`runs/${runs[1].runId}.csv`);
  expect(table).toContain(
    "# device: cuda; onnxruntime cuda; NVIDIA H100 80GB HBM3; TF32 products (rounded to about 3 digits)\r\n# pack: trained in one pack with 2 other runs\r\n",
  );
});

test("a run that trained alone says so", async () => {
  const alone = await launch(server, grid({ seeds: [3] }), { name: "alone" });
  worker.silent = false;
  const run = await worker.nextAssignment(alone.runs[0].id);
  await worker.events(run, numbered([started(0, 10), finished(10)]));
  await untilStatus(server, run.runId, "finished");
  const { packMates, attempts } = await server.call("runs.get", { id: run.runId });
  expect(packMates).toEqual([]);
  expect(attempts[0].started).not.toHaveProperty("pack");
  expect(await (await fetch(`${server.url}/export/runs/${run.runId}.csv`)).text()).toContain("# pack: trained alone\r\n");
});
