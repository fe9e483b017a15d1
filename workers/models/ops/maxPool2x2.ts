import * as tf from "@tensorflow/tfjs";

/** The largest of each 2 × 2 pixels; a last odd row or column is left out. [C, H, W, N] → [C, ⌊H/2⌋, ⌊W/2⌋, N] */
export function maxPool2x2(x: tf.Tensor4D): tf.Tensor4D {
  const [channels, height, width, samples] = x.shape;
  const [rows, columns] = [Math.floor(height / 2), Math.floor(width / 2)];
  const whole = tf.slice(x, [0, 0, 0, 0], [channels, 2 * rows, 2 * columns, samples]);
  const apart = tf.reshape(whole, [channels, rows, 2, columns, 2 * samples]);
  const [upper, lower] = tf.unstack(apart, 2);
  const [left, right] = tf.split(tf.maximum(upper, lower), 2, 3);
  return tf.maximum(left, right) as tf.Tensor4D;
}
