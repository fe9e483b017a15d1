import * as tf from "@tensorflow/tfjs";
import type { ParameterSpec, Parameters } from "./network.ts";
import type { SpecMaker } from "./specMaker.ts";

/** What a block adds to its stream: f_l of a residual network, MLP_l of a transformer; σ = ReLU. */
export interface Branch {
  specs(make: SpecMaker, l: number, width: number): ParameterSpec[];
  /** @param x [d, n] @returns [d, n] */
  apply(parameters: Parameters, l: number, x: tf.Tensor2D): tf.Tensor;
}

/** σ(W_l x + b_l) */
const oneLayer: Branch = {
  specs: ({ branchEnd, bias }, l, width) => [branchEnd(`W${l}`, width, width), bias(`b${l}`, width)],
  apply: (parameters, l, x) => tf.relu(tf.add(tf.matMul(parameters[`W${l}`], x), parameters[`b${l}`])),
};

/** W_{l,2} σ(W_{l,1} x + b_{l,1}) + b_{l,2} */
const twoLayers: Branch = {
  specs: ({ matrix, branchEnd, bias }, l, width) => [
    matrix(`W${l}.1`, width, width, "hidden"),
    bias(`b${l}.1`, width),
    branchEnd(`W${l}.2`, width, width),
    bias(`b${l}.2`, width),
  ],
  apply(parameters, l, x) {
    const inner = tf.relu(tf.add(tf.matMul(parameters[`W${l}.1`], x), parameters[`b${l}.1`])); // [d, n]
    return tf.add(tf.matMul(parameters[`W${l}.2`], inner), parameters[`b${l}.2`]);
  },
};

export const branchOf = (layers: 1 | 2): Branch => (layers === 1 ? oneLayer : twoLayers);
