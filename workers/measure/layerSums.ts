import * as tf from "@tensorflow/tfjs";
import { widen } from "../engine/wide.ts";

/** Which samples are summed together: those of one class of one split make a group; a sample of no group does not count. */
export interface Groups {
  /** [n, G], 1 where the sample is in the group; float64 where sums are. */
  members: tf.Tensor2D;
  /** Samples of each group [1, G], at least 1. */
  counts: tf.Tensor2D;
  /** −members. */
  taken: tf.Tensor2D;
  /** The column of a sample of each group [G], int32. */
  first: tf.Tensor1D;
  /** The first groups, whose means the samples are compared with. */
  classes: number;
}

export function groupsOf(index: tf.Tensor1D, counts: tf.Tensor2D, first: tf.Tensor1D, classes: number, isWide: boolean): Groups {
  const hits = tf.oneHot(index, counts.shape[1], 1, 0, "float32") as tf.Tensor2D;
  const members = isWide ? widen(hits) : hits;
  return { members, counts, taken: tf.neg(members), first, classes };
}

/** The sums of one layer. */
export interface LayerSums {
  /** Means of the groups [d, G]. */
  means: tf.Tensor2D;
  /** What is left of them beyond float32 [d, G]; null in float64. */
  rest: tf.Tensor2D | null;
  /** The first K means from a common origin, so that their differences keep their digits [d, K]. */
  shifted: tf.Tensor2D;
  /**
   * ‖c_i‖² of the deviations c_i = h_i − mean of the group, and below it ⟨c_i, shifted_k⟩ where it is asked for: [1 or K + 1, n]. Together,
   * so that a layer's deviations are given up before those of the next are made.
   */
  ofSamples: tf.Tensor2D;
  /** Σ c_i c_iᵀ of the first samples [d, d], where it is asked for and there are fewer dimensions than classes. */
  spread: tf.Tensor2D | null;
}

/**
 * Means and scatter of each group, in two passes: the means, then the deviations from them.
 *
 * Float64: the sums are exact to 1e-15 of the features, the deviations likewise, and nothing is lost however far classes have collapsed.
 * Float32: a difference of two float32 numbers is rounded to 6e-8 of *itself*, so what is summed are differences alone: first from
 * one sample of the group, which gives the mean up to its own rounding; then from that rounded mean. What is left of the mean (`rest`)
 * is handed on, so that means are right to 1e-13 of the features, and scatter to 1e-6 of itself as long as it is above the rounding
 * of the features (1e-14 of their squares).
 *
 * @param features [d, n] float32
 * @param trained samples of `spread`
 */
export function layerSums(
  features: tf.Tensor2D,
  groups: Groups,
  withProducts: boolean,
  isWide: boolean,
  trained: number,
): LayerSums {
  const { members, counts, taken, first, classes } = groups;
  const x = isWide ? widen(features) : features;
  const from = (centres: tf.Tensor2D) => tf.add(tf.matMul(centres, taken, false, true), x) as tf.Tensor2D; // [d, n]
  const origin = isWide ? null : (tf.gather(features, first, 1) as tf.Tensor2D);
  // Sums divided, not shares summed: samples that are one point have exactly it as their mean.
  const meanOf = (columns: tf.Tensor2D) => tf.div(tf.matMul(columns, members), counts) as tf.Tensor2D; // [d, G]
  const moved = meanOf(origin ? from(origin) : x);
  const means = origin ? (tf.add(origin, moved) as tf.Tensor2D) : moved;
  const deviations = from(means);
  const rest = origin ? meanOf(deviations) : null;
  const apart = origin ? (tf.add(tf.sub(origin, tf.slice(origin, [0, 0], [-1, 1])), moved) as tf.Tensor2D) : means;
  const shifted = tf.slice(apart, [0, 0], [-1, classes]);
  const squares = tf.sum(tf.square(deviations), 0, true) as tf.Tensor2D;
  const ofSamples = withProducts ? tf.concat([squares, alongMeans(deviations, shifted, rest, taken)], 0) : squares;
  const isNarrow = withProducts && features.shape[0] < classes;
  return { means, rest, shifted, ofSamples, spread: isNarrow ? spreadOf(deviations, rest, taken, trained) : null };
}

/** Σ c_i c_iᵀ [d, d] of the first deviations; what is left of the means beyond float32 is taken off them. */
export function spreadOf(deviations: tf.Tensor2D, rest: tf.Tensor2D | null, taken: tf.Tensor2D, samples: number): tf.Tensor2D {
  const whole = rest ? (tf.add(tf.matMul(rest, taken, false, true), deviations) as tf.Tensor2D) : deviations;
  const some = tf.slice(whole, [0, 0], [-1, samples]) as tf.Tensor2D;
  return tf.matMul(some, some, false, true) as tf.Tensor2D;
}

/**
 * ⟨c_i, shifted_k⟩ [K, n] of deviations [d, n]. What is left of the means beyond float32 is taken off here, where it is small.
 * @param rest of the mean that each sample was centred on [d, K or G] @param taken −1 where the sample belongs to it [n, K or G]
 */
export function alongMeans(
  deviations: tf.Tensor2D,
  shifted: tf.Tensor2D,
  rest: tf.Tensor2D | null,
  taken: tf.Tensor2D,
): tf.Tensor2D {
  const products = tf.matMul(shifted, deviations, true) as tf.Tensor2D;
  if (!rest) return products;
  const left = tf.matMul(shifted, rest, true) as tf.Tensor2D; // [K, K or G]
  return tf.add(tf.matMul(left, taken, false, true), products) as tf.Tensor2D;
}

const largestTable = 2 ** 21;

/** ‖μ_k − μ_l‖² from differences [L, K, K], of means [L, d, K]. */
export function squaredDistances(means: tf.Tensor3D): tf.Tensor3D {
  const [layers, dim, classes] = means.shape;
  const together = Math.max(1, Math.floor(largestTable / (dim * classes ** 2)));
  const blocks: tf.Tensor3D[] = [];
  for (let from = 0; from < layers; from += together) {
    const some = tf.slice(means, [from, 0, 0], [Math.min(together, layers - from), dim, classes]);
    const differences = tf.sub(tf.expandDims(some, 3), tf.expandDims(some, 2)); // [·, d, K, K]
    blocks.push(tf.sum(tf.square(differences), 1));
  }
  return blocks.length === 1 ? blocks[0] : tf.concat(blocks, 0);
}

/** What is summed over samples that need the final means, as in math/collapse/centredMoments.ts, whose formulas these are. */
export interface SpanSums {
  /** Σ a_i a_iᵀ with a_i[k] = ⟨c_i, μ_k − μ_G⟩ [L, K, K]. */
  moments: tf.Tensor3D;
  /** The class of the nearest mean, the lowest on a tie [L, N], int32. */
  nearest: tf.Tensor2D;
}

/**
 * @param products ⟨c_i, shifted_k⟩ of some samples [L, K, N] @param distances of the means [L, K, K]
 * @param members 1 for the sample's class [N, K]
 */
export function spanSums(products: tf.Tensor3D, distances: tf.Tensor3D, members: tf.Tensor2D): SpanSums {
  const [layers, classes, samples] = products.shape;
  const centred = tf.sub(products, tf.mean(products, 1, true)) as tf.Tensor3D;
  // ‖h − μ_k‖² = ‖c‖² + ‖μ_y − μ_k‖² + 2 (a_y − a_k): what depends on k.
  const table = tf.matMul(tf.reshape(distances, [layers * classes, classes]), members, false, true);
  const apart = tf.sub(tf.reshape(table, [layers, classes, samples]), tf.mul(centred, 2));
  return { moments: tf.matMul(centred, centred, false, true), nearest: tf.argMin(apart, 1) };
}
