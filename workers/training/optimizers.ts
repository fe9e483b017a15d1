import * as tf from "@tensorflow/tfjs";
import type { OptimizerConfig } from "../../contract/config/optimizerConfig.ts";
import type { ParameterSpec } from "../models/network.ts";
import { flatAdam } from "../models/ops/flatAdam.ts";
import { makeMuon } from "./muon.ts";
import type { Optimizer, OptimizerNumbers } from "./optimizer.ts";

/**
 * Adam (Kingma, Ba 2015); SGD with momentum: v ← μ v + g, θ ← θ − rate · v; Signum (Bernstein et al. 2018): θ ← θ − rate · sign(v) of the
 * same v; Muon (muon.ts). The gradient is given with its decay in it.
 */
export function makeOptimizer(config: OptimizerConfig, specs: readonly ParameterSpec[], numbers: OptimizerNumbers): Optimizer {
  switch (config.name) {
    case "adam": {
      const { beta1, beta2, epsilon } = config;
      return {
        update: (state, gradients, rate, step) => ({
          ...flatAdam({ parameters: state.parameters, m: state.m, v: state.v }, tf.concat([...gradients]), rate, step, {
            beta1,
            beta2,
            epsilon,
          }),
        }),
      };
    }
    case "muon":
      return makeMuon(config, specs, numbers);
    case "sgd":
    case "signum":
      return {
        update({ parameters, velocity }, gradients, rate) {
          const next = tf.add(tf.mul(velocity, numbers.momentum), tf.concat([...gradients])) as tf.Tensor1D;
          const direction = config.name === "signum" ? tf.sign(next) : next;
          return { parameters: tf.sub(parameters, tf.mul(direction, rate)) as tf.Tensor1D, velocity: next };
        },
      };
  }
}
