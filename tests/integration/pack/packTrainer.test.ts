import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import { createEagerEngine } from "../../../workers/engine/eagerEngine.ts";
import { packStep } from "../../../workers/engine/packDefinition.ts";
import { concatenated } from "../../../workers/engine/runAfterRun.ts";
import { traceStep } from "../../../workers/engine/traceDefinition.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../../workers/models/parameterLayout.ts";
import { definePackedStep } from "../../../workers/training/defineStep.ts";
import { packData } from "../../../workers/training/packData.ts";
import { defineMembersStep, makePackTrainer, type PackMember } from "../../../workers/training/packTrainer.ts";
import { dataOf, smallRun } from "../../unit/workers/builders.ts";
import { trainAlone } from "../../unit/workers/pack/members.ts";

const compiled = await createEngine({ device: "cpu", engine: "compiled" });
const eager = await createEngine({ device: "cpu", engine: "eager" });

type Overrides = NonNullable<Parameters<typeof smallRun>[0]>;
function memberOf(overrides: Overrides, step = 0): PackMember {
  const config = smallRun(overrides);
  const dataset = dataOf(config);
  const network = defineNetwork(config, dataset);
  return { config, network, dataset, state: { parameters: initializeParameters(network.parameters, config.seed) }, step };
}
const seeds = (list: number[], overrides: Overrides = {}) => list.map((seed) => memberOf({ seed, ...overrides }));

/** The largest difference of two lists, each entry's relative to its size (or to 1). */
const farthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]) / Math.max(Math.abs(x), 1)), 0);

describe.each([
  ["compiled", compiled],
  ["eager", eager],
])("a pack, %s", (_name, engine) => {
  test.each(["full", 5] as const)("trains each run as it trains alone, batch %s", async (batch) => {
    const members = [0, 1, 2].map((i) =>
      memberOf({
        seed: i,
        regularizer: { family: "weights", lambda: 0.01 * (i + 1) },
        training: { steps: 50, learningRate: 0.01 * (i + 1), batch },
      }),
    );
    const pack = await makePackTrainer(engine, members);
    const fits: Float32Array[] = [];
    for (let k = 0; k < 50; k++) fits.push((await pack.advance()).fit.slice());
    for (const [i, member] of members.entries()) {
      const single = await trainAlone(engine, member, 50);
      expect(Math.abs(fits[0][i] / single.fits[0] - 1)).toBeLessThan(1e-6);
      expect(Math.abs(fits[49][i] / single.fits[49] - 1)).toBeLessThan(1e-5);
      const state = await pack.read(i);
      for (const name of Object.keys(single.last)) expect(farthest(single.last[name], state[name])).toBeLessThan(1e-5);
    }
    expect(pack.steps).toEqual([50, 50, 50]);
    await pack.dispose();
  });

  test("a run that diverges leaves the others as they are, bit for bit", async () => {
    const sgd = { steps: 40, optimizer: { name: "sgd" }, schedule: { name: "constant" } };
    const trained: { fits: number[][]; states: Float32Array[] }[] = [];
    for (const learningRate of [0.01, 10]) {
      const members = [
        memberOf({ seed: 1, loss: "mse", training: { ...sgd, learningRate: 0.01 } }),
        // Its decay turns the weights round and makes them larger at every step.
        memberOf({ seed: 2, loss: "mse", regularizer: { family: "weights", lambda: 1 }, training: { ...sgd, learningRate } }),
        memberOf({ seed: 3, loss: "mse", training: { ...sgd, learningRate: 0.01 } }),
      ];
      const pack = await makePackTrainer(engine, members);
      const fits: number[][] = [];
      for (let k = 0; k < 40; k++) fits.push([...(await pack.advance()).fit]);
      const states = await Promise.all([0, 1, 2].map(async (i) => (await pack.read(i)).parameters));
      trained.push({ fits, states });
      await pack.dispose();
    }
    const [calm, beside] = trained;
    expect(calm.fits.flat().every(Number.isFinite)).toBe(true);
    expect(Number.isFinite(beside.fits[39][1])).toBe(false);
    for (const i of [0, 2]) {
      expect(beside.fits.map((fit) => fit[i])).toEqual(calm.fits.map((fit) => fit[i]));
      expect(beside.states[i]).toEqual(calm.states[i]);
    }
  });

  test("a run that has made its steps stands still while the others go on", async () => {
    const members = [memberOf({ seed: 1, training: { steps: 4 } }), memberOf({ seed: 2, training: { steps: 9 } })];
    const pack = await makePackTrainer(engine, members);
    for (let k = 0; k < 4; k++) await pack.advance();
    const { parameters } = await pack.read(0);
    const others = (await pack.read(1)).parameters;
    for (let k = 0; k < 5; k++) await pack.advance();
    expect(pack.steps).toEqual([4, 9]);
    expect((await pack.read(0)).parameters).toEqual(parameters);
    expect((await pack.read(1)).parameters).not.toEqual(others);
    const alone = await trainAlone(engine, members[0], 4);
    expect(farthest(alone.last.parameters, parameters)).toBeLessThan(1e-5);
    await pack.dispose();
  });

  test.each(["full", 5] as const)("places that are given up: the rest goes on as if it were alone, batch %s", async (batch) => {
    const members = seeds([1, 2, 3, 4], { training: { steps: 12, learningRate: 0.01, batch } });
    const pack = await makePackTrainer(engine, members);
    for (let k = 0; k < 5; k++) await pack.advance();
    const before = await pack.read(3);
    await pack.compact([3, 1]);
    expect(pack.steps).toEqual([5, 5]);
    expect(await pack.read(0)).toEqual(before);
    for (let k = 0; k < 3; k++) await pack.advance();
    await pack.compact([1]);
    const fits: number[] = [];
    for (let k = 0; k < 4; k++) fits.push((await pack.advance()).fit[0]);
    expect(pack.steps).toEqual([12]);
    const alone = await trainAlone(engine, members[1], 12);
    expect(farthest(alone.fits.slice(8), fits)).toBeLessThan(1e-5);
    expect(farthest(alone.last.parameters, (await pack.read(0)).parameters)).toBeLessThan(1e-5);
    await pack.dispose();
  });

  test("a pack of one is the run alone, bit for bit", async () => {
    const [member] = seeds([7], { training: { steps: 6, learningRate: 0.01 } });
    const pack = await makePackTrainer(engine, [member]);
    const fits: number[] = [];
    for (let k = 0; k < 6; k++) fits.push((await pack.advance()).fit[0]);
    const alone = await trainAlone(engine, member, 6);
    expect(fits).toEqual(alone.fits);
    expect(await pack.read(0)).toEqual(alone.last);
    await pack.dispose();
  });

  test("a function reads the state of all runs in place, and gives each its own values", async () => {
    const members = seeds([1, 2, 3]);
    const pack = await makePackTrainer(engine, members);
    await pack.advance();
    const { length } = members[0].state.parameters;
    const scaled = await engine.compileFunction(
      {
        state: { parameters: { shape: [length] } },
        constants: { weights: { shape: [length], data: Float32Array.from({ length }, (_, i) => (i < 5 ? 1 : 0)) } },
        inputs: { factor: { shape: [] } },
        fn: ({ state, constants, inputs }) => ({ y: state.parameters.mul(constants.weights).sum().mul(inputs.factor) }),
      },
      { runs: 3, perRun: { inputs: ["factor"] } },
    );
    const { y } = await scaled.run({ factor: Float32Array.of(1, 10, 100) }, pack.step);
    for (const i of [0, 1, 2]) {
      const sum = (await pack.read(i)).parameters.subarray(0, 5).reduce((a, b) => a + b, 0);
      expect(y[i]).toBeCloseTo(sum * 10 ** i, 3);
    }
    await scaled.dispose();
    await pack.dispose();
  });

  test("batches given sample by sample are those gathered from the bound set", async () => {
    const members = seeds([1, 2, 3], { training: { steps: 6, batch: 5 } });
    members[1].dataset = memberOf({ dataset: { ...members[1].config.dataset, labelNoise: { rate: 0.5 } } }).dataset;
    const trained: number[][][] = [];
    for (const mostBound of [Number.POSITIVE_INFINITY, 100]) {
      const { data, own, inputs, inputBytes } = packData(members, mostBound);
      expect(inputBytes).toBe(mostBound === 100 ? 4 * 3 * 5 * (4 + 3) : 4 * 3 * 5);
      const configs = members.map(({ config }) => config);
      const { definition, pack } = definePackedStep(configs, members[0].network, data, own);
      const step = await engine.compileStep(definition, pack);
      await step.writeState({ parameters: concatenated(members.map(({ state }) => state.parameters)) });
      const fits: number[][] = [];
      for (let k = 1; k <= 6; k++) {
        const each = { rate: new Float32Array(3).fill(0.01), step: new Float32Array(3).fill(k) };
        fits.push([...(await step.run({ ...each, ...inputs([k, k + 1, k]) })).fit]);
      }
      trained.push(fits);
      await step.dispose();
    }
    expect(trained[1]).toEqual(trained[0]);
  });

  test("what is not in the definition is named", async () => {
    const definition = { state: {}, inputs: { x: { shape: [2] } }, fn: () => ({}) };
    const failing = (perRun: object) => engine.compileFunction(definition, { runs: 2, perRun });
    await expect(failing({ inputs: ["z"] })).rejects.toThrow("input 'z' is not in the definition");
    await expect(failing({ constants: ["c"] })).rejects.toThrow("constant 'c' is not in the definition");
    const summed = await engine.compileFunction(
      { ...definition, fn: ({ inputs }) => ({ y: inputs.x.sum() }) },
      { runs: 2, perRun: { inputs: ["x"] } },
    );
    await expect(summed.run({ x: Float32Array.of(1, 2, 3) }, {})).rejects.toThrow(
      "input 'x' has 3 values, but its shape [2,2] needs 4",
    );
    expect([...(await summed.run({ x: Float32Array.of(1, 2, 3, 4) }, {})).y]).toEqual([3, 7]);
    await summed.dispose();
  });
});

test.each(["full", 2] as const)("several updates a call give what single calls give, batch %s", async (batch) => {
  const few = {
    dataset: { id: "random-labels", classes: 2, dimension: 2, trainPerClass: 2, testPerClass: 2 },
    depth: 2,
    width: 4,
  };
  const membersFrom = (steps: number[]) =>
    steps.map((step, i) => memberOf({ ...few, seed: i, training: { steps: 4000, learningRate: 0.001, batch } }, step));
  const train = async (most: number) => {
    const pack = await makePackTrainer(compiled, membersFrom([0, 2500, 10]));
    const fits: number[][] = [];
    let calls = 0;
    for (; Math.min(...pack.steps) < 4000; calls++) {
      const done = await pack.advance(most);
      for (const fit of done.fits) fits.push([...fit]);
      expect([...done.fit]).toEqual(fits[fits.length - 1]);
      expect(done.fits.length).toBeLessThanOrEqual(most);
      expect(pack.steps).toEqual([0, 2500, 10].map((from) => Math.min(4000, from + fits.length)));
    }
    const states = [await pack.read(0), await pack.read(1), await pack.read(2)];
    await pack.dispose();
    return { fits, states, calls };
  };
  const [single, several] = [await train(1), await train(10)];
  expect(single.calls).toBe(4000);
  expect(several.calls).toBeLessThan(4000);
  expect(several.fits).toEqual(single.fits);
  expect(several.states).toEqual(single.states);
});

test("what all runs share is bound once, and nothing of it is repeated", () => {
  const members = seeds([1, 2, 3], {
    dataset: { id: "random-labels", classes: 3, dimension: 4, trainPerClass: 6, testPerClass: 4 },
  });
  const { definition, pack } = defineMembersStep(members, "cpu");
  const { constants, inputs, operators } = traceStep(packStep(definition, pack));
  const shapes = (list: readonly { shape: readonly number[] }[]) => list.map(({ shape }) => shape.join()).sort();
  expect(shapes(constants)).toEqual(["18,4", "3,18"]);
  expect(shapes(inputs)).toEqual(["3", "3", "3,208", "3,208", "3,208"]);
  expect(Object.keys(operators)).not.toContain("Tile");
  expect(Object.keys(operators)).not.toContain("Expand");
});

test("runs that are not one graph are refused", async () => {
  const pairs: [Overrides, string][] = [
    [{ loss: "mse" }, "the runs of a pack differ in their loss: CE and MSE"],
    [{ regularizer: { family: "none" } }, "the runs of a pack differ in their regularizer: weights and none"],
    [{ training: { optimizer: { name: "adam", beta1: 0.8 } } }, "the runs of a pack differ in their optimizer"],
  ];
  for (const [overrides, message] of pairs)
    await expect(makePackTrainer(compiled, [memberOf({}), memberOf(overrides)])).rejects.toThrow(message);
});

test("an eager pack leaves nothing behind", async () => {
  const pack = await makePackTrainer(eager, seeds([1, 2], { training: { steps: 9, batch: 5 } }));
  await pack.advance();
  const held = () => [tf.memory().numTensors, tf.backend().numDataIds()];
  const before = held();
  for (let k = 0; k < 3; k++) await pack.advance();
  expect(held()).toEqual(before);
  await pack.dispose();
});

test("kernels that give tensors, as those of tfjs-node do, keep what a scope's end would dispose of", async () => {
  const Cpu = (tf.findBackend("cpu") as tf.KernelBackend).constructor as new () => tf.KernelBackend;
  tf.registerBackend("tensors", () => new Cpu(), 0);
  for (const config of tf.getKernelsForBackend("cpu"))
    tf.registerKernel({
      ...config,
      backendName: "tensors",
      kernelFunc: (given) => {
        const tensorOf = (info: tf.TensorInfo) => tf.engine().makeTensorFromTensorInfo(info);
        const result = config.kernelFunc(given);
        return Array.isArray(result) ? result.map(tensorOf) : tensorOf(result);
      },
    });
  const tensors = createEagerEngine("tensors", eager.choice);
  const trained: { fits: number[][]; state: Float32Array }[] = [];
  for (const engine of [eager, tensors]) {
    const pack = await makePackTrainer(engine, seeds([1, 2], { training: { steps: 9, batch: 5 } }));
    const fits = [[...(await pack.advance()).fit]];
    const held = () => [tf.memory().numTensors, tf.backend().numDataIds()];
    const before = held();
    for (let k = 0; k < 4; k++) fits.push([...(await pack.advance()).fit]);
    expect(held()).toEqual(before);
    trained.push({ fits, state: (await pack.read(1)).parameters });
    await pack.dispose();
  }
  expect(trained[1]).toEqual(trained[0]);
});
