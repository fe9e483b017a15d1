import * as tf from "@tensorflow/tfjs";
import { effectiveRidge } from "../../contract/regularizer.ts";
import type { RunConfig } from "../../contract/runConfig.ts";
import type { Constant, StepDefinition, TensorSpec } from "../engine/engine.ts";
import { fitLoss } from "../models/losses.ts";
import type { Network, ParameterSpec } from "../models/network.ts";
import { parameterCount, unpackParameters } from "../models/parameterLayout.ts";
import { makeOptimizer } from "./optimizers.ts";

/** The whole training set bound once, or batches of a fixed size given at each step: x [N, D], y one-hot [K, N]. */
export type StepData = { x: Constant; y: Constant } | { batch: number };

export type TrainingStepDefinition = StepDefinition<string, string, string, "fit">;

/**
 * One optimizer update of objective (7) or (11): gradient of the fit, plus the coupled decay λ W of each penalized matrix;
 * family "adamw" decays the penalized matrices by rate · λ W beside the update instead (decoupled).
 * `fit` is that of the parameters before the update.
 */
export function defineStep(config: RunConfig, network: Network, data: StepData): TrainingStepDefinition {
  const specs = network.parameters;
  const optimizer = makeOptimizer(config.training.optimizer);
  const ridge = effectiveRidge(config.regularizer, config.depth);
  const decoupled = config.regularizer.family === "adamw" ? config.regularizer.lambda : 0;
  const decayOf = ({ penalty }: ParameterSpec) => (penalty === "free" ? 0 : ridge[penalty]);
  const flat = { shape: [parameterCount(specs)] };
  const batched = "batch" in data;
  const batchInputs: Record<string, TensorSpec> = batched
    ? { x: { shape: [data.batch, network.inputDimension] }, y: { shape: [network.classes, data.batch] } }
    : {};
  return {
    state: Object.fromEntries(["parameters", ...optimizer.memory].map((name) => [name, flat])),
    constants: {
      ...(batched ? {} : { x: data.x, y: data.y }),
      ...(decoupled > 0 ? { decay: decayVector(specs, decoupled) } : {}),
    },
    inputs: { rate: { shape: [] }, step: { shape: [] }, ...batchInputs },
    fn: ({ state, constants, inputs: given }) => {
      const x = (batched ? given.x : constants.x) as tf.Tensor2D;
      const y = (batched ? given.y : constants.y) as tf.Tensor2D;
      const parameters = state as Record<string, tf.Tensor1D>;
      const matrices = unpackParameters(parameters.parameters, specs);
      const list = specs.map(({ name }) => matrices[name]);
      const fitOf = (...values: tf.Tensor[]) => {
        const named = Object.fromEntries(specs.map(({ name }, at) => [name, values[at] as tf.Tensor2D]));
        return fitLoss(config.loss, network.forward(named, x).logits, y);
      };
      const { value: fit, grads } = tf.valueAndGrads(fitOf)(list);
      const decayed = grads.map((gradient, at) => {
        const decay = decayOf(specs[at]);
        return tf.reshape(decay > 0 ? tf.add(gradient, tf.mul(list[at], decay)) : gradient, [-1]);
      });
      const rate = given.rate as tf.Scalar;
      const next = optimizer.update(parameters, tf.concat(decayed) as tf.Tensor1D, rate, given.step as tf.Scalar);
      if (decoupled > 0) {
        const shrink = tf.mul(tf.mul(parameters.parameters, constants.decay), rate);
        next.parameters = tf.sub(next.parameters, shrink) as tf.Tensor1D;
      }
      return { state: next, outputs: { fit } };
    },
  };
}

/** λ where a parameter is penalized, 0 elsewhere [P]. */
function decayVector(specs: ParameterSpec[], lambda: number): Constant {
  const data = new Float32Array(parameterCount(specs));
  let at = 0;
  for (const { shape, penalty } of specs) {
    const end = at + shape[0] * shape[1];
    if (penalty !== "free") data.fill(lambda, at, end);
    at = end;
  }
  return { shape: [data.length], data };
}
