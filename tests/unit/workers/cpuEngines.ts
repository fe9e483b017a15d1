import { createCompiledEngine } from "../../../workers/engine/compiledEngine.ts";
import { createEagerEngine } from "../../../workers/engine/eagerEngine.ts";
import type { Engine } from "../../../workers/engine/engine.ts";

/** ONNX Runtime with one thread. @param looping absent: as it is for users */
export const compiledOnCpu = (looping?: Parameters<typeof createCompiledEngine>[2]): Engine =>
  createCompiledEngine(
    { device: "cpu", engine: "compiled", provider: "onnxruntime cpu", reason: "test", precision: "float32" },
    1,
    looping,
  );

/** TensorFlow.js' own kernels. */
export const eagerOnCpu = (): Engine =>
  createEagerEngine("cpu", { device: "cpu", engine: "eager", provider: "tfjs cpu", reason: "test", precision: "float32" });
