import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { regularizer } from "../../../contract/config/regularizer.ts";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { trainingConfig } from "../../../contract/config/trainingConfig.ts";
import { datasetConfig } from "../../../contract/data/datasetConfig.ts";
import type { Lease } from "../../../contract/wire/workerProtocol.ts";
import { joinAttempts, withoutTimes } from "../../support/builders/joinAttempts.ts";
import { clusters, ProtocolServer } from "../../support/processes/protocolServer.ts";
import {
  isRunning,
  makeFolder,
  realWorker,
  removeFolder,
  runProcesses,
  slowness,
  WorkerProcess,
} from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

const everyStep: Partial<RunConfig> = { measuring: { name: "every", steps: 1 } };
const steps = 140;
let server: ProtocolServer;
let folder: string;
let worker: WorkerProcess;

const start = async () => {
  worker = new WorkerProcess(realWorker, folder, `http://127.0.0.1:${server.port}`, "right", ["--slots", "1"]);
  await until("the worker is connected", () => server.isConnected);
};
const isOver = (lease: Lease) => ["finished", "ended"].includes(server.last(lease)?.kind ?? "");

beforeEach(async () => {
  server = await new ProtocolServer().listen();
  folder = makeFolder();
  await start();
});
afterEach(async () => {
  await worker.stop();
  await server.close();
  removeFolder(folder);
});

/** Batches of pictures cropped and flipped, and BatchNorm with what it ran up: state beside the parameters. */
const resNet: Partial<RunConfig> = {
  ...{ architecture: "resnet", depth: 9, width: 16 },
  dataset: { id: "fashion-mnist-mini", trainPerClass: 4, testPerClass: 2 },
  training: trainingConfig.parse({
    batch: 8,
    augmentation: "crop-flip",
    optimizer: { name: "sgd" },
    learningRate: 0.01,
    steps: 60,
  }),
};

/** Tokens as one-hot vectors, with decoupled decay of all parameters; and contexts in batches. */
const sums: Partial<RunConfig> = {
  dataset: datasetConfig.parse({ id: "modular-addition", modulus: 7, trainShare: 0.6 }),
  regularizer: regularizer.parse({ family: "weights", lambda: 1, headLambda: 1, decayed: "all" }),
  training: trainingConfig.parse({ optimizer: { name: "adam", beta2: 0.98, share: 0 }, warmupSteps: 10, steps }),
};
const contexts: Partial<RunConfig> = {
  ...{ architecture: "t22", definition: 2 },
  dataset: datasetConfig.parse({ id: "next-token", tokens: 6, trainSamples: 200, testSamples: 50, exponent: 0.5, strength: 1 }),
  training: trainingConfig.parse({ batch: 32, steps }),
};

describe("a real run, measured at every step", () => {
  test.each([
    { kind: "RN1", steps, ofKind: {}, least: 4, after: 40 },
    { kind: "RN1 on sums", steps, ofKind: sums, least: 4, after: 40 },
    { kind: "T22 on contexts, in batches", steps, ofKind: contexts, least: 4, after: 40 },
    { kind: "ResNet-9 in augmented batches", steps: 60, ofKind: resNet, least: 3, after: 20 },
  ])(
    "that is suspended again and again has the curve of one that was not: no gap, no double, the same numbers: $kind",
    async (given) => {
      const changes = { ...everyStep, ...given.ofKind };
      const whole = await server.assign("undisturbed", given.steps, undefined, changes);
      await until("the undisturbed run has finished", () => isOver(whole), 120_000);
      expect(server.last(whole)).toMatchObject({ kind: "finished" });
      let run: Lease = await server.assign("suspended", given.steps, undefined, changes);
      const attempts = [run];
      for (;;) {
        await until("it is under way or over", () => server.events(run).length > given.after || isOver(run), 60_000);
        worker.kill("SIGTERM");
        await worker.exited;
        if (server.last(run)?.kind === "finished") break;
        expect(server.last(run)).toMatchObject({ kind: "ended", code: "WORKER_LOST", message: "worker stopped" });
        await start();
        run = await server.assign("suspended", given.steps, { runId: run.runId, attempt: run.attempt + 1 }, changes);
        attempts.push(run);
      }
      expect(attempts.length).toBeGreaterThanOrEqual(given.least);
      const joined = joinAttempts(attempts.map((attempt) => server.events(attempt)));
      const expected = joinAttempts([server.events(whole)]);
      expect(joined.doubled).toEqual([]);
      expect([...joined.points.keys()]).toEqual([...expected.points.keys()]);
      for (const [step, values] of expected.points) expect(withoutTimes(joined.points.get(step)!)).toEqual(withoutTimes(values));
    },
  );
});

test("a run's process that a service manager ends makes a checkpoint and says so", async () => {
  const run = await server.assign("signalled", 100_000);
  await until("it trains", () => server.heartbeats.at(-1)?.runs.some(({ step }) => (step ?? 0) > 100) ?? false, 60_000);
  for (const pid of runProcesses(worker)) process.kill(pid, "SIGTERM");
  await until("the attempt has ended", () => isOver(run));
  expect(server.last(run)).toMatchObject({ kind: "ended", code: "WORKER_LOST", message: "worker stopped" });
  expect(server.events(run).at(-2)?.event.kind).toBe("checkpoint");
});

describe("a real run is cancelled within 2 s", () => {
  const cancelled = async (run: Lease) => {
    const trained = runProcesses(worker);
    const asked = Date.now();
    server.cancel(run);
    await until("the attempt has ended", () => isOver(run));
    expect(Date.now() - asked).toBeLessThan(2_000 * slowness());
    expect(server.last(run)).toMatchObject({ kind: "ended", code: "CANCELLED" });
    await until("a process is gone", () => trained.some((pid) => !isRunning(pid)));
  };

  test("while its process warms up", async () => {
    await cancelled(await server.assign("cancelled", 50_000));
  });

  test("while it compiles", async () => {
    const run = await server.assign("cancelled", 50_000, undefined, { depth: 64, width: 512 });
    await until(
      "the first point is there, and the training step is compiled now",
      () => server.events(run).some(({ event }) => event.kind === "measurement"),
      60_000,
    );
    await cancelled(run);
  });

  test("while it trains, with steps of a second and more", async () => {
    const dataset = { ...clusters, trainPerClass: 2000 };
    const run = await server.assign("cancelled", 50_000, undefined, { depth: 12, width: 256, dataset });
    await until("it trains", () => server.heartbeats.at(-1)?.runs.some(({ step }) => (step ?? 0) > 1) ?? false, 90_000);
    await cancelled(run);
  });
});
