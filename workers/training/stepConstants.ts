import type { RunConfig } from "../../contract/config/runConfig.ts";
import { idealGram } from "../../math/frames/idealGram.ts";
import { frobeniusNorm } from "../../math/linear/matrix.ts";
import type { Constant } from "../engine/engine.ts";
import type { ParameterSpec } from "../models/network.ts";
import { parameterCount, sizeOf } from "../models/parameterLayout.ts";

/** F/‖F‖ [K, K] of the frame that each run's classifier is held to; one for all where it is the same. */
export function frameConstant(configs: readonly RunConfig[], classes: number): { frame: Constant; differs: boolean } {
  const names = configs.map(({ regularizer }) => (regularizer.family === "slack" ? regularizer.frame : "simplex"));
  const differs = names.some((name) => name !== names[0]);
  const frames = (differs ? names : names.slice(0, 1)).map((name) => {
    const ideal = idealGram(classes, name);
    const norm = frobeniusNorm(ideal);
    return Array.from(ideal.data, (value) => value / norm);
  });
  return { frame: { shape: [classes, classes], data: Float32Array.from(frames.flat()) }, differs };
}

/** `lambda` where a weight matrix is penalized, 0 elsewhere [P]. */
export function decayVector(specs: readonly ParameterSpec[], lambda: number): Constant {
  const data = new Float32Array(parameterCount([...specs]));
  let at = 0;
  for (const spec of specs) {
    const end = at + sizeOf(spec);
    if (spec.penalty === "head" || spec.penalty === "hidden") data.fill(lambda, at, end);
    at = end;
  }
  return { shape: [data.length], data };
}
