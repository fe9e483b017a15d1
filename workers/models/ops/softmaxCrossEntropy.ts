import * as tf from "@tensorflow/tfjs";

/**
 * The mean cross entropy of logits against one-hot (or soft) labels of the same shape, over the class axis, the labels smoothed to
 * (1 − ε) Y + ε/K where that is asked for: a scalar.
 * logits [K, N] with axis 0, or [N, K] with axis 1. Its gradient by the logits is (softmax − labels) / N.
 */
export function softmaxCrossEntropy(logits: tf.Tensor, labels: tf.Tensor, axis: number, smoothing = 0): tf.Scalar {
  // Made where they are used: what is made within a gradient's scope does not outlive it.
  const targets = () => (smoothing === 0 ? labels : tf.add(tf.mul(labels, 1 - smoothing), smoothing / logits.shape[axis]));
  const samples = logits.size / logits.shape[axis];
  const loss = tf.customGrad((x, save) => {
    const z = x as tf.Tensor;
    const shifted = tf.sub(z, tf.max(z, axis, true));
    const exponentials = tf.exp(shifted);
    const sums = tf.sum(exponentials, axis, true);
    (save as tf.GradSaveFunc)([exponentials, sums]);
    // Σ labels = 1: −Σ labels · (shifted − log sums) without another pass over the classes.
    const value = tf.div(tf.sub(tf.sum(tf.log(sums)), tf.sum(tf.mul(targets(), shifted))), samples);
    return {
      value,
      gradFunc: (g: tf.Tensor, saved: tf.Tensor[]) => tf.mul(tf.sub(tf.div(saved[0], saved[1]), targets()), tf.div(g, samples)),
    };
  });
  return loss(logits) as tf.Scalar;
}
