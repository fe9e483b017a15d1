import type { InferenceSession } from "onnxruntime-node";
import type { Device } from "./engine.ts";

/** How ONNX Runtime is asked to run on a device. */
export function sessionOptions(device: Device, threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: device === "cpu" ? ["cpu"] : [device, "cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
  };
}
