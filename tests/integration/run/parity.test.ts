import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, test } from "vitest";
import { effectiveRidge } from "../../../contract/config/regularizer.ts";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import type { Dataset } from "../../../workers/data/dataset.ts";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import type { Engine } from "../../../workers/engine/engine.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import { initializeParameters, parameterSlice } from "../../../workers/models/parameterLayout.ts";
import { learningRateAt } from "../../../workers/training/schedule.ts";
import { makeTrainer } from "../../../workers/training/train.ts";
import { dataOf, smallRun } from "../../unit/workers/builders.ts";
import { imageRun, textRun } from "../../unit/workers/data/tokenData.ts";

const compiled = await createEngine({ device: "cpu", engine: "compiled" });

/** A Python that has PyTorch, or null. */
const python = [process.env.COLLAPSAR_TORCH_PYTHON, "python3"].find(
  (name) => name && spawnSync(name, ["-c", "import torch"], { timeout: 60_000 }).status === 0,
);

const training = { steps: 50, learningRate: 0.005 };
const slack = { family: "slack", lambda: 0.01, rho: 0.2 };
const features = { family: "features", lambdaW: 0.01, lambdaH: 0.002, lambdaB: 0.1 };
const onVectors = (overrides: Parameters<typeof smallRun>[0]) => {
  const config = smallRun({ training, ...overrides });
  return { config, data: dataOf(config) };
};

const cases: [string, () => { config: RunConfig; data: Dataset }][] = [
  ["RN1", () => onVectors({ architecture: "rn1", depth: 4 })],
  ["RN1, pre-LN, ridge on features", () => onVectors({ normalization: "pre-ln", regularizer: features, headBias: true })],
  ["RN2, squared error, slack", () => onVectors({ architecture: "rn2", loss: "mse", headBias: true, regularizer: slack })],
  ["T11 on images", () => imageRun({ training })],
  ["T11 on images, first definition", () => imageRun({ training, definition: undefined })],
  ["T22 on texts, pre-LN, two heads", () => textRun({ training, architecture: "t22", normalization: "pre-ln", heads: 2 })],
  ["T12 on texts, pre-LN without first LN", () => textRun({ training, architecture: "t12", normalization: "pre-ln-open" })],
  [
    "T21 on texts, pre-LN, first definition",
    () => textRun({ training, architecture: "t21", normalization: "pre-ln", definition: undefined }),
  ],
  ["convolutional", () => imageRun({ training, architecture: "conv", patch: undefined })],
  [
    "convolutional, pre-LN, slack",
    () => imageRun({ training, architecture: "conv", patch: undefined, normalization: "pre-ln", regularizer: slack }),
  ],
  [
    "deep free features under ReLU, a λ of each layer",
    () =>
      onVectors({
        architecture: "dufm",
        activation: "relu",
        depth: 4,
        regularizer: { ...features, lambdaHidden: [0.003, 0.02, 0.01] },
      }),
  ],
  [
    "deep free features, linear, squared error",
    () =>
      onVectors({
        architecture: "dufm",
        depth: 3,
        loss: "mse",
        headBias: true,
        regularizer: { ...features, lambdaHidden: 0.004 },
      }),
  ],
  ["free features on the sphere", () => onVectors({ architecture: "ufm", depth: 1 })],
  [
    "free features with a ridge, squared error",
    () => onVectors({ architecture: "ufm", depth: 1, loss: "mse", regularizer: features, headBias: true }),
  ],
];

async function fitsBy(engine: Engine, config: RunConfig, data: Dataset): Promise<number[]> {
  const network = networkOf(config, data);
  const trainer = await makeTrainer(engine, config, network, data, { parameters: firstValues(config, data) });
  const fits: number[] = [];
  for await (const { fit } of trainer.train(0)) fits.push(fit);
  await trainer.dispose();
  return fits;
}

const networkOf = (config: RunConfig, data: Dataset) => defineNetwork(config, data);
const firstValues = (config: RunConfig, data: Dataset) => initializeParameters(networkOf(config, data).parameters, config.seed);

/** One process for all cases: PyTorch takes seconds to load. */
function fitsByTorch(executable: string): number[][] {
  const input = JSON.stringify(cases.map(([, make]) => caseForTorch(make())));
  const script = new URL("parity_torch.py", import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(executable, [script], { input, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function caseForTorch({ config, data }: { config: RunConfig; data: Dataset }) {
  const specs = networkOf(config, data).parameters;
  const flat = firstValues(config, data);
  const { train, dimension } = data;
  return {
    config,
    input: data.input,
    parameters: Object.fromEntries(
      specs.map(({ name, shape }) => [name, { shape, values: Array.from(parameterSlice(flat, specs, name)) }]),
    ),
    penalties: Object.fromEntries(specs.map(({ name, penalty }) => [name, penalty])),
    ridge: effectiveRidge(config.regularizer, config.depth),
    x: Array.from({ length: train.count }, (_, i) => Array.from(train.inputs.subarray(i * dimension, (i + 1) * dimension))),
    y: Array.from(train.labels),
    rates: Array.from({ length: config.training.steps }, (_, at) => learningRateAt(config.training, at + 1)),
  };
}

async function fitsByEager(): Promise<number[][]> {
  const eager = await createEngine({ device: "cpu", engine: "eager" });
  const all: number[][] = [];
  for (const [, make] of cases) {
    const { config, data } = make();
    all.push(await fitsBy(eager, config, data));
  }
  return all;
}

const beside = python ? "PyTorch" : "TensorFlow.js' own kernels (no python3 with PyTorch is here)";

describe(`50 steps of training, compiled, beside ${beside}`, () => {
  let expected: number[][];
  beforeAll(async () => {
    expected = python ? fitsByTorch(python) : await fitsByEager();
  });

  test.each(cases.map(([name, make], at) => [name, make, at] as const))("%s: the same losses", async (_, make, at) => {
    const { config, data } = make();
    const found = await fitsBy(compiled, config, data);
    expect(found).toHaveLength(50);
    expect(expected[at]).toHaveLength(50);
    expect(Math.min(...found)).toBeLessThan(0.9 * found[0]);
    found.forEach((fit, step) => {
      expect(Math.abs(fit - expected[at][step]) / fit, `step ${step}`).toBeLessThan(1e-4);
    });
  });
});
