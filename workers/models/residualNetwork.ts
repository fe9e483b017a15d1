import * as tf from "@tensorflow/tfjs";
import type { Architecture, Normalization } from "../../contract/architecture.ts";
import { layerNorm } from "../trace/ops/layerNorm.ts";
import type { Network, ParameterSpec } from "./network.ts";

export interface ResidualNetworkOptions {
  /** rn1: one linear layer a residual branch; rn2: two. */
  architecture: Architecture;
  normalization: Normalization;
  /** L: the embedding, L − 1 residual blocks, the classifier; L ≥ 2. */
  depth: number;
  /** d */
  width: number;
  inputDimension: number;
  classes: number;
  headBias: boolean;
  /** Standard deviation of a weight is gain·√(1/fan-in); a branch's last matrix is scaled by branchGain once more. */
  initialization: { gain: number; branchGain: number };
}

/**
 * The residual networks of Súkeník, Lampert, Mondelli (2025), with features as columns [d, N]; σ = ReLU, LN without affine part.
 *
 *   post-LN  X_1 = LN(W_0 X_0 + b_0),  X_{l+1} = LN(X_l + f_l(X_l)),  logits = W_L X_L
 *   pre-LN   X_1 = W_0 X_0 + b_0,      X_{l+1} = X_l + f_l(LN(X_l)),  logits = W_L LN(X_L)
 *   f_l(x) = σ(W_l x + b_l) for L-RN1,  W_{l,2} σ(W_{l,1} x + b_{l,1}) + b_{l,2} for L-RN2,  l = 1 … L − 1
 *
 * The features given out are X_l (post-LN) or LN(X_l) (pre-LN): what the next layer reads, so of norm √d and mean 0.
 */
export function residualNetwork(options: ResidualNetworkOptions): Network {
  const { architecture, normalization, depth, width, inputDimension, classes, headBias } = options;
  const linear = architecture === "rn1" ? oneLayerBranch : twoLayerBranch;
  return {
    inputDimension,
    width,
    classes,
    depth,
    parameters: parameterSpecs(options),
    forward(parameters, x) {
      let stream = tf.add(tf.matMul(parameters.W0, x, false, true), parameters.b0) as tf.Tensor2D; // [d, N]
      let read = layerNorm(stream, 0);
      const features = [read];
      for (let l = 1; l < depth; l++) {
        const branch = linear(parameters, l, read);
        stream = tf.add(normalization === "post-ln" ? read : stream, branch) as tf.Tensor2D;
        read = layerNorm(stream, 0);
        features.push(read);
      }
      const logits = tf.matMul(parameters[`W${depth}`], read) as tf.Tensor2D; // [K, N]
      return { logits: headBias ? (tf.add(logits, parameters[`b${depth}`]) as tf.Tensor2D) : logits, features };
    },
  };
}

function oneLayerBranch(parameters: Record<string, tf.Tensor2D>, l: number, x: tf.Tensor2D): tf.Tensor {
  return tf.relu(tf.add(tf.matMul(parameters[`W${l}`], x), parameters[`b${l}`]));
}

function twoLayerBranch(parameters: Record<string, tf.Tensor2D>, l: number, x: tf.Tensor2D): tf.Tensor {
  const inner = tf.relu(tf.add(tf.matMul(parameters[`W${l}.1`], x), parameters[`b${l}.1`])) as tf.Tensor2D;
  return tf.add(tf.matMul(parameters[`W${l}.2`], inner), parameters[`b${l}.2`]);
}

function parameterSpecs(options: ResidualNetworkOptions): ParameterSpec[] {
  const { architecture, depth, width, inputDimension, classes, headBias } = options;
  const { gain, branchGain } = options.initialization;
  const matrix = (name: string, rows: number, fanIn: number, penalty: ParameterSpec["penalty"], scale = 1): ParameterSpec => ({
    name,
    shape: [rows, fanIn],
    penalty,
    deviation: gain * scale * Math.sqrt(1 / fanIn),
  });
  const bias = (name: string, rows: number): ParameterSpec => ({ name, shape: [rows, 1], penalty: "free", deviation: 0 });
  const specs = [matrix("W0", width, inputDimension, "free"), bias("b0", width)];
  for (let l = 1; l < depth; l++) {
    if (architecture === "rn1") specs.push(matrix(`W${l}`, width, width, "hidden", branchGain), bias(`b${l}`, width));
    else {
      specs.push(matrix(`W${l}.1`, width, width, "hidden"), bias(`b${l}.1`, width));
      specs.push(matrix(`W${l}.2`, width, width, "hidden", branchGain), bias(`b${l}.2`, width));
    }
  }
  specs.push(matrix(`W${depth}`, classes, width, "head"));
  if (headBias) specs.push({ ...bias(`b${depth}`, classes), penalty: "headBias" });
  return specs;
}
