import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import * as ort from "onnxruntime-node";
import { trace } from "../trace/trace.ts";
import type { Device } from "./engine.ts";

/** Why ONNX Runtime cannot compute on a device, or undefined where it can: a small product is run there and checked. */
export async function probeProvider(device: Device): Promise<string | undefined> {
  if (device === "cuda" && !hasCudaLibrary()) return "its CUDA library is not installed";
  const size = 8;
  const { model } = trace(({ x }) => ({ y: tf.relu(tf.matMul(x, x)) }), { x: { shape: [size, size] } });
  try {
    const session = await ort.InferenceSession.create(model, { executionProviders: [device], logSeverityLevel: 4 });
    const x = new ort.Tensor("float32", new Float32Array(size * size).fill(0.5), [size, size]);
    const { y } = await session.run({ x });
    await session.release();
    const wrong = (y.data as Float32Array).some((value) => Math.abs(value - size / 4) > 1e-3);
    return wrong ? `ONNX Runtime computes wrong numbers on ${device}` : undefined;
  } catch (error) {
    const [message] = String(error instanceof Error ? error.message : error).split("\n");
    return message.includes("WebGPU adapter") ? "no GPU that WebGPU can use" : message;
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
