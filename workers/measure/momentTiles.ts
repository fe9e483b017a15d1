import * as tf from "@tensorflow/tfjs";
import { measuringBudget } from "../../contract/metrics/measuringBudget.ts";
import {
  type CentredFrame,
  type CentredMoments,
  type CentredMomentsInput,
  centredFrame,
  centredMoments,
  mergeCentredMoments,
} from "../../math/collapse/centredMoments.ts";
import { matrix } from "../../math/linear/matrix.ts";
import type { CompiledFunction, Engine } from "../engine/engine.ts";
import { narrow, widen } from "../engine/wide.ts";
import { hasFloat64 } from "./hasFloat64.ts";

/** Adds up the second pass over some samples of a layer, as math/collapse/centredMoments.ts says. */
export interface MomentSummer {
  /** What all samples of a layer are held against, worked out once. */
  frame(statistics: CentredMomentsInput["statistics"]): LayerFrame;
  sum(input: CentredMomentsInput, frame: LayerFrame): Promise<CentredMoments>;
}

interface LayerFrame extends CentredFrame {
  /** Means [K, d] and distances [K, K] as sums of two float32 numbers each, once a tile asked for them. */
  halves?: Record<"means" | "meansRest" | "distances" | "distancesRest", Float32Array>;
}

export const loopedMoments: MomentSummer = {
  frame: centredFrame,
  sum: async (input, frame) => centredMoments(input, frame),
};

/** On an engine with float64, large tiles are matrix products of it; the others, and all elsewhere, are loops here. */
export function momentTiles(engine: Engine): MomentSummer & { dispose(): Promise<void> } {
  const compiled = new Map<string, Promise<CompiledFunction>>();
  return {
    frame: centredFrame,
    async sum(input, frame) {
      const { classes, dim } = input.statistics;
      const samples = input.labels.length;
      const isWorth =
        hasFloat64(engine) && samples * classes * dim >= measuringBudget.tileProducts && input.features instanceof Float32Array;
      if (!isWorth) return loopedMoments.sum(input, frame);
      const most = Math.max(1, Math.floor(measuringBudget.tileBytes / (8 * (3 * classes + 2 * dim))));
      if (samples > most) {
        const parts = splitAt(input, Math.ceil(samples / Math.ceil(samples / most)));
        let whole = await this.sum(parts[0], frame);
        for (const part of parts.slice(1)) whole = mergeCentredMoments(whole, await this.sum(part, frame));
        return whole;
      }
      const shape = { samples, classes, dim };
      const key = Object.values(shape).join();
      const call = compiled.get(key) ?? engine.compileFunction(tile(shape));
      compiled.set(key, call);
      frame.halves ??= halvesOf(input, frame);
      const labels = Int32Array.from(input.labels);
      const predictions = input.predictions ? Int32Array.from(input.predictions) : labels;
      const given = { features: input.features as Float32Array, labels, predictions, ...frame.halves };
      const { high, low, misses } = await (await call).run(given, {});
      const size = Math.min(classes, dim);
      const moments = matrix(size, size);
      for (let i = 0; i < moments.data.length; i++) moments.data[i] = high[i] + low[i];
      return { samples, moments, labelMisses: misses[0], predictionMisses: input.predictions ? misses[1] : null };
    },
    dispose: async () => {
      for (const call of compiled.values()) await (await call.catch(() => null))?.dispose();
    },
  };
}

/** Consecutive samples, so many at a time. */
function splitAt({ features, labels, statistics, predictions }: CentredMomentsInput, samples: number): CentredMomentsInput[] {
  return Array.from({ length: Math.ceil(labels.length / samples) }, (_, part) => {
    const [from, to] = [part * samples, Math.min(labels.length, (part + 1) * samples)];
    const some = (values: ArrayLike<number>) => Array.prototype.slice.call(values, from, to) as number[];
    return {
      features: features.subarray(from * statistics.dim, to * statistics.dim),
      labels: some(labels),
      statistics,
      ...(predictions && { predictions: some(predictions) }),
    };
  });
}

function halvesOf({ statistics: { means } }: CentredMomentsInput, { distances }: CentredFrame) {
  const high = (values: Float64Array) => Float32Array.from(values);
  const rest = (values: Float64Array, rounded: Float32Array) => rounded.map((value, i) => values[i] - value);
  const [ofMeans, ofDistances] = [high(means.data), high(distances.data)];
  return {
    ...{ means: ofMeans, meansRest: rest(means.data, ofMeans) },
    ...{ distances: ofDistances, distancesRest: rest(distances.data, ofDistances) },
  };
}

/** The second pass over so many samples of one layer, in float64; what comes out is `high` + `low`. */
function tile({ samples, classes, dim }: { samples: number; classes: number; dim: number }) {
  const inputs = {
    features: { shape: [samples, dim] },
    labels: { shape: [samples], dtype: "int32" },
    predictions: { shape: [samples], dtype: "int32" },
    ...{ means: { shape: [classes, dim] }, meansRest: { shape: [classes, dim] } },
    ...{ distances: { shape: [classes, classes] }, distancesRest: { shape: [classes, classes] } },
  } as const;
  return {
    state: {},
    inputs,
    fn: ({ inputs: given }: { inputs: Record<keyof typeof inputs, tf.Tensor> }): Record<string, tf.Tensor> => {
      const { features, labels, predictions } = given;
      const means = tf.add(widen(given.means), widen(given.meansRest)) as tf.Tensor2D;
      const distances = tf.add(widen(given.distances), widen(given.distancesRest));
      const directions = tf.sub(means, tf.mean(means, 0, true)) as tf.Tensor2D;
      const deviations = tf.sub(widen(features), tf.gather(means, labels as tf.Tensor1D)) as tf.Tensor2D;
      const products = tf.matMul(deviations, directions, false, true) as tf.Tensor2D; // [n, K]
      const nearest = tf.argMin(tf.sub(tf.gather(distances, labels as tf.Tensor1D), tf.mul(products, 2)), 1);
      const spread = dim < classes ? deviations : products;
      const moments = tf.matMul(spread, spread, true) as tf.Tensor2D; // [r, r]
      const missed = (compared: tf.Tensor) => tf.sum(tf.cast(tf.notEqual(nearest, compared), "float32"));
      const high = narrow(moments);
      return { high, low: narrow(tf.sub(moments, widen(high))), misses: tf.stack([missed(labels), missed(predictions)]) };
    },
  };
}
