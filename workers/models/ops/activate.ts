import * as tf from "@tensorflow/tfjs";
import type { Activation } from "../../../contract/config/architecture.ts";

/** σ of a layer: the identity, ReLU, GELU(x) = x Φ(x) with the normal distribution's Φ itself (Hendrycks, Gimpel 2016), or tanh. */
export function activate(kind: Activation, x: tf.Tensor): tf.Tensor {
  switch (kind) {
    case "linear":
      return x;
    case "relu":
      return tf.relu(x);
    case "gelu":
      return tf.mul(x, tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5));
    case "tanh":
      return tf.tanh(x);
  }
}
