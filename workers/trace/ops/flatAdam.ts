import * as tf from "@tensorflow/tfjs";

export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

export interface AdamState {
  readonly parameters: tf.Tensor1D;
  readonly m: tf.Tensor1D;
  readonly v: tf.Tensor1D;
}

/**
 * One Adam step (Kingma & Ba, 2015) on a flat vector; weight decay is the caller's: part of the gradient (coupled L2) or of the
 * parameters (decoupled, as AdamW). `step` counts from 1 and is a tensor, as `rate` is, so that neither is frozen when compiled.
 *
 *   m ← β1 m + (1 − β1) g,  v ← β2 v + (1 − β2) g²,  θ ← θ − rate · m̂ / (√v̂ + ε)
 */
export function flatAdam(
  state: AdamState,
  gradient: tf.Tensor1D,
  rate: tf.Scalar,
  step: tf.Scalar,
  options: AdamOptions = {},
): AdamState {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const m = tf.add(tf.mul(state.m, beta1), tf.mul(gradient, 1 - beta1)) as tf.Tensor1D;
  const v = tf.add(tf.mul(state.v, beta2), tf.mul(tf.square(gradient), 1 - beta2)) as tf.Tensor1D;
  // The two corrections as scalars: θ − (rate √c2 / c1) · m / (√v + ε √c2), fewer passes over the vectors.
  const correction1 = tf.sub(1, tf.pow(tf.scalar(beta1), step));
  const root2 = tf.sqrt(tf.sub(1, tf.pow(tf.scalar(beta2), step)));
  const size = tf.div(tf.mul(rate, root2), correction1);
  const change = tf.div(m, tf.add(tf.sqrt(v), tf.mul(root2, epsilon)));
  return { parameters: tf.sub(state.parameters, tf.mul(change, size)) as tf.Tensor1D, m, v };
}
