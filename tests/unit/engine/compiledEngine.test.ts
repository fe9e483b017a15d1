import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { createCompiledEngine } from "../../../workers/engine/compiledEngine.ts";
import { createEagerEngine } from "../../../workers/engine/eagerEngine.ts";
import type { Engine } from "../../../workers/engine/engine.ts";
import { initial, resNet1Step } from "./resNet1.ts";

tf.enableProdMode();
const compiled = () =>
  createCompiledEngine({ device: "cpu", engine: "compiled", provider: "onnxruntime cpu", reason: "test" }, 1);
const eager = () => createEagerEngine("cpu", { device: "cpu", engine: "eager", provider: "tfjs cpu", reason: "test" });

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
      "input 'rate' has 2 values, its shape [] asks for 1",
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
