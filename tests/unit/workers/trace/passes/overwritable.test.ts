import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { createCompiledEngine } from "../../../../../workers/engine/compiledEngine.ts";
import { traceStep } from "../../../../../workers/engine/traceDefinition.ts";
import { flatAdam } from "../../../../../workers/models/ops/flatAdam.ts";
import { trace } from "../../../../../workers/trace/trace.ts";

type Given = Record<string, Record<string, tf.Tensor>>;

/** Adam on ‖W − 1‖² of a matrix W [3, 2]; `sum` reads m beside the update. */
const adam = (readsM: boolean) => ({
  state: { parameters: { shape: [6] }, m: { shape: [6] }, v: { shape: [6] } },
  inputs: { rate: { shape: [] }, step: { shape: [] } },
  fn: ({ state, inputs }: Given) => {
    const loss = (w: tf.Tensor) => tf.sum(tf.square(tf.sub(w, 1))) as tf.Scalar;
    const gradient = tf.reshape(tf.grad(loss)(tf.reshape(state.parameters, [3, 2])), [-1]) as tf.Tensor1D;
    const next = flatAdam(state as never, gradient, inputs.rate as tf.Scalar, inputs.step as tf.Scalar);
    const outputs: Record<string, tf.Tensor> = readsM ? { sum: tf.sum(state.m) } : {};
    return { state: { ...next }, outputs };
  },
});

const overOf = (traced: ReturnType<typeof trace>) =>
  Object.fromEntries(traced.outputs.map(({ name, over }) => [name, [...(over ?? [])].sort()]));

test("an optimizer's memory is written in place, its parameters, which a matrix looks at, are not", () => {
  expect(overOf(traceStep(adam(false)))).toEqual({
    "next.state.parameters": ["state.m", "state.v"],
    "next.state.m": ["state.m"],
    "next.state.v": ["state.v"],
  });
});

test("nothing is overwritten that something else reads, or that is an output itself", () => {
  expect(overOf(traceStep(adam(true)))["next.state.m"]).toEqual([]);
  const given = { a: { shape: [4] }, b: { shape: [4] }, c: { shape: [1] } };
  const { a, product, kept } = overOf(
    trace((x) => ({ product: tf.mul(tf.add(x.a, x.b), x.c), kept: tf.sub(x.b, x.c), a: x.a }), given),
  );
  expect([a, product, kept]).toEqual([[], [], []]);
  expect(overOf(trace((x) => ({ y: tf.sub(tf.mul(x.a, 2), x.b), z: tf.exp(x.c) }), given))).toEqual({ y: ["a", "b"], z: [] });
});

test("steps in place give the numbers of Adam written out", async () => {
  const choice = {
    device: "cpu",
    engine: "compiled",
    provider: "onnxruntime cpu",
    reason: "test",
    precision: "float32",
  } as const;
  const step = await createCompiledEngine(choice, 1).compileStep(adam(false));
  await step.writeState({ parameters: Float32Array.of(3, 2, 1, 0, -1, -2) });
  const [w, m, v] = [[3, 2, 1, 0, -1, -2], new Array(6).fill(0), new Array(6).fill(0)];
  for (let k = 1; k <= 5; k++) {
    await step.run({ rate: 0.1, step: k });
    for (let i = 0; i < 6; i++) {
      const g = 2 * (w[i] - 1);
      m[i] = 0.9 * m[i] + 0.1 * g;
      v[i] = 0.999 * v[i] + 0.001 * g * g;
      w[i] -= (0.1 * m[i]) / (1 - 0.9 ** k) / (Math.sqrt(v[i] / (1 - 0.999 ** k)) + 1e-8);
    }
  }
  const state = await step.readState();
  for (let i = 0; i < 6; i++) {
    expect(state.parameters[i]).toBeCloseTo(w[i], 5);
    expect(state.m[i]).toBeCloseTo(m[i] * 10, 4); // kept without the factor 1 − β1
    expect(state.v[i]).toBeCloseTo(v[i] * 1000, 2);
  }
  await step.dispose();
});
