import { createEagerEngine } from "./eagerEngine.ts";
import type { Engine, EngineOptions } from "./engine.ts";

/** The engine for a device; see engine.ts for how it is used. @throws when a named device is not there. */
export async function createEngine(_options: EngineOptions = {}): Promise<Engine> {
  return createEagerEngine("cpu", {
    device: "cpu",
    engine: "eager",
    provider: "tfjs cpu",
    reason: "the only engine so far",
  });
}
