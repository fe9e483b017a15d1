import * as tf from "@tensorflow/tfjs";

/** PyTorch's defaults: what is added to a variance, and the weight of a batch in the running statistics. */
export const batchNormEpsilon = 1e-5;
export const batchNormMomentum = 0.1;

/** The statistics of a batch, columns [C, 1]. */
interface BatchStatistics {
  mean: tf.Tensor;
  /** With the divisor n, as it normalizes. */
  variance: tf.Tensor;
}

/**
 * BN(x) = γ (x − m)/√(v + ε) + β with mean m and variance v of each channel over the batch and all places (Ioffe, Szegedy 2015), in
 * training. With c = x − m, s = 1/√(v + ε) and means over n numbers, its gradients are
 *
 *   ∂β = Σ g,  ∂γ = s Σ g c,  ∂x = γ s (g − mean(g) − c s² mean(g c))
 *
 * @param x [C, …] @param scale γ [C, 1] @param offset β [C, 1] @returns the maps, and what they were normalized by
 */
export function trainingBatchNorm<T extends tf.Tensor>(x: T, scale: tf.Tensor, offset: tf.Tensor): BatchStatistics & { y: T } {
  const rows = rowsOf(x);
  const mean = tf.mean(rows, 1, true);
  const centred = tf.sub(rows, mean);
  const variance = tf.mean(tf.square(centred), 1, true);
  const inverse = tf.rsqrt(tf.add(variance, batchNormEpsilon));
  // The statistics are constants to tf's own differentiation: their part is in the gradient by x.
  const normalize = tf.customGrad((_given, gamma, beta, save) => {
    const factor = tf.mul(inverse, gamma as tf.Tensor);
    (save as tf.GradSaveFunc)([centred, inverse, factor]);
    return {
      value: tf.add(tf.mul(centred, factor), beta as tf.Tensor),
      gradFunc: (g: tf.Tensor, [c, s, gammaS]: tf.Tensor[]) => {
        const count = c.shape[1] as number;
        const sum = tf.sum(g, 1, true);
        const along = tf.sum(tf.mul(g, c), 1, true);
        const slope = tf.div(tf.mul(along, tf.square(s)), -count);
        const shifted = tf.add(tf.mul(c, slope), tf.div(sum, -count));
        return [tf.mul(tf.add(g, shifted), gammaS), tf.mul(along, s), sum];
      },
    };
  });
  return { y: tf.reshape(normalize(rows, scale, offset), x.shape) as T, mean, variance };
}

/**
 * The same by running statistics: in evaluation. One operator of ONNX, whose channels come first as here.
 * @param mean [C, 1] @param variance [C, 1]
 */
export function evaluatedBatchNorm<T extends tf.Tensor>(
  x: T,
  { mean, variance }: BatchStatistics,
  scale: tf.Tensor,
  offset: tf.Tensor,
): T {
  const [m, v, gamma, beta] = [mean, variance, scale, offset].map((column) => tf.reshape(column, [-1]) as tf.Tensor1D);
  const places = tf.transpose(rowsOf(x)) as tf.Tensor2D; // [n, C]
  return tf.reshape(tf.transpose(tf.batchNorm2d(places, m, v, beta, gamma, batchNormEpsilon)), x.shape) as T;
}

/**
 * What is added to running statistics r after a batch of n numbers a channel: momentum · (batch − r), the variance of the batch with
 * the divisor n − 1, as PyTorch has it.
 */
export function runningChange(running: BatchStatistics, batch: BatchStatistics, n: number): BatchStatistics {
  const change = (old: tf.Tensor, now: tf.Tensor) => tf.mul(tf.sub(now, old), batchNormMomentum);
  return {
    mean: change(running.mean, batch.mean),
    variance: change(running.variance, tf.mul(batch.variance, n / (n - 1))),
  };
}

/** [C, …] → [C, n] */
const rowsOf = (x: tf.Tensor): tf.Tensor2D => tf.reshape(x, [x.shape[0], -1]) as tf.Tensor2D;
