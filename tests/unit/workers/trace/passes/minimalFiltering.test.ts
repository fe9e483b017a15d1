import * as tf from "@tensorflow/tfjs";
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { convolution3x3 } from "../../../../../workers/models/ops/convolution3x3.ts";
import { type TraceInput, trace } from "../../../../../workers/trace/trace.ts";

type Given = Record<string, tf.Tensor>;

interface Sizes {
  I: number;
  O: number;
  H: number;
  W: number;
  N: number;
}

/** The convolution of convolution3x3.ts with a ReLU, and its gradients for a given gradient of y. */
function traced({ I, O, H, W, N }: Sizes, filtersMinimally: boolean) {
  const given = { x: [I, H, W, N], w: [O, 9 * I], b: [O, 1], dy: [O, H, W, N] };
  const run = ({ x, w, b, dy }: Given) => {
    const forward = (...[image, filter, bias]: tf.Tensor[]) =>
      convolution3x3(image as tf.Tensor4D, filter as tf.Tensor2D, bias as tf.Tensor2D, "relu");
    const [dx, dw, db] = tf.grads(forward)([x, w, b], dy);
    return { y: forward(x, w, b), dx, dw, db };
  };
  const inputs: Record<string, TraceInput> = Object.fromEntries(Object.entries(given).map(([name, shape]) => [name, { shape }]));
  return trace(run, inputs, { filtersMinimally });
}

async function results(sizes: Sizes, filtersMinimally: boolean) {
  const { model, inputs, operators } = traced(sizes, filtersMinimally);
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const values = Object.fromEntries(
    inputs.map(({ name, shape }, k) => {
      const size = shape.reduce((p, q) => p * q, 1);
      return [
        name,
        Float32Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1) * (k + 1)) * (name === "w" ? 0.1 : 1)),
      ];
    }),
  );
  const feeds = Object.fromEntries(inputs.map(({ name, shape }) => [name, new ort.Tensor("float32", values[name], shape)]));
  const outputs = await session.run(feeds);
  await session.release();
  const data = Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, tensor.data as Float32Array]));
  return { values, data, operators };
}

/** The definition, in double precision, with the places where the ReLU is open. */
function byDefinition({ I, O, H, W, N }: Sizes, { x, w, b, dy }: Record<string, Float32Array>, isOpen: (at: number) => boolean) {
  const M = W * N;
  const y = new Float64Array(O * H * M);
  const dx = new Float64Array(x.length);
  const dw = new Float64Array(w.length);
  const g = Float64Array.from(dy, (value, at) => (isOpen(at) ? value : 0));
  for (let o = 0; o < O; o++) {
    y.fill(b[o], o * H * M, (o + 1) * H * M);
    for (let i = 0; i < I; i++)
      for (let p = 0; p < 3; p++)
        for (let q = 0; q < 3; q++) {
          const at = o * 9 * I + 9 * i + 3 * p + q;
          for (let h = Math.max(0, 1 - p); h < Math.min(H, H + 1 - p); h++) {
            const [to, from] = [(o * H + h) * M, (i * H + h + p - 1) * M + (q - 1) * N];
            for (let m = Math.max(0, (1 - q) * N); m < Math.min(M, M + (1 - q) * N); m++) {
              y[to + m] += w[at] * x[from + m];
              dx[from + m] += w[at] * g[to + m];
              dw[at] += g[to + m] * x[from + m];
            }
          }
        }
  }
  const db = Float64Array.from({ length: O }, (_, o) => g.subarray(o * H * M, (o + 1) * H * M).reduce((sum, n) => sum + n, 0));
  return { y: y.map((value) => Math.max(value, 0)), dx, dw, db };
}

test.each([
  { I: 16, O: 24, H: 6, W: 8, N: 160 },
  { I: 64, O: 64, H: 2, W: 3, N: 128 },
])("large convolutions and their gradients stay what they are, to rounding (%o)", async (sizes) => {
  const { values, data, operators } = await results(sizes, true);
  // Forward and by x: four convolutions of half the rows each, the last two onto the sums of the others; by the filter: 4 · 3 products.
  expect(operators).toMatchObject({ Conv: 4, FusedConv: 4, Gemm: 12 });
  expect(operators.Relu).toBeUndefined();
  const plain = await results(sizes, false);
  for (const [name, expected] of Object.entries(byDefinition(sizes, values, (at) => data.y[at] > 0))) {
    const farthest = (actual: Float32Array) =>
      actual.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at])), 0);
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // As near as by the definition in the same precision.
    expect(farthest(data[name]), name).toBeLessThanOrEqual(3 * farthest(plain.data[name]));
    expect(farthest(data[name]) / largest, name).toBeLessThan(1e-5);
  }
});

test("what is small, or has an odd number of rows, is computed as it is written", () => {
  const plain = { Conv: 2, Gemm: 9, Relu: 1 };
  expect(traced({ I: 16, O: 24, H: 6, W: 8, N: 160 }, false).operators).toMatchObject(plain);
  expect(traced({ I: 16, O: 24, H: 7, W: 8, N: 160 }, true).operators).toMatchObject(plain);
  expect(traced({ I: 4, O: 4, H: 6, W: 8, N: 160 }, true).operators).toMatchObject(plain);
});

test.each([
  ["a stride of 2", { strides: 2, pad: "same" }],
  ["no border", { strides: 1, pad: "valid" }],
  ["rows that stand apart", { strides: 1, pad: "same", dilations: [2, 1] }],
] as const)("a convolution with %s is left alone", (_name, { strides, pad, ...more }) => {
  const fn = ({ x, w }: Given) => ({
    y: tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad, "NHWC", ("dilations" in more ? [...more.dilations] : 1) as 1),
  });
  const given = { x: { shape: [8, 16, 64, 32] }, w: { shape: [3, 3, 32, 32] } };
  expect(trace(fn, given, { filtersMinimally: true }).operators).toEqual(trace(fn, given).operators);
});

test("convolutions of images one by one are filtered too", async () => {
  const fn = ({ x, w }: Given) => ({ y: tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "same") });
  const given = { x: { shape: [8, 16, 64, 32] }, w: { shape: [3, 3, 32, 32] } };
  const both: Float32Array[] = [];
  for (const filtersMinimally of [true, false]) {
    const { model, operators } = trace(fn, given, { filtersMinimally });
    expect(operators.Conv).toBe(filtersMinimally ? 2 : 1);
    const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
    const tensor = (shape: number[]) =>
      new ort.Tensor(
        "float32",
        Float32Array.from({ length: shape.reduce((p, q) => p * q, 1) }, (_, i) => Math.sin(78.233 * (i + 1))),
        shape,
      );
    both.push((await session.run({ x: tensor(given.x.shape), w: tensor(given.w.shape) })).y.data as Float32Array);
    await session.release();
  }
  expect(both[0].length).toBe(8 * 16 * 64 * 32);
  expect(both[0].reduce((most, value, at) => Math.max(most, Math.abs(value - both[1][at])), 0)).toBeLessThan(1e-4);
});
