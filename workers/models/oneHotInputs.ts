import * as tf from "@tensorflow/tfjs";
import type { InputShape } from "../../contract/data/datasetConfig.ts";
import type { Network } from "./network.ts";

/** Numbers of a sample whose tokens are one-hot vectors beside each other. */
export const oneHotNumbers = ({ length, vocabulary }: Extract<InputShape, { kind: "tokens" }>): number => length * vocabulary;

/** A network of vectors that reads tokens: those of a sample become one-hot vectors beside each other, [N, T] → [N, T · V]. */
export function oneHotInputs(network: Network, input: Extract<InputShape, { kind: "tokens" }>): Network {
  const { length, vocabulary } = input;
  const vectors = (x: tf.Tensor2D): tf.Tensor2D => {
    const tokens = tf.reshape(tf.cast(x, "int32"), [-1]) as tf.Tensor1D;
    return tf.reshape(tf.oneHot(tokens, vocabulary, 1, 0, "float32"), [-1, oneHotNumbers(input)]);
  };
  const { train } = network;
  return {
    ...network,
    inputDimension: length,
    forward: (parameters, x) => network.forward(parameters, vectors(x)),
    ...(train && { train: (parameters, x) => train(parameters, vectors(x)) }),
  };
}
