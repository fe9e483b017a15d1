import * as tf from "@tensorflow/tfjs";
import type { CurvedLoss } from "../../math/collapse/relativeFlatness.ts";
import { widen } from "../engine/wide.ts";
import { squaredDistances } from "./layerSums.ts";

interface FlatnessRowInput {
  /** [K, n] */
  logits: tf.Tensor2D;
  /** Class of the largest logit [n], int32. */
  predictions: tf.Tensor1D;
  /** One-hot [K, n]. */
  labels: tf.Tensor2D;
  /** Last features [d, n]. */
  features: tf.Tensor2D;
  /** W [K, d] */
  head: tf.Tensor2D;
  isWide: boolean;
}

/** Relative flatness of each sample [1, n], as in math/collapse/relativeFlatness.ts, whose formulas these are. */
export function flatnessRow(loss: CurvedLoss, { logits, predictions, labels, isWide, ...given }: FlatnessRowInput): tf.Tensor2D {
  const wide = <T extends tf.Tensor>(tensor: T) => (isWide ? widen(tensor) : tensor);
  const [h, w] = [wide(given.features), wide(given.head)];
  const squares = tf.sum(tf.square(h), 0, true);
  if (loss.name === "squared-error") return tf.mul(squares, tf.sum(tf.square(w))) as tf.Tensor2D;
  if (loss.name === "dot") {
    const own = tf.matMul(tf.sum(tf.square(w), 1, true) as tf.Tensor2D, wide(labels), true);
    return tf.div(tf.mul(squares, own), loss.aim) as tf.Tensor2D;
  }
  const [classes, dim] = w.shape;
  const likeliest = wide(tf.transpose(tf.oneHot(predictions, classes, 1, 0, "float32")) as tf.Tensor2D); // [K, n]
  const z = wide(logits);
  const all = tf.exp(tf.sub(z, tf.max(z, 0, true)));
  const others = tf.mul(all, tf.sub(1, likeliest));
  const sum = tf.sum(others, 0, true);
  const shares = tf.div(others, tf.add(sum, 1)) as tf.Tensor2D;
  const apart = tf.reshape(squaredDistances(tf.reshape(tf.transpose(w), [1, dim, classes])), [classes, classes]) as tf.Tensor2D;
  const second = tf.sum(tf.mul(shares, tf.matMul(apart, likeliest)), 0, true);
  const beside = tf.sub(shares, tf.mul(likeliest, tf.div(sum, tf.add(sum, 1)))) as tf.Tensor2D;
  const first = tf.sum(tf.square(tf.matMul(w, beside, true)), 0, true); // ‖Σ_s p_s (w_s − w_r)‖²
  return tf.mul(squares, tf.sub(second, first)) as tf.Tensor2D;
}
