import * as tf from "@tensorflow/tfjs";
import { maskedSoftmax } from "../trace/ops/maskedSoftmax.ts";
import type { ParameterSpec, Parameters } from "./network.ts";
import type { specMaker } from "./specMaker.ts";

/** Tokens as columns [d, N · T], those of a sample side by side. */
export interface TokenShape {
  samples: number;
  tokens: number;
}

export interface AttentionOptions {
  /** 1: each head has its own W_QK and W_VO, d × d. 2: each head has d/H rows of W_Q, W_K, W_V and columns of W_O, all d × d. */
  layers: 1 | 2;
  heads: number;
  width: number;
}

/** What a masked score is lowered by: its weight is exactly 0 then, and a token that sees nothing still has finite weights. */
export const masked = -1e9;

/**
 * Causal self-attention without biases, Súkeník, Lampert, Mondelli (2025), section 3; softmax over the keys that a query sees:
 *
 *   1 layer   Σ_h W_VO^h X softmax(Xᵀ W_QK^h X / √d)
 *   2 layers  W_O [W_V^h X softmax((W_Q^h X)ᵀ (W_K^h X) / √(d/H))]_h
 *
 * @param x [d, N · T] @param mask added to the scores [queries, keys] of each sample, or [N, queries, keys]
 * @param lastOnly the last token of each sample asks alone @returns [d, N · T], or [d, N]
 */
export function attention(
  { layers, heads, width }: AttentionOptions,
  parameters: Parameters,
  l: number,
  x: tf.Tensor2D,
  shape: TokenShape,
  mask: tf.Tensor | null,
  lastOnly: boolean,
): tf.Tensor2D {
  const asking = lastOnly ? lastTokens(x, shape) : x;
  const asked = { samples: shape.samples, tokens: lastOnly ? 1 : shape.tokens };
  const weigh = (query: tf.Tensor2D, key: tf.Tensor2D, scale: number) =>
    maskedSoftmax(tf.matMul(bySample(query, asked), bySample(key, shape), true), mask, scale); // [N, queries, keys]
  const mix = (value: tf.Tensor2D, weights: tf.Tensor): tf.Tensor2D =>
    asColumns(tf.matMul(bySample(value, shape), weights, false, true));
  if (layers === 1) {
    // q = W_QKᵀ x for the queries: with one query a sample that is a product of N columns instead of N · T.
    const queries = split(tf.matMul(parameters[`W${l}.QK`], asking, true), heads);
    const mixed = queries.map((query) => mix(x, weigh(query, x, 1 / Math.sqrt(width))));
    return tf.matMul(parameters[`W${l}.VO`], tf.concat(mixed, 0)) as tf.Tensor2D;
  }
  const part = (name: string, of: tf.Tensor2D) => split(tf.matMul(parameters[`W${l}.${name}`], of), heads);
  const [queries, keys, values] = [part("Q", asking), part("K", x), part("V", x)];
  const mixed = values.map((value, h) => mix(value, weigh(queries[h], keys[h], 1 / Math.sqrt(width / heads))));
  return tf.matMul(parameters[`W${l}.O`], tf.concat(mixed, 0)) as tf.Tensor2D;
}

export function attentionSpecs(
  { layers, heads, width }: AttentionOptions,
  { matrix, branchEnd }: ReturnType<typeof specMaker>,
  l: number,
): ParameterSpec[] {
  if (layers === 1) {
    // The heads' matrices lie side by side.
    return [matrix(`W${l}.QK`, width, heads * width, "hidden", width), branchEnd(`W${l}.VO`, width, heads * width)];
  }
  const square = (name: string) => matrix(`W${l}.${name}`, width, width, "hidden");
  return [square("Q"), square("K"), square("V"), branchEnd(`W${l}.O`, width, width)];
}

/** [d, N · T] → [N, d, T] */
const bySample = (x: tf.Tensor2D, { samples, tokens }: TokenShape): tf.Tensor3D =>
  tf.transpose(tf.reshape(x, [-1, samples, tokens]), [1, 0, 2]) as tf.Tensor3D;

/** [N, d, T] → [d, N · T] */
const asColumns = (x: tf.Tensor): tf.Tensor2D =>
  tf.reshape(tf.transpose(x, [1, 0, 2]), [x.shape[1] as number, -1]) as tf.Tensor2D;

/** The last token of each sample. [d, N · T] → [d, N] */
export function lastTokens(x: tf.Tensor2D, { samples, tokens }: TokenShape): tf.Tensor2D {
  const rows = x.shape[0];
  const last = tf.slice(tf.reshape(x, [rows, samples, tokens]), [0, 0, tokens - 1], [rows, samples, 1]);
  return tf.reshape(last, [rows, samples]);
}

const split = (x: tf.Tensor, heads: number): tf.Tensor2D[] => (heads === 1 ? [x] : tf.split(x, heads, 0)) as tf.Tensor2D[];
