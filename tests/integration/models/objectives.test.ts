import { describe, expect, test } from "vitest";
import { effectiveRidge } from "../../../contract/config/regularizer.ts";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { matrixFromRows } from "../../../math/linear/matrix.ts";
import { slackTerm } from "../../../math/optimum/slackObjective.ts";
import type { Dataset } from "../../../workers/data/dataset.ts";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import { makeObserver } from "../../../workers/measure/observer.ts";
import { optimumSummary, runOptimum } from "../../../workers/measure/runOptimum.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import type { ParameterSpec } from "../../../workers/models/network.ts";
import { initializeParameters } from "../../../workers/models/parameterLayout.ts";
import { oneHot } from "../../../workers/training/batches.ts";
import { defineStep } from "../../../workers/training/defineStep.ts";
import { makeTrainer, type TrainingState } from "../../../workers/training/train.ts";
import { dataOf, smallRun } from "../../unit/workers/builders.ts";
import { gradientBy } from "../../unit/workers/gradientBy.ts";
import { nameParameters, referenceForward, referenceObjective } from "../../unit/workers/models/referenceNetwork.ts";

const compiled = await createEngine({ device: "cpu", engine: "compiled" });
const eager = await createEngine({ device: "cpu", engine: "eager" });

const features = { family: "features", lambdaW: 0.03, lambdaH: 0.002 };
const regularizers = [
  { name: "features", regularizer: features },
  { name: "features, penalized bias", regularizer: { ...features, lambdaB: 0.2 } },
  { name: "slack towards the simplex", regularizer: { family: "slack", lambda: 0.02, rho: 0.3 } },
  { name: "slack towards the orthogonal frame", regularizer: { family: "slack", lambda: 0.02, rho: 0.3, frame: "orthogonal" } },
  { name: "slack with ρ = 0", regularizer: { family: "slack", lambda: 0.02, rho: 0 } },
  { name: "weights", regularizer: { family: "weights", lambda: 0.02 } },
];
const losses = ["ce", "mse"].flatMap((loss) => [false, true].map((headBias) => ({ loss, headBias })));
const shaped = [
  { loss: "ce", smoothing: 0.1, headBias: true },
  { loss: "focal", gamma: 2, headBias: false },
  { loss: "focal", gamma: 0.5, headBias: false },
];
const kinds = [
  ...regularizers.slice(0, 4).flatMap((one) => losses.map((two) => ({ ...one, ...two }))),
  ...[0, 2, 5].flatMap((at) => shaped.map((two) => ({ ...regularizers[at], ...two }))),
].map((kind) => ({ smoothing: undefined, gamma: undefined, ...kind }));

/** J with its features' ridge and its slack, in float64 from the definitions. */
function wholeObjective(
  config: RunConfig,
  specs: ParameterSpec[],
  flat: ArrayLike<number>,
  { train, dimension }: Dataset,
): number {
  let value = referenceObjective(config, specs, flat, train);
  const named = nameParameters(specs, flat);
  const { features: lambdaH } = effectiveRidge(config.regularizer, config.depth);
  for (let i = 0; lambdaH > 0 && i < train.count; i++) {
    const x = Array.from(train.inputs.subarray(i * dimension, (i + 1) * dimension));
    const last = referenceForward(config, named, x).features[config.depth - 1];
    value += (lambdaH / 2) * last.reduce((sum, entry) => sum + entry * entry, 0);
  }
  if (config.regularizer.family === "slack")
    value += slackTerm(matrixFromRows(named[`W${config.depth}`]), config.regularizer).value;
  return value;
}

/** First values with biases that are not 0, so that their penalty is seen. */
function parametersOf(config: RunConfig, data: Dataset): { specs: ParameterSpec[]; parameters: Float32Array } {
  const { parameters: specs } = defineNetwork(config, data);
  const parameters = initializeParameters(specs, 3);
  for (let i = 0; i < parameters.length; i++) if (parameters[i] === 0) parameters[i] = 0.1 * Math.sin(i);
  return { specs, parameters };
}

async function trainRun(config: RunConfig, data: Dataset, from = 0, to?: number, state?: TrainingState) {
  const network = defineNetwork(config, data);
  const start = state ?? { parameters: initializeParameters(network.parameters, config.seed) };
  const trainer = await makeTrainer(compiled, config, network, data, start);
  const fits: number[] = [];
  for await (const done of trainer.train(from)) {
    fits.push(done.fit);
    if (done.step === to) break;
  }
  const end = await trainer.step.readState();
  await trainer.dispose();
  return { fits, state: end };
}

describe.each(kinds)("$name, $loss, bias $headBias, $smoothing $gamma", ({ regularizer, loss, headBias, smoothing, gamma }) => {
  const stated = { regularizer, loss, headBias, smoothing, gamma };

  test("the compiled gradient is the derivative of J, and the eager one the same", async () => {
    const config = smallRun({ ...stated, depth: 2, width: 6 });
    const data = dataOf(config);
    const { specs, parameters } = parametersOf(config, data);
    const gradient = await gradientBy(compiled, config, data, parameters);
    const size = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
    const point = Float64Array.from(parameters);
    const h = 1e-5;
    for (let i = 0; i < point.length; i++) {
      const at = (value: number) =>
        wholeObjective(
          config,
          specs,
          point.map((entry, j) => (i === j ? value : entry)),
          data,
        );
      const difference = (at(point[i] + h) - at(point[i] - h)) / (2 * h);
      expect(Math.abs(gradient[i] - difference) / size, `parameter ${i}`).toBeLessThan(2e-5);
    }
    const other = await gradientBy(eager, config, data, parameters);
    for (let i = 0; i < gradient.length; i++) expect(Math.abs(gradient[i] - other[i]) / size).toBeLessThan(2e-6);
  });

  test("J is the sum of its terms, never below L*, nears it, and the gap splits exactly", async () => {
    const config = smallRun({ ...stated, training: { steps: 300, learningRate: 0.02 } });
    const data = dataOf(config);
    const network = defineNetwork(config, data);
    const optimum = runOptimum(config, data.resolved.trainCounts);
    if (optimum.method === "none") throw new Error(optimum.reason);
    const observer = await makeObserver(compiled, config, network, data, optimum);
    const { specs, parameters } = parametersOf(config, data);
    const trainer = await makeTrainer(compiled, config, network, data, { parameters });
    const gaps: number[] = [];
    const check = async (step: number, source: Parameters<typeof observer.observe>[1], flat: Float32Array) => {
      const { values } = await observer.observe(step, source);
      const of = (metric: string) => values[`train/${metric}`] ?? 0;
      const terms = ["fit", "ridge.head", "ridge.hidden", "ridge.features", "ridge.bias", "slack"].map(of);
      expect(Math.abs(terms.reduce((sum, term) => sum + term, 0) - of("loss"))).toBeLessThan(1e-12 * of("loss"));
      const whole = wholeObjective(config, specs, flat, data);
      expect(Math.abs(of("loss") - whole)).toBeLessThan(1e-5 * whole);
      const gap = of("gap.total");
      expect(of("loss")).toBeGreaterThanOrEqual(optimum.loss);
      expect(of("gap.head")).toBeGreaterThanOrEqual(0);
      expect(Math.abs(of("gap.head") + of("gap.representation") - gap)).toBeLessThan(1e-6 * gap);
      expect(Math.abs((of("loss") - optimum.loss) / optimum.loss - gap)).toBeLessThan(1e-6 * gap);
      expect(Math.abs(of("gap.representation") * optimum.loss - of("ridge.hidden"))).toBeLessThan(1e-12);
      expect("train/ridge.features" in values).toBe(config.regularizer.family === "features");
      expect("train/slack" in values).toBe(config.regularizer.family === "slack");
      expect("train/ridge.bias" in values).toBe(headBias && "lambdaB" in regularizer);
      gaps.push(gap);
    };
    await check(0, { parameters }, parameters);
    for await (const { step } of trainer.train(0))
      if (step % 100 === 0) await check(step, trainer.step, (await trainer.step.readState()).parameters);
    expect(gaps[gaps.length - 1]).toBeLessThan(gaps[0] / 4);
    await trainer.dispose();
    await observer.dispose();
  });
});

describe.each(regularizers)("the loop with $name", ({ regularizer }) => {
  const common = { regularizer, headBias: true };

  test.each(["full", 6] as const)("interrupted and resumed is the uninterrupted run (batch %s)", async (batch) => {
    const config = smallRun({ ...common, training: { steps: 20, batch } });
    const data = dataOf(config);
    const whole = await trainRun(config, data);
    const first = await trainRun(config, data, 0, 7);
    const second = await trainRun(config, data, 7, undefined, first.state);
    expect([...first.fits, ...second.fits]).toEqual(whole.fits);
    expect(second.state).toEqual(whole.state);
  });

  test("the order of the samples changes nothing in full batch", async () => {
    const config = smallRun(common);
    const data = dataOf(config);
    const { train, dimension } = data;
    const order = Array.from({ length: train.count }, (_, i) => (7 * i) % train.count);
    expect(new Set(order).size).toBe(train.count);
    const turned = {
      ...data,
      train: {
        count: train.count,
        inputs: Float32Array.from(order.flatMap((i) => Array.from(train.inputs.subarray(i * dimension, (i + 1) * dimension)))),
        labels: Uint16Array.from(order, (i) => train.labels[i]),
      },
    };
    const [a, b] = [await trainRun(config, data), await trainRun(config, turned)];
    a.fits.forEach((fit, i) => {
      expect(Math.abs(fit - b.fits[i])).toBeLessThan(1e-5);
    });
  });

  test("the batches' gradients average to that of the whole set: the features of a batch count N/B times", async () => {
    const config = smallRun(common);
    const data = dataOf(config);
    const { parameters } = parametersOf(config, data);
    const whole = await gradientBy(compiled, config, data, parameters);
    const batch = 6;
    const plain = { ...config, training: { ...config.training, optimizer: { name: "sgd" as const, momentum: 0 } } };
    const { train, dimension, classes } = data;
    const step = await compiled.compileStep(defineStep(plain, defineNetwork(plain, data), { batch, of: train.count }));
    const mean = new Float64Array(whole.length);
    for (let from = 0; from < train.count; from += batch) {
      await step.writeState({ parameters });
      const x = train.inputs.subarray(from * dimension, (from + batch) * dimension);
      await step.run({ rate: 1, step: 1, x, y: oneHot(train.labels.subarray(from, from + batch), classes) });
      const after = (await step.readState()).parameters;
      for (let i = 0; i < mean.length; i++) mean[i] += ((parameters[i] - after[i]) * batch) / train.count;
    }
    const size = Math.sqrt(whole.reduce((sum, g) => sum + g * g, 0));
    for (let i = 0; i < mean.length; i++) expect(Math.abs(mean[i] - whole[i]) / size).toBeLessThan(2e-6);
    await step.dispose();
  });
});

describe("which optimum a run has", () => {
  const unequal = { id: "gaussian-clusters", classes: 3, dimension: 4, trainPerClass: 8, testPerClass: 4, imbalance: 0.5 };
  const slack = { family: "slack", lambda: 0.02, rho: 0.3 };
  test.each([
    [{ regularizer: features }, "closed-form", "simplex"],
    [{ regularizer: features, headBias: true }, "closed-form", "simplex"],
    [{ regularizer: { ...features, lambdaB: 0.2 }, headBias: true }, "closed-form", "simplex"],
    [{ regularizer: features, loss: "mse" }, "closed-form", "orthogonal"],
    [{ regularizer: features, loss: "mse", headBias: true }, "closed-form", "simplex"],
    [{ regularizer: { ...features, lambdaB: 5 }, loss: "mse", headBias: true }, "closed-form", null],
    [{ regularizer: { ...features, lambdaW: 5, lambdaH: 5 } }, "closed-form", "zero"],
    [{ regularizer: features, dataset: unequal }, "numeric", null],
    [{ regularizer: features, dataset: unequal, headBias: true }, "numeric", null],
    [{ regularizer: { ...features, lambdaB: 0.2 }, dataset: unequal, headBias: true }, "numeric", null],
    [{ regularizer: slack }, "closed-form", "simplex"],
    [{ regularizer: slack, headBias: true }, "closed-form", "simplex"],
    [{ regularizer: slack, loss: "mse", headBias: true }, "closed-form", "simplex"],
    [{ regularizer: slack, loss: "mse" }, "numeric", null],
    [{ regularizer: { ...slack, frame: "orthogonal" }, loss: "mse" }, "closed-form", "orthogonal"],
    [{ regularizer: { ...slack, frame: "orthogonal" } }, "numeric", null],
    [{ regularizer: { ...slack, frame: "orthogonal", rho: 0 } }, "closed-form", "simplex"],
    [{ regularizer: slack, dataset: unequal }, "numeric", null],
    [{ regularizer: { ...slack, lambda: 0 } }, "none", null],
    [{ regularizer: { family: "weights" }, dataset: unequal, headBias: true }, "numeric", null],
  ])("%j: %s, %s", (overrides, method, geometry) => {
    const config = smallRun(overrides);
    const summary = optimumSummary(runOptimum(config, dataOf(config).resolved.trainCounts), config);
    expect(summary).toMatchObject({ method, geometry });
    expect(summary.loss === null).toBe(method === "none");
  });
});

describe("free features reach the optimum of every family from above, numeric ones too", () => {
  const dataset = { id: "gaussian-clusters", classes: 3, dimension: 3, trainPerClass: 12, testPerClass: 4 };
  const unequal = { ...dataset, imbalance: 0.3 };
  const slack = { family: "slack", lambda: 0.02, rho: 0.1 };
  const ridge = { family: "features", lambdaW: 0.05, lambdaH: 0.002, lambdaB: 0.1 };
  test.each([
    { name: "CE, slack towards the simplex", regularizer: slack, method: "closed-form" },
    { name: "CE, slack towards the orthogonal frame", regularizer: { ...slack, frame: "orthogonal" }, method: "numeric" },
    { name: "MSE, slack towards the simplex", loss: "mse", regularizer: slack, method: "numeric" },
    { name: "CE, unequal, slack, bias", regularizer: slack, headBias: true, dataset: unequal, method: "numeric" },
    {
      name: "CE, unequal, sphere, bias",
      regularizer: { family: "weights", lambda: 0.02 },
      headBias: true,
      dataset: unequal,
      method: "numeric",
    },
    { name: "CE, unequal, ridge, penalized bias", regularizer: ridge, headBias: true, dataset: unequal, method: "numeric" },
    {
      name: "MSE, unequal, ridge, penalized bias",
      loss: "mse",
      regularizer: ridge,
      headBias: true,
      dataset: unequal,
      method: "numeric",
    },
  ])("$name", async ({ name: _, method, ...overrides }) => {
    const training = { steps: 2500, learningRate: 0.05, optimizer: { name: "adam", beta2: 0.99 } };
    const config = smallRun({ dataset, architecture: "ufm", depth: 1, width: 8, training, ...overrides });
    const data = dataOf(config);
    const network = defineNetwork(config, data);
    const optimum = runOptimum(config, data.resolved.trainCounts);
    if (optimum.method === "none") throw new Error(optimum.reason);
    expect(optimum.method).toBe(method);
    const observer = await makeObserver(compiled, config, network, data, optimum);
    const parameters = initializeParameters(network.parameters, config.seed);
    const trainer = await makeTrainer(compiled, config, network, data, { parameters });
    const first = (await observer.observe(0, { parameters })).values["train/gap.total"];
    const gaps: [number, number][] = [];
    for await (const { step } of trainer.train(0)) {
      if (step % 500 > 0) continue;
      const { values } = await observer.observe(step, trainer.step);
      expect(values["train/gap.total"]).toBeGreaterThan(-1e-6);
      expect(values["train/gap.representation"]).toBe(0);
      gaps.push([step, values["train/gap.total"]!]);
    }
    expect(gaps.map(([step]) => step)).toEqual([500, 1000, 1500, 2000, 2500]);
    expect(gaps.at(-1)![1]).toBeLessThan(1e-4);
    expect(first).toBeGreaterThan(0.1);
    await trainer.dispose();
    await observer.dispose();
  });
});
