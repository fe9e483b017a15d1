import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll } from "vitest";
import type { CompiledFunction, Engine } from "../../../workers/engine/engine.ts";

/** ONNX Runtime forgets the shaders it has compiled when no session is open any more, and a software GPU compiles for seconds. */
export function keepShaders(webgpu: () => Engine): void {
  let open: CompiledFunction;
  beforeAll(async () => {
    open = await webgpu().compileFunction({
      state: {},
      inputs: { x: { shape: [1] } },
      fn: ({ inputs }) => ({ y: tf.neg(inputs.x) }),
    });
  });
  afterAll(() => open.dispose());
}
