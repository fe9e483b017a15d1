import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { hasFreeFeatures } from "../../../contract/config/architecture.ts";
import type { Engine, Values } from "../../../workers/engine/engine.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../../workers/models/parameterLayout.ts";
import { makeBatches, oneHot } from "../../../workers/training/batches.ts";
import { defineStep } from "../../../workers/training/defineStep.ts";
import { compiledOnCpu, eagerOnCpu } from "../../unit/workers/cpuEngines.ts";
import { type Family, families } from "../../unit/workers/families.ts";

tf.enableProdMode();
const compiled = compiledOnCpu();
const eager = eagerOnCpu();
/** As on CUDA: every call goes through the loop. */
const looping = compiledOnCpu("always");

const updates = 14;

/** Fits and last state of fourteen updates, for each k of `ks` with k updates a call (0: by single calls). */
async function trainBy(ks: number[], { config, data }: ReturnType<Family["run"]>, engine: Engine) {
  const { train: set, classes, dimension } = data;
  const { batch } = config.training;
  const network = defineNetwork(config, data);
  const whole = {
    x: { shape: [set.count, dimension], data: set.inputs },
    y: { shape: [classes, set.count], data: oneHot(set.labels, classes) },
  };
  const definition = defineStep(config, network, batch === "full" ? whole : { batch, of: set.count });
  const step = await engine.compileStep(definition);
  const batches = batch === "full" ? null : makeBatches(set, classes, batch, config.seed);
  const inputsOf = (update: number): Record<string, Values> => {
    const given = batches?.at(update);
    return { rate: 0.01 / update, step: update, ...(given && { x: given.x.slice(), y: given.y.slice() }) };
  };
  const trained: { fits: number[]; state: Record<string, Float32Array> }[] = [];
  for (const k of ks) {
    for (const [name, { shape }] of Object.entries(definition.state))
      await step.writeState({ [name]: new Float32Array(shape[0]) });
    await step.writeState({ parameters: initializeParameters(network.parameters, config.seed) });
    const fits: number[] = [];
    for (let done = 0; done < updates; done += k || 1) {
      if (k === 0) fits.push((await step.run(inputsOf(done + 1))).fit[0]);
      else {
        const several = Array.from({ length: k }, (_, i) => inputsOf(done + 1 + i));
        fits.push(...(await step.runMany(several)).map(({ fit }) => fit[0]));
      }
    }
    trained.push({ fits, state: await step.readState() });
  }
  await step.dispose();
  return trained;
}

describe("several updates a call give what single calls give, bit by bit", () => {
  const batched: Family[] = families.map(({ name, run }) => ({
    name: `${name}, batches of 4`,
    run() {
      const { config, data } = run();
      return { data, config: { ...config, training: { ...config.training, batch: 4 } } };
    },
  }));
  const all = [...families, ...batched.filter(({ run }) => !hasFreeFeatures(run().config.architecture))];
  test.each(all)("$name", async ({ run }) => {
    const [single, byTwo, bySeven] = await trainBy([0, 2, 7], run(), compiled);
    expect(single.fits).toHaveLength(updates);
    expect(single.fits[updates - 1]).not.toBe(single.fits[0]);
    const [byOne] = await trainBy([1], run(), looping);
    expect([byOne, byTwo, bySeven]).toEqual([single, single, single]);
  });
});

describe.each([
  ["compiled", compiled],
  ["compiled, every call a loop", looping],
  ["eager", eager],
])("%s engine", (_name, engine) => {
  /** A sum of what is given, and state that is only handed on or never read. */
  const definition = {
    state: { sum: { shape: [2] }, before: { shape: [2] }, unread: { shape: [] } },
    constants: { weight: { shape: [2], data: Float32Array.of(1, 10) } },
    inputs: { x: { shape: [2] }, mask: { shape: [2], dtype: "bool" as const }, unused: { shape: [], dtype: "int32" as const } },
    fn: ({ state, constants, inputs }: Record<string, Record<string, tf.Tensor>>) => {
      const given = tf.mul(tf.mul(inputs.x, tf.cast(inputs.mask, "float32")), constants.weight);
      const sum = tf.add(state.sum, given);
      return {
        state: { sum, before: state.sum, unread: tf.scalar(3) },
        outputs: { given, total: tf.sum(sum), before: state.sum },
      };
    },
  };
  const inputs = (x: number, y: number) => ({ x: Float32Array.of(x, y), mask: Uint8Array.of(1, Number(y > 0)), unused: 1 });

  test("each update has its inputs and its outputs, and the state goes from one to the next and to single calls", async () => {
    const step = await engine.compileStep(definition);
    await step.writeState({ sum: Float32Array.of(100, 200) });
    const three = (await step.runMany([inputs(1, 1), inputs(2, 0), inputs(3, 5)])).map((outputs) => ({ ...outputs }));
    expect(three.map(({ given }) => [...given])).toEqual([
      [1, 10],
      [2, 0],
      [3, 50],
    ]);
    expect(three.map(({ total }) => [...total])).toEqual([[311], [313], [366]]);
    expect(three.map(({ before }) => [...before])).toEqual([
      [100, 200],
      [101, 210],
      [103, 210],
    ]);
    expect([...(await step.run(inputs(4, 4))).total]).toEqual([410]);
    expect([...(await step.runMany([inputs(0, 0), inputs(1, 0)]))[1].total]).toEqual([411]);
    const state = await step.readState();
    expect([[...state.sum], [...state.before], [...state.unread]]).toEqual([[111, 300], [110, 300], [3]]);
    expect(await step.runMany([])).toEqual([]);
    await step.dispose();
  });

  test("names what does not fit, and the state stays", async () => {
    const step = await engine.compileStep(definition);
    await step.writeState({ sum: Float32Array.of(1, 2) });
    await expect(step.runMany([{ ...inputs(1, 1), x: Float32Array.of(1) }, inputs(1, 1)])).rejects.toThrow(
      "input 'x' has 1 values, but its shape [2] needs 2",
    );
    await expect(step.runMany([{ x: Float32Array.of(1, 1) } as never, inputs(1, 1)])).rejects.toThrow("input 'mask' is missing");
    expect([...(await step.readState()).sum]).toEqual([1, 2]);
    await step.dispose();
  });
});

test("data too large for the model are read from outside of the loop", async () => {
  const data = Float32Array.from({ length: 9 * 2 ** 20 }, (_, i) => Number(i < 1000));
  const step = await compiled.compileStep({
    state: { sum: { shape: [] } },
    constants: { data: { shape: [9, 2 ** 20], data } },
    inputs: { factor: { shape: [] } },
    fn: ({ state, constants, inputs }) => {
      const sum = tf.add(state.sum, tf.mul(tf.sum(constants.data), inputs.factor));
      return { state: { sum }, outputs: { sum } };
    },
  });
  const sums = (await step.runMany([{ factor: 1 }, { factor: 2 }, { factor: 3 }])).map(({ sum }) => sum[0]);
  expect(sums).toEqual([1000, 3000, 6000]);
  await step.dispose();
});
