import { decayParts } from "../../contract/config/decayParts.ts";
import { layerStrength } from "../../contract/config/regularizer.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import { idealGram } from "../../math/frames/idealGram.ts";
import { frobeniusNorm } from "../../math/linear/matrix.ts";
import type { Constant } from "../engine/engine.ts";
import { concatenated } from "../engine/runAfterRun.ts";
import type { ParameterSpec } from "../models/network.ts";
import { parameterCount, sizeOf } from "../models/parameterLayout.ts";
import { isOrthogonalized } from "./muon.ts";

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

/** Of Muon: the rate of what Adam updates, over that of the matrices. */
export const adamRatio = ({ optimizer, learningRate }: RunConfig["training"]): number =>
  optimizer.name === "muon" ? optimizer.adamRate / learningRate : 0;

/** Decoupled λ of every parameter, times its rate over the run's [P]; one vector for all runs where it is the same; null: there is none. */
export function decayConstant(
  configs: readonly RunConfig[],
  specs: readonly ParameterSpec[],
): { vector: Constant; differs: boolean } | null {
  const strengths = configs.map((config) => strengthsOf(config, specs));
  if (strengths.every((each) => each.every((strength) => strength === 0))) return null;
  const differs = strengths.some((each) => each.join() !== strengths[0].join());
  const vectors = (differs ? strengths : strengths.slice(0, 1)).map((each) => {
    const data = new Float32Array(parameterCount([...specs]));
    let at = 0;
    specs.forEach((spec, i) => {
      data.fill(each[i], at, at + sizeOf(spec));
      at += sizeOf(spec);
    });
    return data;
  });
  return { vector: { shape: [vectors[0].length], data: concatenated(vectors) }, differs };
}

function strengthsOf(config: RunConfig, specs: readonly ParameterSpec[]): number[] {
  const { decoupled } = decayParts(config);
  const isMuon = config.training.optimizer.name === "muon";
  return specs.map((spec) => {
    if (spec.fixed) return 0;
    const strength =
      spec.layer !== undefined
        ? layerStrength(decoupled, spec.layer)
        : spec.penalty === "statistic" || spec.penalty === "fixed"
          ? 0
          : decoupled[spec.penalty];
    return isMuon && !isOrthogonalized(spec) ? strength * adamRatio(config.training) : strength;
  });
}

/** 1 where a number is trained, 0 where it is a running statistic [P]. */
export function trainedVector(specs: readonly ParameterSpec[]): Constant {
  const data = new Float32Array(parameterCount([...specs])).fill(1);
  let at = 0;
  for (const spec of specs) {
    const end = at + sizeOf(spec);
    if (spec.penalty === "statistic") data.fill(0, at, end);
    at = end;
  }
  return { shape: [data.length], data };
}
