import * as tf from "@tensorflow/tfjs";
import type { ParameterSpec, Parameters } from "./network.ts";
import { type Initialization, specMaker } from "./specMaker.ts";

/** The linear classifier at the end of every network: logits = W_L H (+ b_L), numbered like the last layer. */
export interface Classifier {
  head: string;
  specs: ParameterSpec[];
  /** @param features [d, N] @returns logits [K, N] */
  logits(parameters: Parameters, features: tf.Tensor2D): tf.Tensor2D;
}

interface ClassifierOptions {
  /** Layers of the network, see network.ts. */
  layers: number;
  width: number;
  classes: number;
  headBias: boolean;
  initialization: Initialization;
}

export function makeClassifier({ layers, width, classes, headBias, initialization }: ClassifierOptions): Classifier {
  const head = `W${layers}`;
  const bias = headBias ? `b${layers}` : null;
  const spec = specMaker(initialization);
  return {
    head,
    specs: [
      spec.matrix(head, classes, width, "head"),
      ...(bias ? [{ ...spec.bias(bias, classes), penalty: "headBias" as const }] : []),
    ],
    logits(parameters, features) {
      const product = tf.matMul(parameters[head], features);
      return (bias ? tf.add(product, parameters[bias]) : product) as tf.Tensor2D;
    },
  };
}
