import * as tf from "@tensorflow/tfjs";
import type { ParameterSpec, Parameters } from "./network.ts";
import { maskedSoftmax } from "./ops/maskedSoftmax.ts";
import type { SpecMaker } from "./specMaker.ts";

/** Tokens as columns [d, N · T], those of a sample side by side. */
interface TokenShape {
  samples: number;
  tokens: number;
}

interface AttentionOptions {
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
 * Queries, keys and values lie as rows [N, T, d]: a matrix product makes them rows and columns again on its way, so that nothing
 * is transposed.
 *
 * @param x [d, N · T] @param mask added to the scores [queries, keys] of each sample, or [N, queries, keys]
 * @param lastOnly the last token of each sample asks alone; `asking` are they, where they are known @returns [d, N · T], or [d, N]
 */
export function attention(
  { layers, heads, width }: AttentionOptions,
  parameters: Parameters,
  l: number,
  x: tf.Tensor2D,
  shape: TokenShape,
  mask: tf.Tensor | null,
  lastOnly: boolean,
  asking: tf.Tensor2D = lastOnly ? lastTokens(x, shape) : x,
): tf.Tensor2D {
  const { samples } = shape;
  const rowsOf = (columns: tf.Tensor2D, matrix: tf.Tensor): tf.Tensor[] => {
    const rows = tf.matMul(columns, matrix, true, layers === 2); // [N · tokens, heads · size]
    const parts = heads === 1 ? [rows] : tf.split(rows, heads, 1);
    return parts.map((part) => tf.reshape(part, [samples, -1, part.shape[1] as number]));
  };
  const weigh = (query: tf.Tensor, key: tf.Tensor) =>
    maskedSoftmax(tf.matMul(query, key, false, true), mask, 1 / Math.sqrt(key.shape[2] as number)); // [N, queries, keys]
  let mixed: tf.Tensor[]; // [N, queries, size] a head
  if (layers === 1) {
    const every = tf.transpose(tf.reshape(x, [width, samples, shape.tokens]), [1, 2, 0]); // [N, T, d]
    // W_QKᵀ of the queries, not W_QK of the keys: with one query a sample that is T times less.
    mixed = rowsOf(asking, parameters[`W${l}.QK`]).map((query) => tf.matMul(weigh(query, every), every));
  } else {
    const [queries, keys, values] = [
      rowsOf(asking, parameters[`W${l}.Q`]),
      rowsOf(x, parameters[`W${l}.K`]),
      rowsOf(x, parameters[`W${l}.V`]),
    ];
    mixed = values.map((value, h) => tf.matMul(weigh(queries[h], keys[h]), value));
  }
  const joined = tf.reshape(heads === 1 ? mixed[0] : tf.concat(mixed, 2), [asking.shape[1], -1]); // [N · queries, heads · size]
  return tf.matMul(parameters[layers === 1 ? `W${l}.VO` : `W${l}.O`], joined, false, true) as tf.Tensor2D;
}

export function attentionSpecs(
  { layers, heads, width }: AttentionOptions,
  { matrix, branchEnd }: SpecMaker,
  l: number,
): ParameterSpec[] {
  if (layers === 1) {
    // The heads' matrices lie side by side.
    return [matrix(`W${l}.QK`, width, heads * width, "hidden", width), branchEnd(`W${l}.VO`, width, heads * width)];
  }
  const square = (name: string) => matrix(`W${l}.${name}`, width, width, "hidden");
  return [square("Q"), square("K"), square("V"), branchEnd(`W${l}.O`, width, width)];
}

/** The last token of each sample. [d, N · T] → [d, N] */
export function lastTokens(x: tf.Tensor2D, { samples, tokens }: TokenShape): tf.Tensor2D {
  const rows = x.shape[0];
  const last = tf.slice(tf.reshape(x, [rows, samples, tokens]), [0, 0, tokens - 1], [rows, samples, 1]);
  return tf.reshape(last, [rows, samples]);
}
