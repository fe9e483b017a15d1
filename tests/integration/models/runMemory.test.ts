import { fork } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type RunConfig, runConfig } from "../../../contract/config/runConfig.ts";
import { type DatasetConfig, datasetConfig, type InputShape, imageShape } from "../../../contract/data/datasetConfig.ts";
import { datasetSizes } from "../../../contract/data/datasetSizes.ts";
import { runMemory, stepNumbers } from "../../../contract/launch/runMemory.ts";
import { traceStep } from "../../../workers/engine/traceDefinition.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import { parameterCount } from "../../../workers/models/parameterLayout.ts";
import { defineStep } from "../../../workers/training/defineStep.ts";

const images = datasetConfig.parse({ id: "fashion-mnist-mini" });
const texts = datasetConfig.parse({ id: "sentence-polarity" });
const vectors = datasetConfig.parse({ id: "gaussian-clusters", classes: 10, dimension: 50, trainPerClass: 20, testPerClass: 2 });

function make(architecture: string, dataset: DatasetConfig, change: object = {}): RunConfig {
  return runConfig.parse({
    dataset,
    architecture,
    normalization: "post-ln",
    depth: architecture === "ufm" ? 1 : 8,
    width: 64,
    loss: "ce",
    headBias: false,
    regularizer: { family: "weights" },
    training: { steps: 2 },
    measuring: { name: "log", perDecade: 1 },
    seed: 0,
    device: "cpu",
    ...change,
  });
}

function traced(config: RunConfig, samples: number) {
  const { classes, inputDim: dimension } = datasetSizes(config.dataset);
  const image = imageShape(config.dataset);
  const input: InputShape = image
    ? { kind: "image", ...image }
    : "vocabulary" in config.dataset
      ? { kind: "text", length: config.dataset.maxLength, vocabulary: config.dataset.vocabulary }
      : { kind: "vector", dimension };
  const network = defineNetwork(config, { classes, dimension, input, train: { count: samples } });
  const definition = defineStep(config, network, {
    x: { shape: [samples, dimension], data: new Float32Array(samples * dimension) },
    y: { shape: [classes, samples], data: new Float32Array(samples * classes) },
  });
  const views = Object.keys(definition.state).flatMap((name) => [`state.${name}`, `next.state.${name}`]);
  const { heldBytes } = traceStep(definition, { embedUpTo: 32 * 2 ** 20, views });
  return { heldBytes, parameters: parameterCount(network.parameters) };
}

const cases: [RunConfig, number][] = [
  ...(["rn1", "rn2", "ufm"] as const).map((name): [RunConfig, number] => [make(name, vectors), 1000]),
  ...(["rn1", "rn2", "t11", "t22", "conv"] as const).map((name): [RunConfig, number] => [
    make(name, images, { normalization: "pre-ln" }),
    150,
  ]),
  ...(["t11", "t12", "t21", "t22"] as const).map((name): [RunConfig, number] => [make(name, images), 300]),
  ...(["t11", "t22"] as const).map((name): [RunConfig, number] => [make(name, images, { heads: 4 }), 300]),
  ...(["t11", "t12", "t21", "t22"] as const).map((name): [RunConfig, number] => [make(name, texts), 100]),
  [make("t11", images, { definition: 2, normalization: "pre-ln" }), 200],
  [make("t22", texts, { definition: 2, depth: 3 }), 100],
  [make("rn1", images, { definition: 2, normalization: "pre-ln" }), 500],
  [make("t22", texts, { heads: 4, depth: 3 }), 100],
  [make("t11", images, { patch: 4 }), 100],
  [make("rn1", images, { depth: 2 }), 2000],
  [make("rn1", images, { depth: 34, width: 256 }), 100],
  [make("rn2", images, { depth: 8, width: 512, headBias: true }), 100],
  [make("conv", images, { depth: 2, width: 8 }), 100],
  [make("conv", images, { depth: 12, width: 16 }), 100],
  [make("conv", datasetConfig.parse({ id: "cifar10" }), { depth: 4, width: 16 }), 100],
  ...[9, 18, 20, 34].map((depth): [RunConfig, number] => [make("resnet", images, { depth, width: 64 }), 32]),
  [make("resnet", datasetConfig.parse({ id: "cifar10" }), { depth: 18, width: 128, headBias: true }), 16],
  [make("mlp", vectors), 1000],
  ...["relu", "gelu", "tanh"].map((activation): [RunConfig, number] => [make("mlp", images, { activation }), 500]),
  ...["relu", "gelu", "tanh"].map((activation): [RunConfig, number] => [
    make("mlp", images, { normalization: "none", activation, headBias: true }),
    500,
  ]),
  ...["relu", "gelu"].map((activation): [RunConfig, number] => [
    make("mlp", images, { activation, depth: 4, widths: [512, 256, 128, 64] }),
    500,
  ]),
  [make("ufm", images, { width: 512 }), 500],
];

test.each(cases)("what a step holds is near what its graph holds, as it is traced: %#", (config, samples) => {
  const { heldBytes, parameters } = traced(config, samples);
  const estimate = stepNumbers(config, datasetSizes(config.dataset), samples);
  const about = JSON.stringify([config.architecture, config.normalization, config.depth, config.width, config.dataset.id]);
  // Free features are those of the samples.
  expect(estimate.parameters, about).toBe(parameters);
  const ratio = (4 * estimate.held) / heldBytes;
  expect(ratio, about).toBeGreaterThan(0.75);
  expect(ratio, about).toBeLessThan(1.5);
});

test.each(["muon", "signum", "sgd"])(
  "a step of %s holds no more than is counted beside the state, whatever the width",
  (name) => {
    for (const width of [16, 64, 128, 256]) {
      const config = make("rn1", vectors, { width, training: { steps: 2, optimizer: { name } } });
      const { heldBytes } = traced(config, 20);
      expect(4 * stepNumbers(config, datasetSizes(config.dataset), 20).held).toBeGreaterThan(0.75 * heldBytes);
    }
  },
);

/** The most that a run's process ever held, bytes. */
async function peakOf(config: RunConfig): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "memory-"));
  const program = new URL("../../../workers/run/main.ts", import.meta.url).pathname;
  const execPath = new URL("../../../node_modules/.bin/node", import.meta.url).pathname;
  const child = fork(program, { execPath, stdio: ["ignore", "ignore", "ignore", "ipc"] });
  let peak = 0;
  const look = () => {
    try {
      const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1];
      peak = Math.max(peak, 1024 * Number(kilobytes ?? 0));
    } catch {
      // It is gone.
    }
  };
  const timer = setInterval(look, 10);
  child.on("message", (message: { type: string }) => {
    look();
    if (message.type !== "ready") return;
    const assignment = {
      runId: "00000000-0000-4000-8000-000000000001",
      attempt: 1,
      lease: "x".repeat(20),
      config,
      experimentName: "",
    };
    const paths = {
      spool: join(folder, "spool", "run.jsonl"),
      checkpoints: join(folder, "c"),
      datasets: null,
      datasetCache: join(folder, "d"),
    };
    child.send({ type: "assign", runs: [{ assignment, paths }], device: "cpu", threads: 1 });
  });
  const [code] = await new Promise<[number | null]>((resolve) => child.once("exit", (status) => resolve([status])));
  clearInterval(timer);
  rmSync(folder, { recursive: true });
  expect(code).toBe(0);
  return peak;
}

const clusters = (dimension: number, trainPerClass: number) =>
  datasetConfig.parse({ id: "gaussian-clusters", classes: 10, dimension, trainPerClass, testPerClass: 20 });

test.runIf(existsSync("/proc/self/status"))(
  "what a run needs is near the most that its process really holds",
  async () => {
    for (const config of [
      make("rn1", clusters(200, 600), { depth: 24 }),
      make("rn2", clusters(100, 10), { depth: 8, width: 768 }),
      make("t22", images, { depth: 6 }),
      make("rn1", clusters(50, 2)),
      make("rn1", clusters(50, 20), { depth: 20, width: 512 }),
    ]) {
      const ratio = runMemory(config).total / (await peakOf(config));
      expect(ratio, `${config.architecture} L = ${config.depth}`).toBeGreaterThan(0.65);
      expect(ratio, `${config.architecture} L = ${config.depth}`).toBeLessThan(1.5);
    }
  },
  300_000,
);
