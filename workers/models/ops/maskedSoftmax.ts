import * as tf from "@tensorflow/tfjs";

/**
 * softmax(scale · scores + mask) over the last axis; the mask, broadcast to the scores' shape, is 0 where a value counts and very
 * negative where it does not, and gets no gradient. With p the result, the gradient by the scores is scale · p (g − Σ g p): it reads p alone again.
 */
export function maskedSoftmax(scores: tf.Tensor, mask: tf.Tensor | null, scale: number): tf.Tensor {
  const softmax = tf.customGrad((x, save) => {
    const scaled = tf.mul(x as tf.Tensor, scale);
    const value = tf.softmax(mask ? tf.add(scaled, mask) : scaled);
    (save as tf.GradSaveFunc)([value]);
    return {
      value,
      gradFunc: (g: tf.Tensor, [p]: tf.Tensor[]) => {
        const along = tf.mul(g, p);
        return tf.mul(tf.sub(along, tf.mul(p, tf.sum(along, -1, true))), scale);
      },
    };
  });
  return softmax(scores);
}
