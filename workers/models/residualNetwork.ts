import * as tf from "@tensorflow/tfjs";
import type { Normalization } from "../../contract/config/architecture.ts";
import type { ClassifierConfig } from "../../contract/config/classifier.ts";
import { branchOf } from "./branch.ts";
import { makeClassifier } from "./classifier.ts";
import type { Network, ParameterSpec } from "./network.ts";
import { layerNorm } from "./ops/layerNorm.ts";
import { type Initialization, specMaker } from "./specMaker.ts";

interface ResidualNetworkOptions {
  /** rn1: one linear layer a residual branch; rn2: two. */
  architecture: "rn1" | "rn2";
  normalization: Normalization;
  /** L: the embedding X_1, L − 1 residual blocks, the classifier (Definition 3.1); L ≥ 2. */
  depth: number;
  /** d */
  width: number;
  inputDimension: number;
  classes: number;
  headBias: boolean;
  /** Whether the features are normalized before the head. */
  normalizesHead: boolean;
  /** Absent: one linear layer. */
  classifier?: ClassifierConfig;
  initialization: Initialization;
}

const branchLayers = { rn1: 1, rn2: 2 } as const;

/**
 * The residual networks of Súkeník, Lampert, Mondelli (2025), with features as columns [d, N]; σ = ReLU, LN without affine part.
 *
 *   post-LN  X_1 = LN(W_0 X_0 + b_0),  X_{l+1} = LN(X_l + f_l(X_l)),  logits = W_L X_L
 *   pre-LN   X_1 = LN(W_0 X_0 + b_0),  X_{l+1} = X_l + f_l(LN(X_l)),  logits = W_L LN(X_L)
 *   open     X_1 = W_0 X_0 + b_0 and otherwise pre-LN: the stream's scale is free, and the ridge of the W_l can be scaled away
 *   f_l(x) = σ(W_l x + b_l) for L-RN1,  W_{l,2} σ(W_{l,1} x + b_{l,1}) + b_{l,2} for L-RN2,  l = 1 … L − 1
 *
 * The features returned are X_l (post-LN) or LN(X_l) (the others): what the next layer reads, so of norm √d and mean 0. Where the
 * head is not normalized its LN is left out, and the last features are the stream itself.
 */
export function residualNetwork(options: ResidualNetworkOptions): Network {
  const { architecture, normalization, depth, width, inputDimension, classes, normalizesHead } = options;
  const branch = branchOf(branchLayers[architecture]);
  const classifier = makeClassifier({ ...options, layers: depth });
  return {
    inputDimension,
    width,
    classes,
    layers: depth,
    head: classifier.head,
    headForm: classifier.form,
    freeSamples: null,
    parameters: [...branchSpecs(options), ...classifier.specs],
    forward(parameters, x) {
      let stream = tf.add(tf.matMul(parameters.W0, x, false, true), parameters.b0) as tf.Tensor2D; // [d, N]
      let read = layerNorm(stream, 0);
      if (normalization === "pre-ln") stream = read;
      const features = [read];
      for (let l = 1; l < depth; l++) {
        const carried = normalization === "post-ln" ? read : stream;
        stream = tf.add(carried, branch.apply(parameters, l, read)) as tf.Tensor2D;
        read = l < depth - 1 || normalizesHead ? layerNorm(stream, 0) : stream;
        features.push(read);
      }
      return { logits: classifier.logits(parameters, read), features };
    },
  };
}

function branchSpecs({ architecture, depth, width, inputDimension, initialization }: ResidualNetworkOptions): ParameterSpec[] {
  const make = specMaker(initialization);
  const specs = [make.matrix("W0", width, inputDimension, "free"), make.bias("b0", width)];
  for (let l = 1; l < depth; l++) specs.push(...branchOf(branchLayers[architecture]).specs(make, l, width));
  return specs;
}
