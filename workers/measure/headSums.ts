import * as tf from "@tensorflow/tfjs";
import type { RunLoss } from "../../contract/config/loss.ts";
import { calibrationBins } from "../../math/collapse/calibration.ts";
import { widen } from "../engine/wide.ts";
import { aimOf } from "../models/losses.ts";

/** log(1 + x) for x ≥ 0 without the loss of small x: log(u) x/(u − 1), u = 1 + x rounded (Kahan). */
function log1p(x: tf.Tensor): tf.Tensor {
  const u = tf.add(x, 1);
  const difference = tf.sub(u, 1);
  const isLost = tf.equal(difference, 0);
  const slope = tf.div(tf.log(u), tf.where(isLost, tf.onesLike(x), difference));
  return tf.mul(x, tf.where(isLost, tf.onesLike(x), slope));
}

/** A tensor times a number, to all of the number's digits: as a constant of a graph it would be rounded to float32. */
function times(x: tf.Tensor, factor: number): tf.Tensor {
  const high = Math.fround(factor);
  return high === factor ? tf.mul(x, high) : tf.add(tf.mul(x, high), tf.mul(x, factor - high));
}

/**
 * The fit of each sample [1, n]: c = −log softmax(z)_y = log Σ exp(z_k − z_y), with smoothed labels c − (ε/K) Σ (z_k − z_y), focal
 * (1 − e^{−c})^γ c, ‖z − e_y‖²/2, or dot regression (z_y − √d)²/(2√d).
 * @param logits [K, n] @param labels one-hot [K, n]
 */
export function sampleFits(loss: RunLoss, logits: tf.Tensor2D, labels: tf.Tensor2D, isWide: boolean): tf.Tensor2D {
  const z = isWide ? widen(logits) : logits;
  if (loss.loss === "mse") return tf.mul(tf.sum(tf.square(tf.sub(z, labels)), 0, true), 0.5) as tf.Tensor2D;
  if (loss.loss === "dot-regression") {
    const aim = aimOf(loss);
    const high = Math.fround(aim); // as in `times`
    const off = tf.sub(tf.sub(tf.sum(tf.mul(z, labels), 0, true), high), aim - high);
    return times(tf.square(off), 1 / (2 * aim)) as tf.Tensor2D;
  }
  const over = tf.sub(z, tf.sum(tf.mul(z, labels), 0, true)); // z_k − z_y, 0 for the own class
  const most = tf.max(over, 0, true);
  const others = tf.sum(tf.mul(tf.exp(tf.sub(over, most)), tf.sub(1, labels)), 0, true);
  // exp(−most) − 1 is 0 where the own class is the largest: the digits of a small loss stay.
  const surprise = tf.add(most, log1p(tf.add(others, tf.sub(tf.exp(tf.neg(most)), 1)))) as tf.Tensor2D;
  if (loss.smoothing) return tf.sub(surprise, times(tf.sum(over, 0, true), loss.smoothing / z.shape[0])) as tf.Tensor2D;
  if (!loss.gamma) return surprise;
  const isNone = tf.equal(others, 0); // 0^γ = 0, without its logarithm
  const rest = tf.div(tf.where(isNone, tf.onesLike(others), others), tf.add(others, tf.exp(tf.neg(most))));
  return tf.where(isNone, tf.zerosLike(others), tf.mul(tf.exp(times(tf.log(rest), loss.gamma)), surprise)) as tf.Tensor2D;
}

/**
 * 1, the confidence 1/Σ exp(z_k − max z), and whether it is right, of samples whose confidence is above each bin's lower edge [3·15, n]: the
 * differences of neighbouring rows are those of a bin (math/collapse/calibration.ts).
 * @param logits [K, n] @param isRight [1, n]
 */
export function confidenceSums(logits: tf.Tensor2D, isRight: tf.Tensor2D, isWide: boolean): tf.Tensor2D {
  const wide = <T extends tf.Tensor>(tensor: T) => (isWide ? widen(tensor) : tensor);
  const z = wide(logits);
  const confidences = tf.div(1, tf.sum(tf.exp(tf.sub(z, tf.max(z, 0, true))), 0, true)) as tf.Tensor2D; // [1, n]
  // Whole numbers as edges: they are the same in float32 and float64.
  const scaled = tf.mul(confidences, calibrationBins);
  const rows = Array.from({ length: calibrationBins }, (_, bin) => wide(tf.cast(tf.greater(scaled, bin), "float32")));
  const above = tf.concat(rows, 0) as tf.Tensor2D; // [15, n]
  return tf.concat([above, tf.mul(above, confidences) as tf.Tensor2D, tf.mul(above, wide(isRight)) as tf.Tensor2D], 0);
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
