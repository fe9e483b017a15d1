import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { convolution3x3 } from "../../../../../workers/models/ops/convolution3x3.ts";
import { compareGradients, compareWithCpu } from "../compareWithCpu.ts";

type Pad = "same" | "valid" | number;

describe("convolutions and pooling", () => {
  const cases: [number[], number[], number, Pad][] = [
    [[2, 6, 5, 3], [3, 3, 3, 4], 1, "same"],
    [[2, 6, 5, 3], [3, 3, 3, 4], 1, "valid"],
    [[1, 7, 6, 2], [3, 3, 2, 1], 2, "same"],
    [[1, 8, 8, 2], [3, 3, 2, 3], 2, "valid"],
    [[2, 5, 5, 1], [1, 1, 1, 4], 1, "same"],
    [[2, 6, 6, 2], [1, 1, 2, 4], 2, "same"],
    [[1, 5, 5, 2], [5, 5, 2, 3], 1, 2],
  ];
  test.each(cases)("conv2d of %j by %j, stride %i, pad %s, with gradients", async (x, filter, stride, pad) => {
    await compareGradients(
      (a, b) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, stride, pad),
      [{ shape: x }, { shape: filter }],
    );
  });

  test("depthwise conv2d, and conv2d with dilations, forward", async () => {
    const given = [{ shape: [2, 6, 5, 3] }, { shape: [3, 3, 3, 2] }];
    await compareWithCpu((a, b) => tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, "same"), given);
    await compareWithCpu((a, b) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, "same", "NHWC", 2), given);
  });

  test("fused conv2d with a bias and an activation", async () => {
    const given = [{ shape: [2, 6, 5, 3] }, { shape: [3, 3, 3, 4] }, { shape: [4] }];
    const fused =
      (activation: "linear" | "relu" | "elu", dilations = 1) =>
      (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor) =>
        tf.fused.conv2d({
          x: x as tf.Tensor4D,
          filter: filter as tf.Tensor4D,
          strides: 1,
          pad: "same",
          dilations,
          bias,
          activation,
        });
    for (const activation of ["linear", "relu", "elu"] as const) await compareGradients(fused(activation), given);
    await compareWithCpu(fused("relu", 2), given);
    await compareWithCpu(fused("relu"), [...given.slice(0, 2), { shape: [1] }]);
  });

  test("a cut of a padded tensor is one operator, unless nothing would be left of an axis", async () => {
    const moved = (begin: number[], size: number[]) => (x: tf.Tensor) =>
      tf.slice(
        tf.pad(x, [
          [0, 0],
          [2, 3],
        ]),
        begin,
        size,
      );
    const given = [{ shape: [3, 4] }];
    for (const [begin, size] of [
      [0, 4],
      [5, 4],
      [3, 2],
      [1, 7],
    ]) {
      const { operators } = await compareWithCpu(moved([1, begin], [2, size]), given);
      expect(operators).toEqual({ Pad: 1 });
    }
    const { operators } = await compareWithCpu(moved([0, 6], [3, 3]), given);
    expect(operators).toEqual({ Pad: 1, Slice: 1 });
  });

  const pools: [number[], number, number, Pad][] = [
    [[2, 6, 6, 3], 2, 2, "valid"],
    [[1, 7, 5, 2], 2, 2, "same"],
    [[1, 7, 7, 2], 3, 2, "same"],
    [[2, 5, 5, 1], 3, 1, "valid"],
  ];
  test.each(pools)("pooling of %j, window %i, stride %i, pad %s, with gradients", async (shape, window, stride, pad) => {
    await compareGradients((x) => tf.maxPool(x as tf.Tensor4D, window, stride, pad), [{ shape }]);
    const mean = (x: tf.Tensor) => tf.avgPool(x as tf.Tensor4D, window, stride, pad);
    // At a padded border TensorFlow.js' CPU gradient divides by the whole window, though its forward pass does not.
    if (pad === "same") await compareWithCpu(mean, [{ shape }]);
    else await compareGradients(mean, [{ shape }]);
  });

  test("batch normalization, with gradients", async () => {
    const given = [{ shape: [2, 3, 3, 4] }, { shape: [4] }, { shape: [4], low: 0.5, high: 2 }, { shape: [4] }, { shape: [4] }];
    await compareGradients(
      (x, mean, variance, offset, scale) =>
        tf.batchNorm(x as tf.Tensor4D, mean as tf.Tensor1D, variance as tf.Tensor1D, offset as tf.Tensor1D, scale as tf.Tensor1D),
      given,
    );
  });
});

describe("3×3 convolution of maps with the samples innermost", () => {
  // [I, H, W, N] and O
  const cases: [number[], number][] = [
    [[3, 6, 5, 2], 4],
    [[2, 4, 7, 3], 2],
    [[1, 1, 5, 4], 3],
    [[2, 5, 1, 1], 1],
    [[3, 1, 1, 2], 2],
  ];
  const givenOf = (x: number[], outputs: number) => [{ shape: x }, { shape: [outputs, 9 * x[0]] }, { shape: [outputs, 1] }];
  const asOp =
    (activation: "linear" | "relu") =>
    (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor): tf.Tensor =>
      convolution3x3(x as tf.Tensor4D, filter as tf.Tensor2D, bias as tf.Tensor2D, activation);

  test.each(cases)("compiled, maps %j, %i outputs, with gradients", async (x, outputs) => {
    await compareGradients(asOp("linear"), givenOf(x, outputs));
    await compareGradients(asOp("relu"), givenOf(x, outputs));
  });

  test.each(cases)("equals tf.conv2d on images, maps %j, %i outputs, with gradients", async (x, outputs) => {
    const plain = (activation: "linear" | "relu") => (maps: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor) => {
      const images = tf.transpose(maps, [3, 1, 2, 0]) as tf.Tensor4D;
      const kernel = tf.transpose(tf.reshape(filter, [outputs, x[0], 3, 3]), [2, 3, 1, 0]) as tf.Tensor4D;
      const y = tf.add(tf.conv2d(images, kernel, 1, "same"), tf.reshape(bias, [-1]));
      return tf.transpose(activation === "relu" ? tf.relu(y) : y, [3, 1, 2, 0]);
    };
    await tf.setBackend("cpu");
    const tensors = givenOf(x, outputs).map(({ shape }, i) => tf.randomNormal(shape, 0, 1, "float32", 17 + i));
    const weights = tf.randomNormal([outputs, ...x.slice(1)], 0, 1, "float32", 5);
    for (const activation of ["linear", "relu"] as const) {
      const results = [asOp(activation), plain(activation)].map((fn) => {
        const weighted = (...values: tf.Tensor[]) => tf.sum(tf.mul(fn(values[0], values[1], values[2]), weights)) as tf.Scalar;
        return [fn(tensors[0], tensors[1], tensors[2]), ...tf.grads(weighted)(tensors)];
      });
      results[0].forEach((actual, i) => {
        const expected = results[1][i];
        expect(actual.shape).toEqual(expected.shape);
        const difference = tf.max(tf.abs(tf.sub(actual, expected))).dataSync()[0];
        expect(difference, `${activation}, result ${i}`).toBeLessThan(1e-4);
      });
    }
  });

  test("needs no transpose of a map, and no pass for bias or ReLU", async () => {
    const { operators } = await compareWithCpu(asOp("relu"), givenOf([3, 6, 5, 2], 4));
    expect(operators).toEqual({ Conv: 1, Relu: 1, Reshape: 4 });
  });
});
