import * as tf from "@tensorflow/tfjs";
import { describe, test } from "vitest";
import { compareGradients, compareWithCpu, type Given } from "./compareWithCpu.ts";

describe("reductions", () => {
  const cases: [number[], number | number[] | undefined, boolean][] = [
    [[], undefined, false],
    [[5], 0, false],
    [[3, 5], undefined, false],
    [[3, 5], 0, true],
    [[3, 5], -1, false],
    [[2, 3, 4], [0, 2], false],
    [[2, 3, 4], [1], true],
    [[1, 1], 1, false],
  ];
  const smooth = { sum: tf.sum, mean: tf.mean, max: tf.max, min: tf.min, logSumExp: tf.logSumExp } as Record<
    string,
    (x: tf.Tensor, axis?: number | number[], keepDims?: boolean) => tf.Tensor
  >;
  test.each(Object.entries(smooth))("%s, with gradients", async (_name, fn) => {
    for (const [shape, axis, keep] of cases) await compareGradients((x) => fn(x, axis, keep), [{ shape }]);
  });
  test("prod, any, all, argMax, argMin, topk", async () => {
    for (const [shape, axis, keep] of cases.slice(1)) {
      await compareWithCpu((x) => tf.prod(x, axis, keep), [{ shape }]);
      await compareWithCpu((x) => [tf.any(x, axis, keep), tf.all(x, axis, keep)], [{ shape, dtype: "bool" }]);
      for (let at = 0; at < shape.length; at++) await compareWithCpu((x) => [tf.argMax(x, at), tf.argMin(x, at)], [{ shape }]);
    }
    await compareWithCpu((x) => Object.values(tf.topk(x, 3)), [{ shape: [4, 6] }]);
  });
  test("of uniform tensors", async () => {
    await compareWithCpu(
      (x) => [tf.sum(tf.ones([3, 4]), 0), tf.mean(tf.fill([2, 2], 5)), tf.max(tf.zeros([3])), tf.add(x, 1)],
      [{ shape: [] }],
    );
  });
  test("softmax, logSoftmax, cumsum, moments, norm", async () => {
    for (const shape of [[5], [3, 5], [2, 3, 4]]) {
      await compareGradients((x) => tf.softmax(x), [{ shape }]);
      await compareGradients((x) => tf.logSoftmax(x), [{ shape }]);
      await compareGradients((x) => tf.cumsum(x, shape.length - 1), [{ shape }]);
      await compareGradients((x) => tf.cumsum(x, shape.length - 1, true, true), [{ shape }]);
      await compareGradients((x) => tf.add(tf.moments(x, 0).mean, tf.moments(x, 0).variance), [{ shape }]);
      await compareGradients((x) => tf.norm(x), [{ shape }]);
    }
  });
  test("losses", async () => {
    const given = [{ shape: [6, 4] }, { shape: [6, 4], low: 0, high: 1 }];
    await compareGradients((x, y) => tf.losses.meanSquaredError(y, x), given);
    await compareWithCpu((x, y) => tf.grad((z: tf.Tensor) => tf.losses.softmaxCrossEntropy(y, z))(x), given);
  });
});

describe("layout", () => {
  const cases: Record<string, [(x: tf.Tensor) => tf.Tensor, number[]]> = {
    reshape: [(x) => tf.reshape(x, [4, -1]), [2, 6]],
    toScalar: [(x) => tf.reshape(x, []), [1, 1]],
    expandDims: [(x) => tf.expandDims(tf.expandDims(x, -1), 1), [2, 3]],
    squeeze: [(x) => tf.squeeze(x), [1, 3, 1]],
    transpose: [(x) => tf.transpose(x), [3, 5]],
    transposeOnes: [(x) => tf.transpose(x, [2, 0, 1]), [1, 3, 1]],
    transposeBack: [(x) => tf.transpose(tf.transpose(x, [2, 0, 1]), [1, 2, 0]), [2, 3, 4]],
    transposeTwice: [(x) => tf.transpose(tf.transpose(x, [2, 0, 1]), [2, 0, 1]), [2, 3, 4]],
    slice: [(x) => tf.slice(x, [1, 0, 2], [1, -1, 2]), [2, 3, 5]],
    concatParts: [(x) => tf.concat([x, tf.mul(x, 2), tf.ones([2, 1])], 1), [2, 3]],
    stack: [(x) => tf.stack([x, tf.neg(x)], 1), [2, 3]],
    unstack: [(x) => tf.mul(...(tf.unstack(x, 1).slice(0, 2) as [tf.Tensor, tf.Tensor])), [3, 2]],
    split: [(x) => tf.mul(...(tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor])), [3, 4]],
    splitSizes: [(x) => tf.concat(tf.split(x, [3, 1, 2], 0).reverse(), 0), [6, 2]],
    pad: [
      (x) =>
        tf.pad(
          x,
          [
            [1, 2],
            [0, 1],
          ],
          3,
        ),
      [2, 3],
    ],
    mirrorPad: [
      (x) =>
        tf.mirrorPad(
          x,
          [
            [1, 1],
            [0, 2],
          ],
          "reflect",
        ),
      [3, 4],
    ],
    tile: [(x) => tf.tile(x, [2, 3]), [2, 3]],
    tileOnes: [(x) => tf.tile(x, [4, 1]), [1, 3]],
    broadcastTo: [(x) => tf.mul(tf.broadcastTo(x, [4, 3]), 2), [1, 3]],
    reverse: [(x) => tf.reverse(x, [0, 2]), [2, 3, 4]],
  };
  test.each(Object.entries(cases))("%s, with gradients", async (_name, [fn, shape]) => {
    await compareGradients((x) => fn(x), [{ shape }]);
  });
  test("strided slices", async () => {
    await compareWithCpu(
      (x) => [tf.stridedSlice(x, [0, 1], [4, 5], [2, 2]), tf.stridedSlice(x, [3, 5], [0, 0], [-1, -2])],
      [{ shape: [4, 6] }],
    );
  });
  test("ranges and fills", async () => {
    await compareWithCpu(
      (x) => [tf.range(0, 7, 2), tf.linspace(0, 1, 5), tf.fill([2, 2], 3), tf.add(x, tf.zeros([2, 3])), tf.eye(4)],
      [{ shape: [3] }],
    );
  });
});

describe("indexing", () => {
  const ids: Given = { shape: [4], dtype: "int32", values: [2, 0, 2, 1] };
  test("gather, with gradients", async () => {
    await compareGradients((x) => tf.gather(x, tf.tensor1d([2, 0, 2, 1], "int32")), [{ shape: [3, 5] }]);
    await compareGradients(
      (x) =>
        tf.gather(
          x,
          tf.tensor2d(
            [
              [2, 0],
              [2, 1],
            ],
            [2, 2],
            "int32",
          ),
          1,
        ),
      [{ shape: [2, 3, 5] }],
    );
    await compareWithCpu((x, i) => tf.gather(x, i), [{ shape: [3, 5] }, ids]);
  });
  test("oneHot, segments, gatherND, scatterND", async () => {
    await compareWithCpu((i) => [tf.oneHot(i, 5), tf.oneHot(i, 3, 2, -1)], [ids]);
    await compareWithCpu((x, i) => tf.unsortedSegmentSum(x, i as tf.Tensor1D, 3), [{ shape: [4, 2] }, ids]);
    await compareWithCpu((x, i) => tf.gatherND(x, tf.reshape(i, [4, 1])), [{ shape: [3, 2] }, ids]);
    await compareWithCpu((x, i) => tf.scatterND(tf.reshape(i, [4, 1]), x, [3, 2]), [{ shape: [4, 2] }, ids]);
  });
});
