import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { hiddenMatrices } from "../../../../contract/config/hiddenMatrices.ts";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { imageShape } from "../../../../contract/data/datasetConfig.ts";
import { matrix as doubles } from "../../../../math/linear/matrix.ts";
import { singularValues } from "../../../../math/linear/singularValues.ts";
import { createEngine } from "../../../../workers/engine/createEngine.ts";
import type { Engine } from "../../../../workers/engine/engine.ts";
import { defineNetwork } from "../../../../workers/models/defineNetwork.ts";
import type { ParameterSpec } from "../../../../workers/models/network.ts";
import { parameterCount } from "../../../../workers/models/parameterLayout.ts";
import { isOrthogonalized } from "../../../../workers/training/muon.ts";
import { orthogonalize } from "../../../../workers/training/orthogonalize.ts";
import { makeTrainer } from "../../../../workers/training/train.ts";
import { dataOf, smallRun } from "../builders.ts";
import { families } from "../families.ts";

tf.enableProdMode();
const engines = {
  compiled: await createEngine({ device: "cpu", engine: "compiled" }),
  eager: await createEngine({ device: "cpu", engine: "eager" }),
};

/** Parameters after 20 steps, by optimizerSteps.py beside this file: numpy in float64, with gradients written by hand. */
const expected: Record<string, number[]> = JSON.parse(readFileSync(new URL("optimizerSteps.json", import.meta.url), "utf8"));

const ridge = { family: "weights", objective: "split", lambda: 0.2, headLambda: 0.1 };
const moments = { beta1: 0.9, beta2: 0.99, epsilon: 1e-3 };
interface Given {
  optimizer: object;
  learningRate: number;
  regularizer?: object;
}
const given: Record<string, Given[]> = {
  "Adam c=0.3": [{ optimizer: { name: "adam", share: 0.3, ...moments }, learningRate: 0.01 }],
  // The family that stored studies have, and how a new one says the same.
  AdamW: [
    { optimizer: { name: "adam", ...moments }, learningRate: 0.01, regularizer: { family: "adamw", lambda: 0.2 } },
    {
      optimizer: { name: "adam", share: 0, ...moments },
      learningRate: 0.01,
      regularizer: { family: "weights", lambda: 0.2 },
    },
  ],
  SGDW: [{ optimizer: { name: "sgd", share: 0 }, learningRate: 0.05 }],
  "SGD c=0.5": [{ optimizer: { name: "sgd", share: 0.5 }, learningRate: 0.05 }],
  Signum: [{ optimizer: { name: "signum" }, learningRate: 0.002 }],
  "Signum c=0.25": [{ optimizer: { name: "signum", share: 0.25 }, learningRate: 0.002 }],
  Muon: [{ optimizer: { name: "muon", adamRate: 0.004, ...moments }, learningRate: 0.01 }],
  "Muon c=0.4, no Nesterov": [
    {
      optimizer: { name: "muon", momentum: 0.8, nesterov: false, share: 0.4, adamRate: 0.004, ...moments },
      learningRate: 0.01,
    },
  ],
};

const wave = (length: number, of: (i: number) => number) => Float32Array.from({ length }, (_, i) => of(i));

async function after20(engine: Engine, { optimizer, learningRate, regularizer = ridge }: Given): Promise<Float32Array> {
  const config: RunConfig = smallRun({
    dataset: { id: "random-labels", classes: 3, dimension: 4, trainPerClass: 3, testPerClass: 3 },
    width: 5,
    regularizer,
    training: { steps: 20, optimizer, learningRate, warmupSteps: 4, schedule: { name: "cosine", floor: 0.1 } },
  });
  const data = dataOf(config);
  const count = data.train.count;
  const inputs = wave(4 * count, (i) => 1.5 * Math.cos(2.1 * i + 0.2));
  const labels = Uint16Array.from({ length: count }, (_, i) => i % 3);
  const dataset = { ...data, train: { count, inputs, labels } };
  const network = defineNetwork(config, dataset);
  const parameters = wave(parameterCount(network.parameters), (i) => 0.6 * Math.sin(1.3 * i + 0.4));
  const trainer = await makeTrainer(engine, config, network, dataset, { parameters });
  for await (const { step } of trainer.train(0)) expect(step).toBeLessThanOrEqual(20);
  const state = await trainer.step.readState();
  await trainer.dispose();
  return state.parameters;
}

const relative = (found: Float32Array, wanted: readonly number[]) =>
  Math.sqrt(
    wanted.reduce((sum, value, i) => sum + (found[i] - value) ** 2, 0) / wanted.reduce((sum, value) => sum + value ** 2, 0),
  );

describe.each(Object.entries(engines))("20 steps, %s, are those of numpy in float64 to 1e-6", (_, engine) => {
  test.each(Object.entries(given))("%s", async (name, runs) => {
    for (const run of runs) {
      const found = await after20(engine, run);
      expect(found).toHaveLength(expected[name].length);
      expect(relative(found, expected[name])).toBeLessThan(1e-6);
    }
  });
});

describe("Muon's matrices", () => {
  test.each(families)("are those that are counted: $name", ({ run }) => {
    const { config, data } = run();
    // A ResNet's stem is counted by the channels of its data set's pictures, and those made here have others.
    const image = config.architecture === "resnet" ? imageShape(config.dataset) : null;
    const found = defineNetwork(config, image ? { ...data, input: { kind: "image", ...image } } : data)
      .parameters.filter(isOrthogonalized)
      .map(({ shape }) => shape.join(" × "));
    const counted = hiddenMatrices(config, data.dimension).flatMap(({ rows, columns, count }) =>
      new Array<string>(count).fill(`${rows} × ${columns}`),
    );
    expect(found.sort()).toEqual(counted.sort());
  });

  test("are the hidden ones with more than one row and column; a filter is a row", () => {
    const spec = (penalty: ParameterSpec["penalty"], ...shape: number[]): ParameterSpec => ({
      name: "W",
      shape,
      penalty,
      deviation: 1,
    });
    expect([spec("hidden", 4, 3), spec("hidden", 4, 1, 3, 3)].map(isOrthogonalized)).toEqual([true, true]);
    const others = [spec("hidden", 4, 1), spec("hidden", 1, 4), spec("hidden", 4), spec("head", 4, 3), spec("free", 4, 3)];
    expect(others.map(isOrthogonalized)).toEqual(others.map(() => false));
  });
});

describe("orthogonalize", () => {
  const valuesOf = (x: tf.Tensor2D) => singularValues(doubles(...x.shape, x.dataSync())).values;
  const matrix = (rows: number, columns: number, scale = 1) =>
    tf.tensor2d(
      wave(rows * columns, (i) => scale * Math.sin(12.9898 * (i + 1) ** 1.5)),
      [rows, columns],
    );

  test.each([
    ["square", 8, 8, 1],
    ["wide", 5, 40, 1],
    ["tall", 40, 5, 1],
    ["of tiny entries", 8, 12, 1e-30],
    ["of huge entries", 8, 12, 1e30],
    ["a row", 1, 7, 1],
  ])("%s: all singular values are between 0.68 and 1.21, and the singular vectors stay", (_, rows, columns, scale) => {
    const x = matrix(rows, columns, scale);
    const y = orthogonalize(x);
    const scaled = valuesOf(tf.div(x, scale));
    const norm = Math.hypot(...scaled);
    expect(Math.min(...scaled) / norm).toBeGreaterThan(0.002);
    const values = valuesOf(y);
    expect(values).toHaveLength(Math.min(rows, columns));
    for (const value of values) {
      expect(value).toBeGreaterThan(0.68);
      expect(value).toBeLessThan(1.21);
    }
    // X yᵀ = U Σ f(Σ) Uᵀ is symmetric.
    const product = tf.matMul(tf.div(x, scale), y, false, true);
    const skew = tf.max(tf.abs(tf.sub(product, tf.transpose(product)))).dataSync()[0];
    expect(skew / tf.max(tf.abs(product)).dataSync()[0]).toBeLessThan(1e-4);
  });

  test("a matrix of zeros stays one", () => {
    expect(Array.from(orthogonalize(tf.zeros([3, 5])).dataSync())).toEqual(new Array(15).fill(0));
  });
});
