import * as tf from "@tensorflow/tfjs";
import { describe, test } from "vitest";
import { compareGradients, compareWithCpu, type Given } from "../compareWithCpu.ts";

const shapes = [[], [1], [7], [1, 1, 1], [3, 5], [2, 3, 4]];
const away = { low: 0.3, high: 2 };

describe("functions of one tensor, with their gradients", () => {
  const smooth: Record<string, [(x: tf.Tensor) => tf.Tensor, Partial<Given>?]> = {
    abs: [tf.abs],
    acos: [tf.acos, { low: -0.9, high: 0.9 }],
    acosh: [tf.acosh, { low: 1.2, high: 3 }],
    asin: [tf.asin, { low: -0.9, high: 0.9 }],
    asinh: [tf.asinh],
    atan: [tf.atan],
    atanh: [tf.atanh, { low: -0.9, high: 0.9 }],
    clip: [(x) => tf.clipByValue(x, -0.5, 1)],
    cos: [tf.cos],
    cosh: [tf.cosh],
    elu: [tf.elu],
    erf: [tf.erf],
    exp: [tf.exp],
    expm1: [tf.expm1],
    leakyRelu: [(x) => tf.leakyRelu(x, 0.1)],
    log: [tf.log, away],
    log1p: [tf.log1p, away],
    neg: [tf.neg],
    reciprocal: [tf.reciprocal, away],
    relu: [tf.relu],
    relu6: [(x) => tf.relu6(tf.mul(x, 5))],
    rsqrt: [tf.rsqrt, away],
    selu: [tf.selu],
    sigmoid: [tf.sigmoid],
    sin: [tf.sin],
    sinh: [tf.sinh],
    softplus: [tf.softplus],
    sqrt: [tf.sqrt, away],
    square: [tf.square],
    tan: [tf.tan, { low: -1, high: 1 }],
    tanh: [tf.tanh],
  };
  test.each(Object.entries(smooth))("%s", async (_name, [fn, range]) => {
    for (const shape of shapes) await compareGradients((x) => fn(x), [{ shape, ...range }], 2e-4);
  });

  const flat: Record<string, (x: tf.Tensor) => tf.Tensor> = {
    ceil: tf.ceil,
    floor: tf.floor,
    round: tf.round,
    sign: tf.sign,
    step: (x) => tf.step(x),
    stepAlpha: (x) => tf.step(x, 0.25),
    isNaN: tf.isNaN,
    isInf: tf.isInf,
    isFinite: tf.isFinite,
    zerosLike: tf.zerosLike,
    onesLike: tf.onesLike,
    toInt: (x) => tf.cast(x, "int32"),
    toBool: (x) => tf.cast(tf.floor(x), "bool"),
    clone: tf.clone,
  };
  test.each(Object.entries(flat))("%s", async (_name, fn) => {
    for (const shape of shapes) await compareWithCpu((x) => fn(x), [{ shape }]);
  });
});

describe("functions of two tensors", () => {
  const pairs: [number[], number[]][] = [
    [[], []],
    [[3, 5], []],
    [[], [4]],
    [[5], [3, 5]],
    [
      [3, 1],
      [1, 5],
    ],
    [
      [2, 1, 4],
      [3, 1],
    ],
    [
      [1, 1],
      [1, 1],
    ],
    [
      [7, 9],
      [7, 9],
    ],
  ];
  const smooth: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
    add: tf.add,
    sub: tf.sub,
    mul: tf.mul,
    div: tf.div,
    pow: tf.pow,
    maximum: tf.maximum,
    minimum: tf.minimum,
    squaredDifference: tf.squaredDifference,
    prelu: (a, b) => tf.prelu(tf.sub(a, 1), b),
  };
  test.each(Object.entries(smooth))("%s, with gradients", async (name, fn) => {
    const range = name.endsWith("imum") || name === "prelu" ? {} : away;
    for (const [a, b] of pairs) {
      // TensorFlow.js itself has no gradients of these for operands that are broadcast.
      if (!["add", "sub", "mul", "div", "pow"].includes(name) && String(a) !== String(b)) continue;
      await compareGradients(
        (x, y) => fn(x, y),
        [
          { shape: a, ...range },
          { shape: b, ...range },
        ],
      );
    }
  });

  const flat: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
    equal: tf.equal,
    notEqual: tf.notEqual,
    greater: tf.greater,
    greaterEqual: tf.greaterEqual,
    less: tf.less,
    lessEqual: tf.lessEqual,
    floorDiv: tf.floorDiv,
    mod: tf.mod,
  };
  test.each(Object.entries(flat))("%s", async (_name, fn) => {
    for (const [a, b] of pairs) {
      const floats = [{ shape: a }, { shape: b, low: 0.3, high: 2 }];
      await compareWithCpu((x, y) => fn(x, y), floats);
      const integers: Given[] = [
        { shape: a, dtype: "int32", low: -9, high: 9 },
        { shape: b, dtype: "int32", low: 1, high: 4 },
      ];
      await compareWithCpu((x, y) => fn(x, y), integers);
    }
  });

  test.each([
    ["and", tf.logicalAnd],
    ["or", tf.logicalOr],
    ["xor", tf.logicalXor],
  ] as const)("logical %s", async (_name, fn) => {
    for (const [a, b] of pairs) {
      await compareWithCpu(
        (x, y) => [fn(x, y), tf.logicalNot(x)],
        [
          { shape: a, dtype: "bool" },
          { shape: b, dtype: "bool" },
        ],
      );
    }
  });

  test("int32 arithmetic", async () => {
    const given: Given[] = [
      { shape: [3, 4], dtype: "int32", low: -9, high: 9 },
      { shape: [4], dtype: "int32", low: 1, high: 5 },
    ];
    await compareWithCpu(
      (a, b) => [tf.add(a, b), tf.sub(a, b), tf.mul(a, b), tf.maximum(a, b), tf.neg(a), tf.abs(a), tf.sum(a)],
      given,
    );
  });

  test("powers with constant exponents", async () => {
    for (const exponent of [0, 1, 2, 3, -1, 0.5, 2.5]) {
      await compareGradients((x) => tf.pow(x, tf.scalar(exponent)), [{ shape: [5], ...away }]);
    }
  });

  test("where, with gradients", async () => {
    const cases: [number[], number[]][] = [
      [
        [3, 4],
        [3, 4],
      ],
      [[], []],
      [[4], [4]],
    ];
    for (const [c, x] of cases) {
      const condition: Given = { shape: c, dtype: "bool" };
      await compareWithCpu((cond, a, b) => tf.where(cond, a, b), [condition, { shape: x }, { shape: x }]);
      const chosen = (cond: tf.Tensor) => (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.where(cond, tf.square(a), tf.mul(b, 3)));
      await compareWithCpu((cond, a, b) => tf.grads(chosen(cond))([a, b]), [condition, { shape: x }, { shape: x }]);
    }
  });

  test("sums of many, and chains of constants", async () => {
    await compareGradients((a, b, c) => tf.addN([a, b, c]), [{ shape: [3, 2] }, { shape: [3, 2] }, { shape: [3, 2] }]);
    await compareGradients((a) => tf.mul(tf.neg(tf.mul(tf.add(tf.mul(a, 2), 0), 3)), tf.ones([2, 3])), [{ shape: [3] }]);
    await compareGradients((a, b) => tf.sub(tf.sub(0, tf.neg(a)), tf.mul(-1, tf.div(b, 3))), [{ shape: [3] }, { shape: [2, 3] }]);
  });
});
