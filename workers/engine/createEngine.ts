import { gpuName } from "../env.ts";
import { chooseDevice } from "./chooseDevice.ts";
import type { Engine, EngineOptions } from "./engine.ts";
import { loadTfjsNode } from "./loadTfjsNode.ts";
import { probeBackend } from "./probeBackend.ts";

/** The engine for a device; see engine.ts for how it is used. @throws if a named device is not available. */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  // ONNX Runtime is loaded only where steps are compiled.
  const provider = async (device: Parameters<typeof loadTfjsNode>[0]) =>
    (await import("./probeProvider.ts")).probeProvider(device);
  const chosen = await chooseDevice(options, { provider, tfjsNode: loadTfjsNode, backend: probeBackend });
  const gpu = chosen.device === "cpu" ? null : gpuName();
  const choice = { ...chosen, ...(gpu !== null && { card: gpu }) };
  if (choice.engine === "compiled")
    return (await import("./compiledEngine.ts")).createCompiledEngine(choice, options.threads ?? 1);
  return (await import("./eagerEngine.ts")).createEagerEngine(choice.provider === "tfjs cpu" ? "cpu" : "tensorflow", choice);
}
