import * as tf from "@tensorflow/tfjs";
import type { InputShape } from "../../contract/data/datasetConfig.ts";
import { Failure } from "../../contract/failure.ts";
import { masked } from "./attention.ts";
import type { ParameterSpec, Parameters } from "./network.ts";
import type { SpecMaker } from "./specMaker.ts";

/** How a sample becomes T tokens, and which of them a token may see. */
export interface Tokens {
  /** T */
  count: number;
  specs(make: SpecMaker, width: number): ParameterSpec[];
  /** W_e Z without positions. x [N, D] → [d, N · T], the tokens of a sample side by side */
  embed(parameters: Parameters, x: tf.Tensor2D): tf.Tensor2D;
  /** Added to the scores of queries and keys: [T, T] for all samples, or [N, T, T]. */
  causalMask(x: tf.Tensor2D): tf.Tensor;
  /** The same for the last token's query, which sees every token: [N, 1, T], or null where nothing is hidden. */
  lastMask(x: tf.Tensor2D): tf.Tensor | null;
}

/** Square patches of an image, row by row; each a vector of its channels' pixels. W_e is [d, channels · side²]. */
export function imageTokens(image: Extract<InputShape, { kind: "image" }>, side: number): Tokens {
  const { channels, height, width: columns } = image;
  if (height % side !== 0 || columns % side !== 0)
    throw new Failure(
      "INVALID",
      `Patches of side ${side} do not divide the images of ${height} × ${columns} pixels; choose a side that divides both.`,
    );
  const [down, across] = [height / side, columns / side];
  const count = down * across;
  return {
    count,
    specs: ({ matrix }, width) => [matrix("We", width, channels * side * side, "free")],
    embed(parameters, x) {
      const patches = tf.reshape(x, [-1, channels, down, side, across, side]);
      // A patch a row, so that its lines are copied whole.
      const vectors = tf.reshape(tf.transpose(patches, [0, 2, 4, 1, 3, 5]), [-1, channels * side * side]);
      return tf.matMul(parameters.We, vectors, false, true) as tf.Tensor2D;
    },
    causalMask: () => futureMask(count),
    lastMask: () => null,
  };
}

/**
 * Words by number, 0 being padding, which stands in front of a text: the last token is at the same place in every sample, and
 * positions count from it. Padding is seen by no other token. W_e is [words, d], a row a word.
 */
export function textTokens({ length, vocabulary }: Extract<InputShape, { kind: "text" }>): Tokens {
  /** [N, 1, T] */
  const paddingMask = (x: tf.Tensor2D) => tf.reshape(tf.mul(tf.cast(tf.equal(x, 0), "float32"), masked), [-1, 1, length]);
  return {
    count: length,
    specs: ({ matrix }, width) => [matrix("We", vocabulary, width, "free", 1)],
    embed(parameters, x) {
      const rows = tf.gather(parameters.We, tf.reshape(tf.cast(x, "int32"), [-1])); // [N · T, d]
      return tf.transpose(rows) as tf.Tensor2D;
    },
    causalMask: (x) => tf.add(paddingMask(x), futureMask(length)),
    lastMask: paddingMask,
  };
}

/** Tokens by number, each of which is seen: W_e is [tokens, d], a row a token. */
export function plainTokens({ length, vocabulary }: Extract<InputShape, { kind: "tokens" }>): Tokens {
  const words = textTokens({ kind: "text", length, vocabulary });
  return { ...words, causalMask: () => futureMask(length), lastMask: () => null };
}

/** 0 where key ≤ query, else `masked` [T, T]; computed, so that long texts need no large literal. */
function futureMask(count: number): tf.Tensor2D {
  const places = tf.range(0, count, 1, "float32");
  const isFuture = tf.greater(tf.reshape(places, [1, count]), tf.reshape(places, [count, 1]));
  return tf.mul(tf.cast(isFuture, "float32"), masked) as tf.Tensor2D;
}
