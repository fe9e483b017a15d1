import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { flatAdam } from "../../../../../workers/models/ops/flatAdam.ts";
import { layerNorm } from "../../../../../workers/models/ops/layerNorm.ts";
import { maskedSoftmax } from "../../../../../workers/models/ops/maskedSoftmax.ts";
import { softmaxCrossEntropy } from "../../../../../workers/models/ops/softmaxCrossEntropy.ts";
import { compareGradients, compareWithCpu } from "../../trace/compareWithCpu.ts";

/** Expects the gradient of `fn` to be that of the plain formula, on the CPU backend. */
async function sameAsPlain(fn: (x: tf.Tensor) => tf.Tensor, plain: (x: tf.Tensor) => tf.Tensor, shape: number[]) {
  await tf.setBackend("cpu");
  const x = tf.randomNormal(shape, 0, 1, "float32", 7);
  const weights = tf.randomNormal(fn(x).shape, 0, 1, "float32", 8);
  const both = [fn, plain].map((f) => tf.valueAndGrad((t: tf.Tensor) => tf.sum(tf.mul(f(t), weights)))(x));
  expect(Math.abs(both[0].value.dataSync()[0] - both[1].value.dataSync()[0])).toBeLessThan(1e-4);
  expect(tf.max(tf.abs(tf.sub(both[0].grad, both[1].grad))).dataSync()[0]).toBeLessThan(1e-5);
}

describe("layerNorm", () => {
  test.each([
    [[8, 5], 0],
    [[5, 8], 1],
    [[2, 3, 8], 2],
  ])("of %j over axis %i", async (shape, axis) => {
    await compareGradients((x) => layerNorm(x, axis), [{ shape }]);
    await compareGradients((x) => layerNorm(x, axis, 1e-5), [{ shape }]);
    const plain = (x: tf.Tensor) => {
      const { mean, variance } = tf.moments(x, axis, true);
      return tf.div(tf.sub(x, mean), tf.sqrt(variance));
    };
    await sameAsPlain((x) => layerNorm(x, axis), plain, shape);
  });
});

describe("softmaxCrossEntropy", () => {
  test.each([
    [[4, 6], 0],
    [[6, 4], 1],
    [[2, 5, 4], 2],
  ])("of %j over axis %i", async (shape, axis) => {
    const samples = shape.reduce((p, q) => p * q, 1) / 4;
    const classes = tf.tensor1d(
      Array.from({ length: samples }, (_, n) => (n * 3) % 4),
      "int32",
    );
    const rows = tf.oneHot(classes, 4).toFloat(); // [samples, 4]
    const labels = axis === 0 ? tf.transpose(rows) : tf.reshape(rows, shape);
    await compareGradients((x) => softmaxCrossEntropy(x, labels, axis), [{ shape }]);
    await sameAsPlain(
      (x) => softmaxCrossEntropy(x, labels, axis),
      (x) => tf.mean(tf.neg(tf.sum(tf.mul(labels, tf.sub(x, tf.logSumExp(x, axis, true))), axis))),
      shape,
    );
  });

  test("stays finite for large logits", async () => {
    await compareWithCpu((x) => softmaxCrossEntropy(x, tf.tensor2d([[1], [0]]), 0), [{ shape: [2, 1], values: [-500, 900] }]);
  });
});

describe("flatAdam", () => {
  test("agrees with tf.train.adam over many steps", async () => {
    await tf.setBackend("cpu");
    const start = [1, -2, 0.5];
    const target = tf.tensor1d([0.3, 0.1, -0.7]);
    const loss = (x: tf.Tensor) => tf.sum(tf.square(tf.sub(x, target))) as tf.Scalar;
    const variable = tf.variable(tf.tensor1d(start));
    const optimizer = tf.train.adam(0.05, 0.9, 0.999, 1e-8);
    let state = { parameters: tf.tensor1d(start), m: tf.zeros([3]) as tf.Tensor1D, v: tf.zeros([3]) as tf.Tensor1D };
    for (let step = 1; step <= 20; step++) {
      optimizer.minimize(() => loss(variable));
      state = flatAdam(state, tf.grad(loss)(state.parameters) as tf.Tensor1D, tf.scalar(0.05), tf.scalar(step));
    }
    expect(tf.max(tf.abs(tf.sub(variable, state.parameters))).dataSync()[0]).toBeLessThan(1e-5);
    optimizer.dispose();
  });
});

describe("maskedSoftmax", () => {
  const mask = tf.tensor2d([
    [0, -1e9, -1e9],
    [0, 0, -1e9],
    [0, 0, 0],
  ]);

  test.each([[[3, 3]], [[2, 3, 3]], [[2, 2, 3, 3]]])("of %j", async (shape) => {
    for (const hidden of [mask, null]) {
      await compareGradients((x) => maskedSoftmax(x, hidden, 0.5), [{ shape }]);
      await sameAsPlain(
        (x) => maskedSoftmax(x, hidden, 0.5),
        (x) => tf.softmax(hidden ? tf.add(tf.mul(x, 0.5), hidden) : tf.mul(x, 0.5)),
        shape,
      );
    }
  });

  test("what is masked has no weight, and where all is, weights are finite", async () => {
    await tf.setBackend("cpu");
    const rows = maskedSoftmax(tf.ones([3, 3]), mask, 1).arraySync() as number[][];
    expect(rows[0]).toEqual([1, 0, 0]);
    expect(rows[1]).toEqual([0.5, 0.5, 0]);
    const none = maskedSoftmax(tf.ones([1, 2]), tf.fill([1, 2], -1e9), 1);
    expect(Array.from(none.dataSync())).toEqual([0.5, 0.5]);
  });
});
