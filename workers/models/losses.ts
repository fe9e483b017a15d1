import * as tf from "@tensorflow/tfjs";
import type { Loss } from "../../contract/config/runConfig.ts";
import { softmaxCrossEntropy } from "./ops/softmaxCrossEntropy.ts";

/**
 * The fit of logits [K, N] to one-hot labels [K, N], a scalar: the mean cross entropy, or ‖logits − Y‖²/(2N).
 */
export function fitLoss(loss: Loss, logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Scalar {
  if (loss === "ce") return softmaxCrossEntropy(logits, labels, 0);
  return tf.div(tf.sum(tf.square(tf.sub(logits, labels))), 2 * logits.shape[1]) as tf.Scalar;
}
