import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import * as ort from "onnxruntime-node";
import { trace } from "../trace/trace.ts";
import type { Device } from "./engine.ts";
import { type Probed, probedBy, productFor } from "./probed.ts";

/** Why ONNX Runtime cannot compute on a device, or how exactly it multiplies there: a product that is known is run there and checked. */
export async function probeProvider(device: Device): Promise<Probed> {
  if (device === "cuda" && !hasCudaLibrary()) return { problem: "its CUDA library is not installed" };
  const known = productFor(device);
  const { rows, inner, columns, left, right } = known;
  const halves = (product: tf.Tensor) => ({ positive: tf.relu(product), negative: tf.relu(tf.neg(product)) });
  const { model } = trace(({ a, b }) => halves(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D)), {
    a: { shape: [rows, inner] },
    b: { shape: [inner, columns] },
  });
  try {
    const session = await ort.InferenceSession.create(model, { executionProviders: [device], logSeverityLevel: 4 });
    const feeds = { a: new ort.Tensor("float32", left, [rows, inner]), b: new ort.Tensor("float32", right, [inner, columns]) };
    const { positive, negative } = await session.run(feeds);
    await session.release();
    const below = negative.data as Float32Array;
    const given = (positive.data as Float32Array).map((value, i) => value - below[i]);
    return probedBy(known, given, `ONNX Runtime computes wrong numbers on ${device}`);
  } catch (error) {
    const [message] = String(error instanceof Error ? error.message : error).split("\n");
    return { problem: message.includes("WebGPU adapter") ? "no GPU that WebGPU can use" : message };
  }
}

/** Looked for here, because ONNX Runtime prints an error of its own when it misses it. */
function hasCudaLibrary(): boolean {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json")),
    "bin",
    "napi-v6",
    process.platform,
    process.arch,
  );
  return ["libonnxruntime_providers_cuda.so", "onnxruntime_providers_cuda.dll"].some((file) => existsSync(join(folder, file)));
}
