import * as tf from "@tensorflow/tfjs";
import type { Loss } from "../../contract/config/runConfig.ts";
import { widen } from "../engine/wide.ts";

/** log(1 + x) for x ≥ 0 without the loss of small x: log(u) x/(u − 1), u = 1 + x rounded (Kahan). */
function log1p(x: tf.Tensor): tf.Tensor {
  const u = tf.add(x, 1);
  const difference = tf.sub(u, 1);
  const isLost = tf.equal(difference, 0);
  const slope = tf.div(tf.log(u), tf.where(isLost, tf.onesLike(x), difference));
  return tf.mul(x, tf.where(isLost, tf.onesLike(x), slope));
}

/**
 * The fit of each sample [1, n]: −log softmax(z)_y = log Σ exp(z_k − z_y), or ‖z − e_y‖²/2.
 * @param logits [K, n] @param labels one-hot [K, n]
 */
export function sampleFits(loss: Loss, logits: tf.Tensor2D, labels: tf.Tensor2D, isWide: boolean): tf.Tensor2D {
  const z = isWide ? widen(logits) : logits;
  if (loss === "mse") return tf.mul(tf.sum(tf.square(tf.sub(z, labels)), 0, true), 0.5) as tf.Tensor2D;
  const over = tf.sub(z, tf.sum(tf.mul(z, labels), 0, true)); // z_k − z_y, 0 for the own class
  const most = tf.max(over, 0, true);
  const others = tf.sum(tf.mul(tf.exp(tf.sub(over, most)), tf.sub(1, labels)), 0, true);
  // exp(−most) − 1 is 0 where the own class is the largest: the digits of a small loss stay.
  return tf.add(most, log1p(tf.add(others, tf.sub(tf.exp(tf.neg(most)), 1)))) as tf.Tensor2D;
}

/** How far features point away from the classifier row of their label; as in math/collapse/cosineGaps.ts. */
export interface CosineSums {
  /** 1 − cos(h_i, w_{y_i}) [1, n]; 0 of those without direction. */
  gaps: tf.Tensor2D;
  /** 1 where the feature or the row is zero [1, n]. */
  zeros: tf.Tensor2D;
}

/** @param features [d, n] @param head W_L [K, d] @param labels one-hot [K, n] */
export function cosineSums(features: tf.Tensor2D, head: tf.Tensor2D, labels: tf.Tensor2D, isWide: boolean): CosineSums {
  const [h, w] = isWide ? [widen(features), widen(head)] : [features, head];
  const unit = (x: tf.Tensor2D, axis: number) => {
    const norms = tf.sqrt(tf.sum(tf.square(x), axis, true));
    const isZero = tf.cast(tf.equal(norms, 0), "float32");
    return { isZero: isZero as tf.Tensor2D, units: tf.div(x, tf.add(norms, isZero)) as tf.Tensor2D };
  };
  const [ofFeatures, ofRows] = [unit(h, 0), unit(w, 1)];
  const rows = tf.matMul(ofRows.units, labels, true); // [d, n]
  const squares = tf.sum(tf.square(tf.sub(ofFeatures.units, rows)), 0, true);
  const zeros = tf.maximum(ofFeatures.isZero, tf.matMul(ofRows.isZero, labels, true));
  return { gaps: tf.mul(tf.mul(squares, tf.sub(1, zeros)), 0.5) as tf.Tensor2D, zeros: zeros as tf.Tensor2D };
}
