import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { compareGradients, compareWithCpu } from "../compareWithCpu.ts";

describe("matrix products", () => {
  const flags = [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ] as const;

  test.each(flags)("transposed %s, %s, with gradients", async (ta, tb) => {
    const sides = (m: number, k: number, n: number, batch: number[], batchB = batch): [number[], number[]] => [
      [...batch, ...(ta ? [k, m] : [m, k])],
      [...batchB, ...(tb ? [n, k] : [k, n])],
    ];
    const cases = [
      sides(3, 5, 7, []),
      sides(1, 1, 1, []),
      sides(65, 3, 2, []),
      sides(3, 5, 2, [4]),
      sides(2, 3, 4, [2, 3]),
      sides(3, 5, 2, [4], [1]),
    ];
    for (const [a, b] of cases) {
      const given = [{ shape: a }, { shape: b }];
      if (b[0] === 1 && b.length === 3) await compareWithCpu((x, y) => tf.matMul(x, y, ta, tb), given);
      else await compareGradients((x, y) => tf.matMul(x, y, ta, tb), given);
    }
  });

  test("transposes around a product become its flags", async () => {
    const given = [{ shape: [5, 3] }, { shape: [7, 5] }];
    const { operators } = await compareWithCpu((a, b) => tf.matMul(tf.transpose(a), tf.transpose(b)), given);
    expect(operators).toEqual({ Gemm: 1 });
    await compareGradients((a, b) => tf.matMul(tf.transpose(a), tf.transpose(b)), given);
  });

  test("a bias and a factor become part of the product, unless it is used twice", async () => {
    const given = [{ shape: [4, 3] }, { shape: [3, 5] }, { shape: [4, 1] }];
    const once = await compareWithCpu((a, b, c) => tf.relu(tf.add(tf.matMul(a, b), c)), given);
    expect(once.operators).toEqual({ Gemm: 1, Relu: 1 });
    const scaled = await compareWithCpu((a, b) => tf.mul(tf.matMul(a, b), 0.25), given);
    expect(scaled.operators).toEqual({ Gemm: 1 });
    const decayed = await compareWithCpu((a, b, c) => tf.add(tf.mul(c, 0.5), tf.mul(tf.matMul(a, b), 2)), given);
    expect(decayed.operators).toEqual({ Gemm: 1 });
    await compareWithCpu((a, b, c) => {
      const product = tf.matMul(a, b);
      return [tf.add(product, c), product];
    }, given);
    // A bias that is larger than the product cannot.
    await compareWithCpu((a, b, c) => tf.add(tf.matMul(a, b), tf.reshape(c, [4, 1, 1])), given);
  });

  test("dot products, fused products, einsum", async () => {
    await compareGradients((a, b) => tf.dot(a, b), [{ shape: [5] }, { shape: [5] }]);
    const given = [{ shape: [4, 3] }, { shape: [3, 5] }, { shape: [5] }];
    for (const activation of ["linear", "relu", "elu", "sigmoid"] as const) {
      await compareWithCpu((a, b, bias) => tf.fused.matMul({ a, b, bias, activation }), given);
    }
    await compareWithCpu((a, b) => tf.einsum("bij,bkj->bik", a, b), [{ shape: [2, 3, 4] }, { shape: [2, 5, 4] }]);
  });

  test("attention, with gradients", async () => {
    const shape = [2, 5, 4];
    await compareGradients(
      (q, k, v) => {
        const scores = tf.mul(tf.matMul(q, k, false, true), 0.5); // [batch, tokens, tokens]
        const mask = tf.linalg.bandPart(tf.ones([5, 5]), -1, 0);
        const masked = tf.add(scores, tf.mul(tf.sub(1, mask), -1e9));
        return tf.matMul(tf.softmax(masked), v);
      },
      [{ shape }, { shape }, { shape }],
    );
  });
});
