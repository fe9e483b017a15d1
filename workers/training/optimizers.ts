import * as tf from "@tensorflow/tfjs";
import type { OptimizerConfig } from "../../contract/config/trainingConfig.ts";
import { flatAdam } from "../models/ops/flatAdam.ts";

/** State of an optimizer, flat vectors [P] all: the parameters and what it remembers. */
type OptimizerState = Record<string, tf.Tensor1D>;

export interface Optimizer {
  /** Names of the state vectors besides `parameters`. */
  memory: string[];
  /** One update; `rate` and `step` (from 1) are tensors, so that a compiled step does not freeze them. */
  update(state: OptimizerState, gradient: tf.Tensor1D, rate: tf.Scalar, step: tf.Scalar): OptimizerState;
}

/**
 * Adam (Kingma, Ba 2015), or SGD with momentum: v ← μ v + g, θ ← θ − rate · v. The gradient is given with its decay in it.
 * @param momentum μ, where it is another than the configuration's
 */
export function makeOptimizer(config: OptimizerConfig, momentum?: number | tf.Tensor): Optimizer {
  if (config.name === "adam") {
    const { beta1, beta2, epsilon } = config;
    return {
      memory: ["m", "v"],
      update: (state, gradient, rate, step) => ({
        ...flatAdam({ parameters: state.parameters, m: state.m, v: state.v }, gradient, rate, step, { beta1, beta2, epsilon }),
      }),
    };
  }
  return {
    memory: ["velocity"],
    update({ parameters, velocity }, gradient, rate) {
      const next = tf.add(tf.mul(velocity, momentum ?? config.momentum), gradient) as tf.Tensor1D;
      return { parameters: tf.sub(parameters, tf.mul(next, rate)) as tf.Tensor1D, velocity: next };
    },
  };
}
