import * as tf from "@tensorflow/tfjs";
import * as ort from "onnxruntime-node";
import { expect } from "vitest";
import { trace } from "../../../../workers/trace/trace.ts";

tf.enableProdMode(); // no banner

export type Given = { shape: number[]; dtype?: "float32" | "int32" | "bool"; values?: number[]; low?: number; high?: number };
export type Fn = (...tensors: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

/** Runs `fn` on TensorFlow.js' own CPU backend and as a compiled graph, and expects the same numbers. Returns the graph. */
export async function compareWithCpu(fn: Fn, given: Given[], tolerance = 1e-5) {
  const arrays = given.map((spec, i) => randomValues(spec, i + 1));
  await tf.setBackend("cpu");
  const list = (result: tf.Tensor | tf.Tensor[]) => (Array.isArray(result) ? result : [result]);
  const expected = tf.tidy(() =>
    list(fn(...given.map((spec, i) => tf.tensor(arrays[i].slice(), spec.shape, spec.dtype ?? "float32")))).map((t) => ({
      shape: t.shape,
      dtype: t.dtype,
      data: Array.from(t.dataSync() as ArrayLike<number>, Number),
    })),
  );
  const traced = trace(
    (inputs) => Object.fromEntries(list(fn(...given.map((_, i) => inputs[`x${i}`]))).map((t, i) => [`y${i}`, t])),
    Object.fromEntries(given.map((spec, i) => [`x${i}`, spec])),
  );
  const session = await ort.InferenceSession.create(traced.model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const feeds = Object.fromEntries(
    traced.inputs.map(({ name, shape, dtype }) => [
      name,
      new ort.Tensor(dtype, arrays[Number(name.slice(1))] as Float32Array, shape),
    ]),
  );
  const results = await session.run(feeds);
  expected.forEach(({ shape, dtype, data }, i) => {
    const actual = results[`y${i}`];
    expect(actual.dims, `shape of output ${i}`).toEqual(shape);
    expect(actual.type, `dtype of output ${i}`).toBe(dtype);
    const values = Array.from(actual.data as ArrayLike<number>, Number);
    data.forEach((x, k) => {
      const close = Object.is(x, values[k]) || x === values[k] || Math.abs(x - values[k]) <= tolerance * (1 + Math.abs(x));
      if (!close) expect.fail(`output ${i}[${k}] of [${shape}]: ${values[k]} compiled, ${x} on the CPU backend`);
    });
  });
  await session.release();
  return traced;
}

/** Also compares the gradients by every float input, for output gradients that are not uniform. */
export async function compareGradients(fn: (...tensors: tf.Tensor[]) => tf.Tensor, given: Given[], tolerance = 1e-4) {
  await compareWithCpu(fn, given, tolerance);
  const weighted = (...tensors: tf.Tensor[]) => {
    const y = fn(...tensors);
    const weights = tf.tensor(
      Float32Array.from({ length: y.size }, (_, i) => Math.sin(i + 1)),
      y.shape,
    );
    return tf.sum(tf.mul(y, weights)) as tf.Scalar;
  };
  return compareWithCpu((...tensors) => tf.grads(weighted)(tensors), given, tolerance);
}

function randomValues({ shape, dtype = "float32", values, low = -2, high = 2 }: Given, seed: number) {
  const size = shape.reduce((p, q) => p * q, 1);
  let state = seed * 7919;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return low + ((high - low) * (state + 0.5)) / 2 ** 32;
  };
  const list =
    values ??
    Array.from(
      { length: size },
      dtype === "float32" ? next : dtype === "int32" ? () => Math.floor(next()) : () => Number(next() > 0),
    );
  return dtype === "float32" ? Float32Array.from(list) : dtype === "int32" ? Int32Array.from(list) : Uint8Array.from(list);
}
