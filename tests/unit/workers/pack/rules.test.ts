import * as tf from "@tensorflow/tfjs";
import { afterAll, describe, expect, test } from "vitest";
import type { Engine, FunctionDefinition } from "../../../../workers/engine/engine.ts";
import { narrow, widen } from "../../../../workers/engine/wide.ts";
import { PackedBackend } from "../../../../workers/pack/backend.ts";
import { rules } from "../../../../workers/pack/rules/allRules.ts";
import { compiledOnCpu, eagerOnCpu } from "../cpuEngines.ts";

tf.enableProdMode();
const compiled = compiledOnCpu();
const eager = eagerOnCpu();

const seen = new Set<string>();
const { run } = PackedBackend.prototype;
PackedBackend.prototype.run = function (kernel, ...rest) {
  seen.add(kernel);
  return run.call(this, kernel, ...rest);
};
afterAll(() => {
  PackedBackend.prototype.run = run;
});

const S = 3;
type Spec = { shape: number[]; dtype?: "float32" | "int32" | "bool"; low?: number; high?: number };
type Case = { name: string; inputs: Spec[]; fn: (...tensors: never[]) => tf.Tensor | tf.Tensor[] };
type T = tf.Tensor;
const a = { shape: [4, 5] };
/** TensorFlow.js' operations by name. */
const operations = { ...tf } as unknown as Record<string, (...given: unknown[]) => T>;
const positive = { shape: [4, 5], low: 0.1, high: 0.9 };
const flags = { shape: [4, 5], dtype: "bool" as const };

const unary = (
  [
    ...[
      "abs",
      "acos",
      "asin",
      "asinh",
      "atan",
      "atanh",
      "ceil",
      "cos",
      "cosh",
      "elu",
      "erf",
      "exp",
      "expm1",
      "floor",
      "isFinite",
    ],
    ...[
      "isInf",
      "isNaN",
      "log",
      "log1p",
      "neg",
      "reciprocal",
      "relu",
      "relu6",
      "round",
      "rsqrt",
      "selu",
      "sigmoid",
      "sign",
      "sin",
    ],
    ...["sinh", "softplus", "sqrt", "square", "tan", "tanh", "step", "clone", "zerosLike", "onesLike", "leakyRelu"],
  ] as const
).map((op): Case => ({ name: op, inputs: [positive], fn: (x: T) => operations[op](x) }));
const binary = (
  [
    ...["add", "sub", "mul", "div", "maximum", "minimum", "pow", "squaredDifference", "mod", "equal", "notEqual", "greater"],
    ...["greaterEqual", "less", "lessEqual", "prelu"],
  ] as const
).flatMap((op): Case[] => {
  const fn = (x: T, y: T) => operations[op](x, y);
  return [
    { name: op, inputs: [positive, positive], fn },
    {
      name: `${op}, the second broadcast`,
      inputs: [
        { ...positive, shape: [2, 4, 5] },
        { ...positive, shape: [4, 1] },
      ],
      fn,
    },
    ...(op === "prelu" ? [] : [{ name: `${op}, the first broadcast`, inputs: [{ ...positive, shape: [5] }, positive], fn }]),
  ];
});
const acosh: Case = { name: "acosh", inputs: [{ ...a, low: 1, high: 3 }], fn: (x: T) => tf.acosh(x) };
const logical = (["logicalAnd", "logicalOr", "logicalXor"] as const).map(
  (op): Case => ({ name: op, inputs: [flags, flags], fn: (x: T, y: T) => operations[op](x, y) }),
);
const reductions = (["sum", "mean", "max", "min", "prod"] as const).flatMap((op): Case[] => [
  { name: `${op} of all`, inputs: [a], fn: (x: T) => operations[op](x) },
  { name: `${op} over the leading axis, kept`, inputs: [a], fn: (x: T) => operations[op](x, 0, true) },
  { name: `${op} over the last axis`, inputs: [a], fn: (x: T) => operations[op](x, -1) },
  { name: `${op} over two axes`, inputs: [{ shape: [2, 3, 4] }], fn: (x: T) => operations[op](x, [0, 2]) },
  { name: `${op} of a scalar`, inputs: [{ shape: [] }], fn: (x: T) => operations[op](x) },
]);
const image = { shape: [2, 5, 6, 3] };
const layouts: Case[] = [
  { name: "reshape", inputs: [a], fn: (x: T) => tf.reshape(x, [2, -1, 5]) },
  { name: "reshape to one axis", inputs: [a], fn: (x: T) => tf.reshape(x, [-1]) },
  { name: "expandDims", inputs: [a], fn: (x: T) => [tf.expandDims(x, 0), tf.expandDims(x, 1), tf.expandDims(x, -1)] },
  { name: "transpose", inputs: [{ shape: [2, 3, 4] }], fn: (x: T) => [tf.transpose(x), tf.transpose(x, [1, 0, 2])] },
  { name: "slice", inputs: [a], fn: (x: T) => [tf.slice(x, [1, 2], [2, 3]), tf.slice(x, [2, 0], [1, -1])] },
  {
    name: "stridedSlice",
    inputs: [{ shape: [5, 6] }],
    fn: (x: T) => [tf.stridedSlice(x, [0, 1], [5, 6], [2, 2]), tf.stridedSlice(x, [1, 0], [2, 4], [1, 1], 0, 2, 0, 0, 1)],
  },
  { name: "concat", inputs: [a, { shape: [2, 5] }], fn: (x: T, y: T) => tf.concat([x, y, x], 0) },
  { name: "concat along the last axis", inputs: [a, { shape: [4, 2] }], fn: (x: T, y: T) => tf.concat([x, y], -1) },
  { name: "stack", inputs: [a, a], fn: (x: T, y: T) => [tf.stack([x, y]), tf.stack([x, y], 1), tf.stack([x, y], -1)] },
  { name: "unstack", inputs: [a], fn: (x: T) => [...tf.unstack(x), ...tf.unstack(x, 1)] },
  { name: "split", inputs: [a], fn: (x: T) => [...tf.split(x, 2), ...tf.split(x, [1, 3, 1], 1), ...tf.split(x, 1)] },
  {
    name: "pad",
    inputs: [a],
    fn: (x: T) => [
      tf.pad(x, [
        [1, 0],
        [0, 2],
      ]),
      tf.mirrorPad(
        x,
        [
          [1, 1],
          [2, 0],
        ],
        "reflect",
      ),
    ],
  },
  { name: "tile", inputs: [a], fn: (x: T) => tf.tile(x, [2, 3]) },
  { name: "broadcastTo", inputs: [{ shape: [4, 1] }], fn: (x: T) => tf.broadcastTo(x, [2, 4, 5]) },
  { name: "reverse", inputs: [a], fn: (x: T) => [tf.reverse(x), tf.reverse(x, 0), tf.reverse(x, [-1])] },
  { name: "cast", inputs: [a], fn: (x: T) => [tf.cast(x, "int32"), tf.cast(x, "bool")] },
  { name: "clipByValue", inputs: [a], fn: (x: T) => tf.clipByValue(x, -1, 0.5) },
  { name: "where", inputs: [flags, a, a], fn: (c: T, x: T, y: T) => tf.where(c, x, y) },
  { name: "where of broadcast values", inputs: [flags, { shape: [] }, a], fn: (c: T, x: T, y: T) => tf.where(c, x, y) },
  { name: "addN", inputs: [a, a, a], fn: (x: T, y: T, z: T) => tf.addN([x, y, z]) },
  { name: "logicalNot", inputs: [flags], fn: (x: T) => tf.logicalNot(x) },
  { name: "all and any", inputs: [flags], fn: (x: T) => [tf.all(x), tf.any(x, 0), tf.all(x, 1, true)] },
  { name: "argMax", inputs: [a], fn: (x: T) => [tf.argMax(x), tf.argMax(x, 1), tf.argMin(x, -1)] },
  { name: "softmax", inputs: [a], fn: (x: T) => [tf.softmax(x), tf.logSoftmax(x)] },
  { name: "cumsum", inputs: [a], fn: (x: T) => [tf.cumsum(x), tf.cumsum(x, 1, true, true)] },
  { name: "topk", inputs: [a], fn: (x: T) => [tf.topk(x, 2).values, tf.topk(x, 2).indices] },
  {
    name: "floorDiv",
    inputs: [
      { shape: [6], dtype: "int32", low: 1, high: 9 },
      { shape: [6], dtype: "int32", low: 1, high: 4 },
    ],
    fn: (x: T, y: T) => tf.floorDiv(x, y),
  },
];
const products: Case[] = [false, true].flatMap((ta) =>
  [false, true].flatMap((tb): Case[] => {
    const left = ta ? [3, 4] : [4, 3];
    const right = tb ? [5, 3] : [3, 5];
    const fn = (x: T, y: T) => tf.matMul(x, y, ta, tb);
    const how = `${ta ? "transposed" : "as it is"}, ${tb ? "transposed" : "as it is"}`;
    return [
      { name: `matMul ${how}`, inputs: [{ shape: left }, { shape: right }], fn },
      { name: `matMul of batches ${how}`, inputs: [{ shape: [2, ...left] }, { shape: [2, ...right] }], fn },
      { name: `matMul with a shared matrix ${how}`, inputs: [{ shape: [2, ...left] }, { shape: [1, ...right] }], fn },
      { name: `matMul of a shared matrix ${how}`, inputs: [{ shape: [1, ...left] }, { shape: [2, ...right] }], fn },
    ];
  }),
);
const einsums: Case[] = [
  { name: "einsum", inputs: [a, { shape: [5, 3] }], fn: (x: T, y: T) => tf.einsum("ij,jk->ik", x, y) },
  {
    name: "einsum of batches",
    inputs: [{ shape: [2, 4, 3] }, { shape: [2, 5, 3] }],
    fn: (x: T, y: T) => tf.einsum("bij,bkj->bik", x, y),
  },
];
const indices = { shape: [6], dtype: "int32" as const, low: 0, high: 3.99 };
const indexing: Case[] = [
  { name: "gather", inputs: [a, indices], fn: (x: T, i: T) => tf.gather(x, i) },
  { name: "gather along the last axis", inputs: [{ shape: [3, 4] }, indices], fn: (x: T, i: T) => tf.gather(x, i, 1) },
  {
    name: "gather along a middle axis",
    inputs: [{ shape: [2, 4, 3] }, { ...indices, shape: [2, 3] }],
    fn: (x: T, i: T) => tf.gather(x, i, 1),
  },
  {
    name: "unsortedSegmentSum",
    inputs: [{ shape: [6, 2] }, indices],
    fn: (x: T, i: tf.Tensor1D) => tf.unsortedSegmentSum(x, i, 4),
  },
  { name: "oneHot", inputs: [indices], fn: (i: T) => tf.oneHot(i, 4) },
  {
    name: "the gradient of gather",
    inputs: [a, indices, { shape: [6, 5] }],
    fn: (x: T, i: T, g: T) => tf.grad((w: T) => tf.sum(tf.mul(tf.gather(w, i), g)))(x),
  },
  {
    name: "gatherND and scatterND",
    inputs: [a, { shape: [3, 2], dtype: "int32", low: 0, high: 3.99 }],
    fn: (x: T, i: T) => [tf.gatherND(x, i)],
  },
];
type Image = tf.Tensor4D;
const convolutions: Case[] = [
  { name: "conv2d", inputs: [image, { shape: [3, 3, 3, 2] }], fn: (x: Image, f: Image) => tf.conv2d(x, f, 1, "same") },
  {
    name: "conv2d, strides and dilations",
    inputs: [image, { shape: [2, 2, 3, 2] }],
    fn: (x: Image, f: Image) => [tf.conv2d(x, f, 2, "valid"), tf.conv2d(x, f, 1, "same", "NHWC", [1, 2])],
  },
  {
    name: "fused.conv2d",
    inputs: [image, { shape: [3, 3, 3, 2] }, { shape: [2] }],
    fn: (x: Image, filter: Image, bias: T) => tf.fused.conv2d({ x, filter, bias, strides: 1, pad: "same", activation: "relu" }),
  },
  {
    name: "fused.conv2d, no bias",
    inputs: [image, { shape: [3, 3, 3, 2] }],
    fn: (x: Image, filter: Image) => tf.fused.conv2d({ x, filter, strides: 1, pad: "same", dilations: [1, 2] }),
  },
  {
    name: "gradients of conv2d",
    inputs: [image, { shape: [3, 3, 3, 2] }, { shape: [2, 5, 6, 2] }],
    fn: (x: Image, f: Image, g: T) =>
      tf.grads((p: T, q: T) => tf.sum(tf.mul(tf.conv2d(p as Image, q as Image, 1, "same"), g)))([x, f]),
  },
  { name: "pools", inputs: [image], fn: (x: Image) => [tf.maxPool(x, 2, 2, "valid"), tf.avgPool(x, 2, 2, "same")] },
  {
    name: "gradients of pools",
    inputs: [image, { shape: [2, 2, 3, 3] }],
    fn: (x: Image, g: T) => [
      tf.grad((p: T) => tf.sum(tf.mul(tf.maxPool(p as Image, 2, 2, "valid"), g)))(x),
      tf.grad((p: T) => tf.sum(tf.mul(tf.avgPool(p as Image, 2, 2, "valid"), g)))(x),
    ],
  },
  {
    name: "gradients of reductions and activations",
    inputs: [a, a],
    fn: (x: T, y: T) => {
      const loss = (p: T, q: T) =>
        tf.add(tf.sum(tf.elu(tf.mul(p, q))), tf.sum(tf.mul(tf.max(p, 1), tf.mean(tf.softmax(q), 1)))) as tf.Scalar;
      return tf.grads(loss)([x, y]);
    },
  },
];

const cases = [
  ...unary,
  acosh,
  ...binary,
  ...logical,
  ...reductions,
  ...layouts,
  ...products,
  ...einsums,
  ...indexing,
  ...convolutions,
];

function randomValues({ shape, dtype = "float32", low = -2, high = 2 }: Spec, seed: number) {
  const size = shape.reduce((p, q) => p * q, 1);
  let state = seed * 7919;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return low + ((high - low) * (state + 0.5)) / 2 ** 32;
  };
  const draw = dtype === "float32" ? next : dtype === "int32" ? () => Math.floor(next()) : () => Number(next() > 0);
  const list = Array.from({ length: size }, draw);
  return dtype === "float32" ? Float32Array.from(list) : dtype === "int32" ? Int32Array.from(list) : Uint8Array.from(list);
}

type Array1 = ReturnType<typeof randomValues>;
const together = (arrays: Array1[]): Array1 => {
  const Kind = arrays[0].constructor as Float32ArrayConstructor;
  return Kind.from(arrays.flatMap((array) => Array.from(array)));
};

function definitionOf({ inputs, fn }: Case): FunctionDefinition {
  return {
    state: {},
    inputs: Object.fromEntries(inputs.map(({ shape, dtype }, i) => [`x${i}`, { shape, dtype }])),
    fn: ({ inputs: given }) => {
      const results = [(fn as (...tensors: T[]) => T | T[])(...inputs.map((_, i) => given[`x${i}`]))].flat();
      return Object.fromEntries(results.map((result, i) => [`y${i}`, result]));
    },
  };
}

async function compute(engine: Engine, one: Case, names: string[], values: Record<string, Array1>, runs: number) {
  const compiledFn = await engine.compileFunction(definitionOf(one), { runs, perRun: { inputs: names } });
  const outputs = await compiledFn.run(values, {});
  const copied = Object.fromEntries(Object.entries(outputs).map(([name, data]) => [name, data.slice()]));
  await compiledFn.dispose();
  return copied;
}

/** Every choice of inputs that differ between the runs. */
const subsets = (count: number) =>
  Array.from({ length: 2 ** count - 1 }, (_, bits) => Array.from({ length: count }, (_, i) => ((bits + 1) >> i) & 1));

const close = (x: number, y: number) => Object.is(x, y) || x === y || Math.abs(x - y) <= 1e-5 * (1 + Math.abs(x));

/** The eager way has no float64. */
const wide: Case = {
  name: "float64: products, sums and differences",
  inputs: [a, { shape: [5, 3] }],
  fn: (x: tf.Tensor2D, y: tf.Tensor2D) => {
    const product = tf.matMul(widen(x), y);
    const centred = tf.sub(product, tf.mean(product, 1, true));
    return [narrow(tf.sum(tf.square(centred), 0)), narrow(tf.add(centred, tf.matMul(x, y))), tf.argMin(centred, 1)];
  },
};

describe.each([
  ["compiled", compiled, [...cases, wide]],
  ["eager", eager, cases],
] as const)("%s: all runs at once are the runs one by one", (_name, engine, tried) => {
  test.each(tried)("$name", async (one) => {
    for (const own of subsets(one.inputs.length)) {
      const drawn = one.inputs.map((spec, i) =>
        Array.from({ length: S }, (_, s) => randomValues(spec, own[i] ? 10 * i + s + 1 : 10 * i + 1)),
      );
      const names = own.flatMap((isOwn, i) => (isOwn ? [`x${i}`] : []));
      const valuesOf = (s: number) => Object.fromEntries(drawn.map((runs, i) => [`x${i}`, runs[s]]));
      const all = Object.fromEntries(drawn.map((runs, i) => [`x${i}`, own[i] ? together(runs) : runs[0]]));
      const packed = await compute(engine, one, names, all, S);
      for (let s = 0; s < S; s++) {
        const alone = await compute(engine, one, [], valuesOf(s), 1);
        expect(Object.keys(packed)).toEqual(Object.keys(alone));
        for (const [name, values] of Object.entries(alone)) {
          const mine = packed[name].subarray(s * values.length, (s + 1) * values.length);
          expect(packed[name].length, `${name} of ${names}`).toBe(S * values.length);
          const far = Array.from(values).findIndex((value, i) => !close(value, mine[i]));
          if (far >= 0) expect.fail(`${name}[${far}] of run ${s}, own ${names}: ${mine[far]} in the pack, ${values[far]} alone`);
        }
      }
      // What becomes of run 1 is nothing to the others.
      const spoilt = Object.fromEntries(
        Object.entries(all).map(([name, values]) => {
          const isFloat = names.includes(name) && values instanceof Float32Array;
          return [name, isFloat ? values.map((x, i) => (Math.floor((i * S) / values.length) === 1 ? Number.NaN : x)) : values];
        }),
      );
      const beside = await compute(engine, one, names, spoilt, S);
      for (const [name, values] of Object.entries(packed)) {
        const size = values.length / S;
        for (const s of [0, 2])
          expect(beside[name].slice(s * size, (s + 1) * size), `${name} of run ${s}, own ${names}`).toEqual(
            values.slice(s * size, (s + 1) * size),
          );
      }
    }
  });
});

test("every rule has been tried", () => {
  expect(Object.keys(rules).filter((kernel) => !seen.has(kernel))).toEqual([]);
});
