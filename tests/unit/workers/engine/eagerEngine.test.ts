import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { createEagerEngine } from "../../../../workers/engine/eagerEngine.ts";

const choice = { device: "cpu", engine: "eager", provider: "tfjs cpu", reason: "test", precision: "float32" } as const;

describe("eager engine", () => {
  test("keeps the state between steps, and functions read it in place", async () => {
    const engine = createEagerEngine("cpu", choice);
    const step = await engine.compileStep({
      state: { w: { shape: [2] } },
      constants: { x: { shape: [2], data: Float32Array.of(1, 2) } },
      inputs: { rate: { shape: [] } },
      fn: ({ state, constants, inputs }) => {
        const next = tf.sub(state.w, tf.mul(inputs.rate, constants.x));
        return { state: { w: next }, outputs: { norm: tf.sum(tf.square(state.w)) } };
      },
    });
    const twice = await engine.compileFunction({
      state: { w: { shape: [2] } },
      inputs: {},
      fn: ({ state }) => ({ double: tf.mul(state.w, 2) }),
    });
    await step.writeState({ w: Float32Array.of(10, 20) });
    const before = tf.memory().numTensors;
    expect([...(await step.run({ rate: 1 })).norm]).toEqual([500]);
    expect([...(await step.run({ rate: 1 })).norm]).toEqual([81 + 18 * 18]);
    expect([...(await twice.run({}, step)).double]).toEqual([16, 32]);
    expect([...(await twice.run({}, { w: Float32Array.of(1, 2) })).double]).toEqual([2, 4]);
    expect(tf.memory().numTensors).toBe(before);
    expect([...(await step.readState()).w]).toEqual([8, 16]);
    await expect(step.run({} as never)).rejects.toThrow("input 'rate' is missing");
  });
});
