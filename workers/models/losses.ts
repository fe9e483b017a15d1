import * as tf from "@tensorflow/tfjs";
import type { RunLoss } from "../../contract/config/loss.ts";
import { focalLoss } from "./ops/focalLoss.ts";
import { softmaxCrossEntropy } from "./ops/softmaxCrossEntropy.ts";

/**
 * The fit of logits [K, N] to one-hot labels [K, N], a scalar: the mean cross entropy with the labels or with smoothed ones,
 * the mean focal loss, ‖logits − Y‖²/(2N), or dot regression (z_y − √d)²/(2√d) in the mean.
 */
export function fitLoss(loss: RunLoss, logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Scalar {
  switch (loss.loss) {
    case "ce":
      return softmaxCrossEntropy(logits, labels, 0, loss.smoothing);
    case "focal":
      return loss.gamma ? focalLoss(logits, labels, loss.gamma) : softmaxCrossEntropy(logits, labels, 0);
    case "dot-regression": {
      const aim = aimOf(loss);
      const along = tf.sum(tf.mul(logits, labels), 0);
      return tf.div(tf.sum(tf.square(tf.sub(along, aim))), 2 * aim * logits.shape[1]) as tf.Scalar;
    }
    case "mse":
      return tf.div(tf.sum(tf.square(tf.sub(logits, labels))), 2 * logits.shape[1]) as tf.Scalar;
  }
}

/** √d, √(E_W E_H) of dot regression with unit rows and features of norm √d. @throws where d is not said */
export function aimOf({ width }: RunLoss): number {
  if (width === undefined) throw new Error("dot regression without a width");
  return Math.sqrt(width);
}
