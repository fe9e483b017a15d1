/**
 * Promised against taken time, the real server and the real worker: five kinds of studies, each first where nothing like it has been
 * measured (the promise is a guess), then deeper and longer, where the first ones have.
 * `node tests/bench/estimates.ts [--slots 1]`
 */
import { cpus, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { afterTraining } from "../../contract/config/afterTraining.ts";
import type { ExperimentConfig } from "../../contract/config/experimentConfig.ts";
import { trainingConfig } from "../../contract/config/trainingConfig.ts";
import { datasetConfig } from "../../contract/data/datasetConfig.ts";
import { connect, smallStudy } from "../support/builders/study.ts";
import { ServerProcess } from "../support/processes/serverProcess.ts";
import { makeFolder, realWorker, removeFolder, WorkerProcess } from "../support/processes/workerProcess.ts";

const { values: flags } = parseArgs({ options: { slots: { type: "string", default: "1" } } });
const pictures = (trainPerClass: number) => datasetConfig.parse({ id: "fashion-mnist-mini", trainPerClass, testPerClass: 20 });
const log = (perDecade: number) => ({ name: "log" as const, perDecade });

/** A kind of study by its size: 1 at first, 2 once that is known. */
const kinds: Record<string, (size: 1 | 2) => Partial<ExperimentConfig>> = {
  "measured at every step": (size) => ({
    datasets: [pictures(40)],
    depths: [3 + 2 * size],
    widths: [32],
    training: trainingConfig.parse({ steps: 250 * size }),
    measuring: { name: "every", steps: 1 },
  }),
  "few measurements": (size) => ({
    datasets: [pictures(50)],
    depths: [4 + 2 * size],
    training: trainingConfig.parse({ steps: 1_000 * size }),
    measuring: log(2),
  }),
  "mini-batches": (size) => ({
    datasets: [pictures(100)],
    depths: [4 * size],
    training: trainingConfig.parse({ steps: 3_000 * size, batch: 50 }),
    measuring: log(10),
  }),
  "after training": (size) => ({
    datasets: [pictures(50)],
    depths: [3 * size],
    training: trainingConfig.parse({ steps: 100 }),
    measuring: log(3),
    afterTraining: afterTraining.parse({
      robustness: { samples: 100 * size },
      transfer: { dataset: pictures(100) },
    }),
  }),
  convolution: (size) => ({
    architectures: [{ name: "conv", normalization: "post-ln" }],
    datasets: [pictures(20)],
    depths: [2 + size],
    widths: [16],
    training: trainingConfig.parse({ steps: 60 * size }),
    measuring: log(5),
  }),
};

const server = await ServerProcess.start();
const api = connect(server.url);
const { token } = await api.workers.createToken.mutate({ name: "bench" });
const folder = makeFolder();
const worker = new WorkerProcess(realWorker, folder, server.url, token, ["--slots", flags.slots, "--device", "cpu"]);
try {
  while (!(await api.workers.list.query()).some(({ connected }) => connected)) await sleep(200);
  // Its first run, so that the worker is warm.
  await take(smallStudy({ depths: [2], steps: 10 }));
  console.log(`${cpus().length} × ${cpus()[0].model.trim()}; slots ${flags.slots}`);
  for (const size of [1, 2] as const) {
    const promises: [string, ExperimentConfig, number | null][] = [];
    for (const [name, make] of Object.entries(kinds)) {
      const config = smallStudy({ widths: [64], ...make(size) });
      promises.push([name, config, (await api.experiments.estimate.query(config)).timeMs]);
    }
    console.log(`\n${size === 1 ? "a guess, before a run of the kind" : "deeper and longer, the kind is known"}`);
    for (const [name, config, promisedMs] of promises) {
      const takenMs = await take(config);
      const [promised, taken] = [(promisedMs ?? Number.NaN) / 1000, takenMs / 1000];
      const off = ((promised / taken - 1) * 100).toFixed(0);
      console.log(
        `${name.padEnd(24)} promised ${promised.toFixed(1).padStart(6)} s, took ${taken.toFixed(1).padStart(6)} s: ${off.padStart(4)} %, load ${loadavg()[0].toFixed(1)}`,
      );
    }
  }
} finally {
  worker.child.kill("SIGTERM");
  await worker.exited;
  await server.stop();
  removeFolder(folder);
}

/** Launches a study and waits for its end. @returns ms */
async function take(config: ExperimentConfig): Promise<number> {
  const startedAt = performance.now();
  const { id } = await api.experiments.launch.mutate({ name: "bench", config });
  for (;;) {
    await sleep(100);
    const { status, runs } = await api.experiments.get.query({ id });
    if (status === "finished") return performance.now() - startedAt;
    const failed = runs.find(({ failure }) => failure !== null);
    if (failed) throw new Error(failed.failure?.message);
  }
}
