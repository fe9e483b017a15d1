import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { newestCheckpoint, writeCheckpoint } from "../../../workers/checkpoints/checkpointFolder.ts";
import type { Dataset } from "../../../workers/data/dataset.ts";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import { makeObserver, type Observation } from "../../../workers/measure/observer.ts";
import { runOptimum } from "../../../workers/measure/runOptimum.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import type { ParameterSpec } from "../../../workers/models/network.ts";
import { initializeParameters, sizeOf } from "../../../workers/models/parameterLayout.ts";
import { makeTrainer, type TrainingState } from "../../../workers/training/train.ts";
import { dataOf, smallRun } from "../../unit/workers/builders.ts";
import { imageRun, textRun } from "../../unit/workers/data/tokenData.ts";
import { gradientBy } from "../../unit/workers/gradientBy.ts";

const compiled = await createEngine({ device: "cpu", engine: "compiled" });
const eager = await createEngine({ device: "cpu", engine: "eager" });

type Overrides = Parameters<typeof smallRun>[0];
type Given = { config: RunConfig; data: Dataset };

const steps = 20;
// Adam's usual ε magnifies rounding where a gradient is nearly zero.
const training = { steps, learningRate: 0.02, optimizer: { name: "adam", epsilon: 1e-3 } };
const [lambda, headLambda] = [0.01, 0.02];
const regularizer = { family: "weights", objective: "split", lambda, headLambda };

const onVectors = (overrides: Overrides): Given => {
  const config = smallRun(overrides);
  return { config, data: dataOf(config) };
};
const networks: { name: string; architecture: string; of: (overrides: Overrides) => Given }[] = [
  { name: "RN1", architecture: "rn1", of: onVectors },
  { name: "RN2", architecture: "rn2", of: onVectors },
  ...["t11", "t12", "t21", "t22"].flatMap((architecture) => [
    { name: `${architecture.toUpperCase()} on images`, architecture, of: (given: Overrides) => imageRun(given) },
    { name: `${architecture.toUpperCase()} on texts`, architecture, of: (given: Overrides) => textRun(given) },
  ]),
  { name: "convolutional", architecture: "conv", of: (given) => imageRun({ ...given, patch: undefined }) },
  {
    name: "MLP of several widths",
    architecture: "mlp",
    of: (given) => onVectors({ ...given, normalization: "post-ln", activation: "tanh", depth: 3, widths: [12, 5, 8] }),
  },
  { name: "free features", architecture: "ufm", of: (given) => onVectors({ ...given, depth: 1 }) },
];
const losses = [
  { loss: "ce", normalization: "post-ln", headBias: false },
  { loss: "mse", normalization: "pre-ln", headBias: true },
];
const cells = networks.flatMap((network) => losses.map((loss) => ({ ...network, ...loss })));

interface Trained {
  fits: number[];
  /** Measured before the first and after the last update. */
  observed: Observation[];
  state: TrainingState;
}

/** Runs the updates after `from` up to `to`. */
async function train({ config, data }: Given, start: TrainingState, from = 0, to = steps): Promise<Trained> {
  const network = defineNetwork(config, data);
  const observer = await makeObserver(compiled, config, network, data, runOptimum(config, data.resolved.trainCounts));
  const trainer = await makeTrainer(compiled, config, network, data, start);
  const fits: number[] = [];
  const observed = [await observer.observe(from, trainer.step)];
  for await (const done of trainer.train(from)) {
    fits.push(done.fit);
    if (done.step === to) break;
  }
  observed.push(await observer.observe(to, trainer.step));
  const state = await trainer.step.readState();
  await trainer.dispose();
  await observer.dispose();
  return { fits, observed, state };
}

const specsOf = ({ config, data }: Given) => defineNetwork(config, data).parameters;

/** First values; the biases too are not 0. */
function startOf(given: Given): Float32Array {
  const parameters = initializeParameters(specsOf(given), 3);
  for (let i = 0; i < parameters.length; i++) if (parameters[i] === 0) parameters[i] = 0.1 * Math.sin(i);
  return parameters;
}

/** ½ Σ λ w² over the penalized matrices of a kind. */
function ridgeOf(flat: Float32Array, specs: ParameterSpec[], penalty: ParameterSpec["penalty"], strength: number): number {
  let [at, sum] = [0, 0];
  for (const spec of specs)
    for (const end = at + sizeOf(spec); at < end; at++) if (spec.penalty === penalty) sum += (strength / 2) * flat[at] ** 2;
  return sum;
}

/** The vector with the columns of the free features in another order; a network has none. */
function turnFeatures(flat: Float32Array, specs: ParameterSpec[], order: number[]): Float32Array {
  const turned = flat.slice();
  let at = 0;
  for (const spec of specs) {
    if (spec.penalty === "features")
      for (let i = 0; i < sizeOf(spec); i++) {
        const [row, column] = [Math.floor(i / order.length), i % order.length];
        turned[at + i] = flat[at + row * order.length + order[column]];
      }
    at += sizeOf(spec);
  }
  return turned;
}

describe.each(cells)("$name, $loss, $normalization", ({ architecture, of, loss, normalization, headBias }) => {
  const given = of({ architecture, loss, normalization, headBias, regularizer, training });
  const parameters = startOf(given);
  let whole: Trained;
  beforeAll(async () => {
    whole = await train(given, { parameters });
  });

  test("the compiled gradient is the one of TensorFlow.js' own kernels", async () => {
    for (const other of ["post-ln", "pre-ln"]) {
      const { config, data } = of({ architecture, loss, normalization: other, headBias, regularizer, training });
      const a = await gradientBy(compiled, config, data, parameters);
      const b = await gradientBy(eager, config, data, parameters);
      const size = Math.sqrt(a.reduce((sum, g) => sum + g * g, 0));
      expect(size).toBeGreaterThan(1e-2);
      a.forEach((g, i) => {
        expect(Math.abs(g - b[i]) / size, `parameter ${i}, ${other}`).toBeLessThan(5e-6);
      });
    }
  });

  test("the loss falls, J is never below L*, and the gap splits exactly", () => {
    const { config, data } = given;
    const optimum = runOptimum(config, data.resolved.trainCounts);
    if (optimum.method === "none") throw new Error(optimum.reason);
    expect(whole.fits[steps - 1]).toBeLessThan(0.9 * whole.fits[0]);
    [parameters, whole.state.parameters].forEach((flat, at) => {
      const { values } = whole.observed[at];
      const head = ridgeOf(flat, specsOf(given), "head", headLambda);
      const hidden = ridgeOf(flat, specsOf(given), "hidden", lambda);
      const objective = values["train/fit"] + head + hidden;
      expect(objective).toBeGreaterThanOrEqual(optimum.loss);
      const close = (value: number, expected: number) =>
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected));
      close(values["train/loss"], objective);
      close(values["train/gap.total"], (objective - optimum.loss) / optimum.loss);
      close(values["train/gap.head"], (values["train/fit"] + head - optimum.loss) / optimum.loss);
      close(values["train/gap.representation"], hidden / optimum.loss);
      close(values["train/gap.head"] + values["train/gap.representation"], values["train/gap.total"]);
      expect(values["train/gap.head"]).toBeGreaterThanOrEqual(0);
      expect(hidden > 0).toBe(architecture !== "ufm");
    });
  });

  test("the order of the samples changes nothing in full batch", async () => {
    const { config, data } = given;
    const { train: set, dimension } = data;
    const order = Array.from({ length: set.count }, (_, i) => (5 * i + 3) % set.count);
    expect(new Set(order).size).toBe(set.count);
    const turned = {
      count: set.count,
      labels: Uint16Array.from(order, (i) => set.labels[i]),
      inputs: Float32Array.from(order.flatMap((i) => [...set.inputs.subarray(i * dimension, (i + 1) * dimension)])),
    };
    expect(turned.labels).not.toEqual(set.labels);
    const specs = specsOf(given);
    const start = turnFeatures(parameters, specs, order);
    const other = await train({ config, data: { ...data, train: turned } }, { parameters: start });
    whole.fits.forEach((fit, i) => {
      expect(Math.abs(fit - other.fits[i]) / fit).toBeLessThan(2e-5);
    });
    const expected = turnFeatures(whole.state.parameters, specs, order);
    other.state.parameters.forEach((value, i) => {
      expect(Math.abs(value - expected[i])).toBeLessThan(2e-5);
    });
    const [a, b] = [whole.observed[1].values, other.observed[1].values];
    expect(Object.keys(b)).toEqual(Object.keys(a));
    for (const [key, value] of Object.entries(a))
      expect(Math.abs(value - b[key]), key).toBeLessThan(2e-4 * (1 + Math.abs(value)));
  });

  test("resumed from a checkpoint, the run continues as if it had not been interrupted", async () => {
    const folder = mkdtempSync(join(tmpdir(), "checkpoints-"));
    const config = JSON.stringify(given.config);
    const first = await train(given, { parameters }, 0, 7);
    writeCheckpoint(folder, { step: 7, elapsedMs: 0, config, state: first.state, frame: null });
    const checkpoint = newestCheckpoint(folder, config, () => {});
    rmSync(folder, { recursive: true });
    if (!checkpoint) throw new Error("the checkpoint is not found");
    const second = await train(given, checkpoint.state, checkpoint.step);
    const fits = [...first.fits, ...second.fits];
    expect(fits).toHaveLength(steps);
    whole.fits.forEach((fit, i) => {
      expect(Math.abs(fit - fits[i]) / fit).toBeLessThan(1e-6);
    });
    const [a, b] = [whole.observed[1].values, second.observed[1].values];
    expect(Object.keys(b)).toEqual(Object.keys(a));
    for (const [key, value] of Object.entries(a))
      expect(Math.abs(value - b[key]), key).toBeLessThanOrEqual(1e-6 * Math.abs(value));
  });
});
