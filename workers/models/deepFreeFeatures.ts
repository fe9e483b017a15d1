import * as tf from "@tensorflow/tfjs";
import type { Activation } from "../../contract/config/architecture.ts";
import { makeClassifier } from "./classifier.ts";
import { type FreeFeaturesOptions, requireAllSamples } from "./freeFeatures.ts";
import type { Network } from "./network.ts";
import { specMaker } from "./specMaker.ts";

interface DeepFreeFeaturesOptions extends Omit<FreeFeaturesOptions, "normalizesHead"> {
  /** L ≥ 1 layers above the features, the classifier the last of them. */
  depth: number;
  activation: Activation;
}

/**
 * The deep unconstrained-features model: H [d, N], the features of the N training samples, are parameters, and
 * X_1 = H, X_{l+1} = σ(W_l X_l) for l = 1 … L − 1, logits = W_L X_L (+ b_L), σ = ReLU or the identity, without LN, skip or hidden bias.
 * The layers measured are X_1 … X_L. With one layer it is `freeFeatures` without LN.
 * Source: Súkeník, Mondelli, Lampert (2023), arXiv 2305.13165, equation 2.
 */
export function deepFreeFeatures(options: DeepFreeFeaturesOptions): Network {
  const { width, samples, inputDimension, classes, depth, activation, initialization } = options;
  const classifier = makeClassifier({ ...options, normalizesHead: false, layers: depth });
  const { matrix } = specMaker(initialization);
  const hidden = Array.from({ length: depth - 1 }, (_, at) => at + 1);
  return {
    inputDimension,
    width,
    classes,
    layers: depth,
    head: classifier.head,
    headForm: classifier.form,
    freeSamples: samples,
    parameters: [
      { name: "H", shape: [width, samples], penalty: "features", deviation: initialization.gain },
      ...hidden.map((l) => ({ ...matrix(`W${l}`, width, width, "hidden"), layer: l })),
      ...classifier.specs,
    ],
    forward(parameters, x) {
      requireAllSamples(samples, x);
      const features = [parameters.H as tf.Tensor2D];
      for (const l of hidden) {
        const product = tf.matMul(parameters[`W${l}`], features[l - 1]) as tf.Tensor2D;
        features.push(activation === "relu" ? tf.relu(product) : product);
      }
      return { logits: classifier.logits(parameters, features[depth - 1]), features };
    },
  };
}
