import * as tf from "@tensorflow/tfjs";

/**
 * The mean focal loss −(1 − p)^γ log p of logits [K, N] against one-hot labels [K, N], p the softmax at the label; γ > 0.
 * With q = 1 − p and c = −log p its gradient by the logits is q^γ (1 + γ p c/q)(softmax − labels)/N, where c/q → 1 as q → 0:
 * no power of q below γ is taken, and nothing is divided that may be 0.
 * Source: Lin, Goyal, Girshick, He, Dollár (2017), ICCV, eq. 4.
 */
export function focalLoss(logits: tf.Tensor2D, labels: tf.Tensor2D, gamma: number): tf.Scalar {
  const samples = logits.shape[1];
  const loss = tf.customGrad((x, save) => {
    const z = x as tf.Tensor2D;
    const shifted = tf.sub(z, tf.max(z, 0, true));
    const exponentials = tf.exp(shifted);
    const sums = tf.sum(exponentials, 0, true);
    const probabilities = tf.div(exponentials, sums);
    const rest = tf.sum(tf.mul(probabilities, tf.sub(1, labels)), 0, true); // q [1, N]
    const surprise = tf.sub(tf.log(sums), tf.sum(tf.mul(labels, shifted), 0, true)); // c [1, N]
    // 0^γ = 0; log 0 would be −∞, which times a 0 is no number.
    const isNone = tf.cast(tf.equal(rest, 0), "float32");
    const filled = tf.add(rest, isNone);
    const power = tf.mul(tf.exp(tf.mul(tf.log(filled), gamma)), tf.sub(1, isNone));
    const ratio = tf.add(tf.div(surprise, filled), isNone);
    const factor = tf.mul(power, tf.add(tf.mul(tf.mul(tf.sub(1, rest), ratio), gamma), 1));
    (save as tf.GradSaveFunc)([probabilities, factor]);
    const value = tf.div(tf.sum(tf.mul(power, surprise)), samples);
    return {
      value,
      gradFunc: (g: tf.Tensor, saved: tf.Tensor[]) => tf.mul(tf.mul(tf.sub(saved[0], labels), saved[1]), tf.div(g, samples)),
    };
  });
  return loss(logits) as tf.Scalar;
}
