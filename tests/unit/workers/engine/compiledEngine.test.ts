import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import type { Engine } from "../../../../workers/engine/engine.ts";
import { traceStep } from "../../../../workers/engine/traceDefinition.ts";
import { flatAdam } from "../../../../workers/models/ops/flatAdam.ts";
import { compiledOnCpu, eagerOnCpu } from "../cpuEngines.ts";
import { initial, resNet1Step } from "./resNet1.ts";

tf.enableProdMode();
const compiled = () => compiledOnCpu();
const eager = eagerOnCpu;

/** SGD on ‖w − x‖² with a running average as second state. */
const averaging = {
  state: { w: { shape: [2] }, mean: { shape: [2] } },
  constants: { x: { shape: [2], data: Float32Array.of(1, 2) } },
  inputs: { rate: { shape: [] }, mask: { shape: [2], dtype: "bool" as const } },
  fn: ({ state, constants, inputs }: Record<string, Record<string, tf.Tensor>>) => {
    const loss = (w: tf.Tensor) => tf.sum(tf.square(tf.sub(w, constants.x))) as tf.Scalar;
    const { value, grad } = tf.valueAndGrad(loss)(state.w);
    const w = tf.sub(state.w, tf.mul(inputs.rate, tf.mul(grad, tf.cast(inputs.mask, "float32"))));
    return { state: { w, mean: state.w }, outputs: { loss: value, positive: tf.sum(tf.cast(tf.greater(w, 0), "int32")) } };
  },
};

describe.each([
  ["compiled", compiled],
  ["eager", eager],
])("%s engine", (_name, create: () => Engine) => {
  test("state passes from step to step, is read and written, and shared with functions", async () => {
    const engine = create();
    const step = await engine.compileStep(averaging);
    const twice = await engine.compileFunction({
      state: { w: { shape: [2] } },
      inputs: { factor: { shape: [] } },
      fn: ({ state, inputs }) => ({ product: tf.mul(state.w, inputs.factor) }),
    });
    await step.writeState({ w: Float32Array.of(3, 6) });
    const first = await step.run({ rate: 0.25, mask: Uint8Array.of(1, 1) });
    expect([...first.loss, ...first.positive]).toEqual([20, 2]);
    const once = await step.readState();
    expect([[...once.w], [...once.mean]]).toEqual([
      [2, 4],
      [3, 6],
    ]);
    expect([...(await step.run({ rate: 0.5, mask: Uint8Array.of(0, 1) })).loss]).toEqual([5]);
    const after = await step.readState();
    expect([[...after.w], [...after.mean]]).toEqual([
      [2, 2],
      [2, 4],
    ]);
    expect([...once.w]).toEqual([2, 4]); // a copy
    expect([...(await twice.run({ factor: 10 }, step)).product]).toEqual([20, 20]);
    expect([...(await twice.run({ factor: 2 }, { w: Float32Array.of(7, 8) })).product]).toEqual([14, 16]);
    await step.writeState({ w: Float32Array.of(-1, 1) });
    expect([...(await twice.run({ factor: 1 }, step)).product]).toEqual([-1, 1]);
    expect([...(await step.readState()).mean]).toEqual([2, 4]);
    await twice.dispose();
    await step.dispose();
  });

  test("names what does not fit", async () => {
    const engine = create();
    const step = await engine.compileStep(averaging);
    const mask = Uint8Array.of(1, 1);
    await expect(step.run({ rate: 1 } as never)).rejects.toThrow("input 'mask' is missing");
    await expect(step.run({ rate: Float32Array.of(1, 2), mask })).rejects.toThrow(
      "input 'rate' has 2 values, but its shape [] needs 1",
    );
    await expect(step.writeState({ w: Float32Array.of(1) })).rejects.toThrow("state 'w' has 1 values");
    await expect(step.writeState({ nothing: Float32Array.of(1) } as never)).rejects.toThrow(
      "state 'nothing' is not in the definition",
    );
    const wrong = await Promise.resolve()
      .then(() =>
        engine.compileStep({ ...averaging, fn: ({ state }) => ({ state: { w: tf.sum(state.w), mean: state.w }, outputs: {} }) }),
      )
      .then((bad) => bad.run({ rate: 1, mask }))
      .catch((error: Error) => error.message);
    expect(wrong).toContain("state 'w' has shape [], not [2]");
  });
});

test("twenty steps of Adam on a small residual network give the same losses compiled and eager", async () => {
  const small = { name: "small", d: 8, depth: 3, batch: 20, inputs: 5, classes: 4 };
  const { definition, parameters } = resNet1Step(small);
  const losses: number[][] = [];
  for (const engine of [compiled(), eager()]) {
    const step = await engine.compileStep(definition);
    await step.writeState({ parameters: initial(small, parameters) });
    const run: number[] = [];
    for (let k = 1; k <= 20; k++) run.push((await step.run({ rate: 0.01, step: k })).loss[0]);
    losses.push(run);
    await step.dispose();
  }
  expect(losses[0][19]).toBeLessThan(losses[0][0]);
  losses[0].forEach((loss, k) => {
    expect(Math.abs(loss - losses[1][k])).toBeLessThan(1e-4);
  });
});

test("long flat vectors are updated part by part, in place of the whole", async () => {
  const sizes = [40_000, 10, 33_000, 7];
  const P = sizes.reduce((p, q) => p + q, 0);
  const decay = { shape: [P], data: Float32Array.from({ length: P }, (_, i) => (i % 3) / 10) };
  const definition = {
    state: { parameters: { shape: [P] }, m: { shape: [P] }, v: { shape: [P] }, last: { shape: [P] } },
    constants: { decay },
    inputs: { rate: { shape: [] }, step: { shape: [] }, mask: { shape: [P] } },
    fn: ({ state, constants, inputs }: Record<string, Record<string, tf.Tensor>>) => {
      const parts = tf.split(state.parameters, sizes);
      const loss = (...xs: tf.Tensor[]) =>
        xs.reduce((sum, x, i) => tf.add(sum, tf.mean(tf.square(tf.sub(x, i)))), tf.scalar(0)) as tf.Scalar;
      const { value, grads } = tf.valueAndGrads(loss)(parts);
      const gradient = tf.add(tf.concat(grads), tf.mul(state.parameters, constants.decay)) as tf.Tensor1D;
      const next = flatAdam(state as never, gradient, inputs.rate as tf.Scalar, inputs.step as tf.Scalar);
      const norm = tf.sum(tf.abs(next.m));
      return {
        state: { ...next, last: state.parameters },
        outputs: { value, norm, sum: tf.mul(tf.add(next.m, next.v), inputs.mask) },
      };
    },
  };
  const mask = Float32Array.from({ length: P }, (_, i) => Number(i % 5 > 0));
  const results: { state: Record<string, Float32Array>; outputs: Record<string, Float32Array>; total: number }[] = [];
  for (const engine of [compiled(), eager()]) {
    const step = await engine.compileStep(definition);
    const sum = await engine.compileFunction({
      state: { m: { shape: [P] } },
      inputs: {},
      fn: ({ state }) => ({ sum: tf.sum(state.m) }),
    });
    await step.writeState({ parameters: Float32Array.from({ length: P }, (_, i) => Math.sin(i)) });
    await step.run({ rate: 0.1, step: 1, mask });
    const outputs = await step.run({ rate: 0.1, step: 2, mask });
    results.push({ state: await step.readState(), outputs: { ...outputs }, total: (await sum.run({}, step)).sum[0] });
    await step.dispose();
  }
  const [a, b] = results;
  expect(Math.abs(a.total - b.total)).toBeLessThan(1e-2);
  for (const kind of ["state", "outputs"] as const) {
    for (const [name, values] of Object.entries(a[kind])) {
      const far = values.filter((x, i) => Math.abs(x - b[kind][name][i]) > 1e-4 * (1 + Math.abs(x))).length;
      expect(far, name).toBe(0);
    }
  }
  const views = ["parameters", "m", "v", "last"].flatMap((name) => [`state.${name}`, `next.state.${name}`]);
  const { inputs, outputs } = traceStep(definition, { views });
  expect(outputs.map(({ name }) => name)).toContain("next.state.m#2");
  expect(inputs.map(({ name }) => name)).not.toContain("state.v");
});
