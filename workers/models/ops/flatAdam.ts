import * as tf from "@tensorflow/tfjs";

interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** Vectors [P]. m and v are kept without their factors 1 − β, which the step size takes up: two passes over memory less. */
interface AdamState {
  readonly parameters: tf.Tensor1D;
  readonly m: tf.Tensor1D;
  readonly v: tf.Tensor1D;
}

/**
 * One Adam step (Kingma & Ba, 2015) on a flat vector; weight decay is the caller's: part of the gradient (coupled L2) or of the
 * parameters (decoupled, as AdamW). `step` counts from 1 and is a tensor, as `rate` is, so that neither is frozen when compiled.
 *
 *   m ← β1 m + g,  v ← β2 v + g²,  θ ← θ − rate · m̂ / (√v̂ + ε),  m̂ = m (1 − β1)/(1 − β1^step),  v̂ = v (1 − β2)/(1 − β2^step)
 */
export function flatAdam(
  state: AdamState,
  gradient: tf.Tensor1D,
  rate: tf.Scalar,
  step: tf.Scalar,
  options: AdamOptions = {},
): AdamState {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const m = tf.add(tf.mul(state.m, beta1), gradient) as tf.Tensor1D;
  const v = tf.add(tf.mul(state.v, beta2), tf.square(gradient)) as tf.Tensor1D;
  // The corrections as scalars: rate · m̂ / (√v̂ + ε) = (rate c1 / √c2) · m / (√v + ε / √c2).
  const c1 = tf.div(1 - beta1, tf.sub(1, tf.pow(tf.scalar(beta1), step)));
  const root2 = tf.sqrt(tf.div(1 - beta2, tf.sub(1, tf.pow(tf.scalar(beta2), step))));
  const change = tf.div(m, tf.add(tf.sqrt(v), tf.div(epsilon, root2)));
  const size = tf.div(tf.mul(rate, c1), root2);
  return { parameters: tf.sub(state.parameters, tf.mul(change, size)) as tf.Tensor1D, m, v };
}
