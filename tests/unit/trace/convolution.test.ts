import * as tf from "@tensorflow/tfjs";
import { describe, test } from "vitest";
import { compareGradients, compareWithCpu } from "./compareWithCpu.ts";

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
