import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Api, connect, smallStudy, storedPoints } from "../../support/builders/study.ts";
import { ServerProcess } from "../../support/processes/serverProcess.ts";
import { isRunning } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

let server: ServerProcess;
let api: Api;
let left: number[];

beforeEach(async () => {
  left = [];
  server = await ServerProcess.start(true);
  api = connect(server.url);
});
afterEach(async () => {
  for (const pid of left.filter(isRunning)) process.kill(pid, "SIGTERM");
  await until("the workers of killed servers are gone", () => !left.some(isRunning));
  await server.stop();
});

const holder = () => Number.parseInt(readFileSync(join(server.dataDir, "worker", "agent.lock"), "utf8"), 10);
const connected = () =>
  until("the local worker is connected", async () => (await api.workers.list.query()).some((each) => each.connected), 60_000);

test("the server's own worker outlives a killed server, trains on, and is not started twice", async () => {
  await connected();
  const [worker] = await api.workers.list.query();
  expect(worker).toMatchObject({ local: true });
  const pid = holder();
  left.push(pid);
  const config = smallStudy({ depths: [3], steps: 15_000, measuring: { name: "every", steps: 100 } });
  const { id } = await api.experiments.launch.mutate({ name: "study", config });
  const [run] = (await api.experiments.get.query({ id })).runs;
  await until("it measures", async () => (await storedPoints(server.url, run.id)).length > 1_000, 60_000);
  await server.kill();
  await server.again();
  await connected();
  expect(holder()).toBe(pid);
  expect((await api.workers.list.query()).map((each) => each.id)).toEqual([worker.id]);
  await until("the run has finished", async () => (await api.runs.get.query({ id: run.id })).row.status === "finished", 120_000);
  const { attempts, series } = await api.runs.get.query({ id: run.id });
  expect(attempts.map(({ outcome }) => outcome?.code)).toEqual(["FINISHED"]);
  expect(series.find(({ key }) => key === "train/loss")?.points).toBe(151);
});

test("a server that is stopped takes its worker with it, checkpoints made; the next one resumes from there", async () => {
  await connected();
  const pid = holder();
  const config = smallStudy({ depths: [3], steps: 15_000, measuring: { name: "every", steps: 100 } });
  const { id } = await api.experiments.launch.mutate({ name: "study", config });
  const [run] = (await api.experiments.get.query({ id })).runs;
  await until("it measures", async () => (await storedPoints(server.url, run.id)).length > 1_000, 60_000);
  await server.pause();
  expect(isRunning(pid)).toBe(false);
  await server.again();
  await until("the run has finished", async () => (await api.runs.get.query({ id: run.id })).row.status === "finished", 120_000);
  const { attempts, series } = await api.runs.get.query({ id: run.id });
  expect(attempts.map(({ outcome }) => outcome?.code)).toEqual(["WORKER_LOST", "FINISHED"]);
  expect(attempts[1].resumedFromStep).toBeGreaterThan(0);
  expect(series.find(({ key }) => key === "train/loss")?.points).toBe(151);
});

test("F25: a server whose worker's token was lost makes a new one, and the same worker connects with it", async () => {
  await connected();
  const [worker] = await api.workers.list.query();
  await server.pause();
  rmSync(join(server.dataDir, "worker-token"));
  mkdirSync(join(server.dataDir, "worker-token"));
  await server.again();
  await connected();
  expect((await api.workers.list.query()).map(({ id, connected }) => ({ id, connected }))).toEqual([
    { id: worker.id, connected: true },
  ]);
});
