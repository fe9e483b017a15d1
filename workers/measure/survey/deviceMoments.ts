import * as tf from "@tensorflow/tfjs";
import { mergeProbeSums } from "../../../math/collapse/mergeProbeSums.ts";
import { emptyProbeSums } from "../../../math/collapse/ridgeProbe.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { CompiledFunction, Engine, FunctionDefinition } from "../../engine/engine.ts";
import { narrow, widen } from "../../engine/wide.ts";
import { layerWidths, startsOf } from "../../models/layerWidths.ts";
import type { Network } from "../../models/network.ts";
import { parameterCount, unpackParameters } from "../../models/parameterLayout.ts";
import { chunkSize, chunksOf, type LinearRules, type Moments } from "./moments.ts";

/** Second moments and classifiers of all layers on the device, in float64: a chunk of samples is one call, and its features stay there. */
export function deviceMoments(engine: Engine, network: Network, { classes, train, test }: Dataset): Moments {
  const size = chunkSize(network, [train, test]);
  const widths = layerWidths(network);
  const starts = startsOf(widths.map((width) => width * (1 + classes + width)));
  const compiled: { sums?: Promise<CompiledFunction>; scores?: Promise<CompiledFunction> } = {};
  return {
    async sums(set, source, pause) {
      compiled.sums ??= engine.compileFunction(sumsFunction(network, classes, size));
      const call = await compiled.sums;
      const total = widths.map((width) => emptyProbeSums(classes, width));
      for (const { count, x, labels, counts } of chunksOf(set, network, classes, size)) {
        await pause();
        const { high, low } = await call.run({ x, labels }, source);
        for (const [l, sums] of total.entries()) {
          const width = widths[l];
          const at = (from: number, to: number) => joined(high, low, starts[l] + from, starts[l] + to);
          const [own, outer] = [width * (1 + classes), width * (1 + classes + width)];
          const reference = at(0, width);
          const part = { classes, dim: width, samples: count, counts, reference, sums: at(width, own), products: at(own, outer) };
          mergeProbeSums(sums, part);
        }
      }
      return total;
    },
    async right(set, source, rules, pause) {
      compiled.scores ??= engine.compileFunction(scoresFunction(network, classes, size));
      const call = await compiled.scores;
      const given = flatRules(rules, classes, Math.max(...widths));
      const total = rules.map(() => [0, 0]);
      for (const { x, labels } of chunksOf(set, network, classes, size)) {
        await pause();
        const { right } = await call.run({ x, labels, ...given }, source);
        for (const [l, counts] of total.entries()) for (const r of [0, 1]) counts[r] += right[2 * l + r];
      }
      return total;
    },
    async dispose() {
      await (await compiled.sums)?.dispose();
      await (await compiled.scores)?.dispose();
    },
  };
}

/** Float64 numbers that came as two float32 ones each. */
function joined(high: Float32Array, low: Float32Array, from: number, to: number): Float64Array {
  const values = new Float64Array(to - from);
  for (let i = 0; i < values.length; i++) values[i] = high[from + i] + low[from + i];
  return values;
}

const forwardOf = (network: Network, flat: tf.Tensor, x: tf.Tensor) =>
  network.forward(unpackParameters(flat as tf.Tensor1D, network.parameters), x as tf.Tensor2D).features;

/**
 * Of each layer: the mean of the chunk r [d], Σ(h − r) of each class [K, d] and Σ(h − r)(h − r)ᵀ [d, d], as the sum of two float32 numbers.
 * Samples of class K fill the chunk up and do not count.
 */
function sumsFunction(network: Network, classes: number, size: number): FunctionDefinition {
  return {
    state: { parameters: { shape: [parameterCount(network.parameters)] } },
    inputs: { x: { shape: [size, network.inputDimension] }, labels: { shape: [size], dtype: "int32" } },
    fn: ({ state, inputs }) => {
      const members = widen(tf.oneHot(inputs.labels as tf.Tensor1D, classes, 1, 0, "float32") as tf.Tensor2D); // [n, K]
      const inside = tf.sum(members, 1, true) as tf.Tensor2D; // [n, 1]
      const count = tf.sum(inside);
      const pieces = forwardOf(network, state.parameters, inputs.x).flatMap((features) => {
        const h = widen(features); // [d, n]
        const mean = tf.div(tf.matMul(h, inside), count) as tf.Tensor2D; // [d, 1]
        const deviations = tf.mul(tf.sub(h, mean), tf.reshape(inside, [1, size])) as tf.Tensor2D;
        const ofClasses = tf.matMul(members, deviations, true, true); // [K, d]
        const products = tf.matMul(deviations, deviations, false, true);
        return [mean, ofClasses, products].map((piece) => tf.reshape(piece, [-1]));
      });
      const values = tf.concat(pieces);
      const high = narrow(values);
      return { high, low: narrow(tf.sub(values, widen(high))) };
    },
  };
}

/** How many samples two linear classifiers a layer have right [L, 2]. */
function scoresFunction(network: Network, classes: number, size: number): FunctionDefinition {
  const widths = layerWidths(network);
  const [layers, widest] = [network.layers, Math.max(...widths)];
  return {
    state: { parameters: { shape: [parameterCount(network.parameters)] } },
    inputs: {
      x: { shape: [size, network.inputDimension] },
      labels: { shape: [size], dtype: "int32" },
      centres: { shape: [layers, widest] },
      weights: { shape: [layers, 2 * classes, widest] },
      biases: { shape: [layers, 2 * classes] },
    },
    fn: ({ state, inputs }) => {
      const { labels, centres, weights, biases } = inputs;
      const counts = forwardOf(network, state.parameters, inputs.x).flatMap((features, l) => {
        const width = widths[l];
        const of = (all: tf.Tensor, part: number[], shape: number[]) =>
          widen(tf.reshape(tf.slice(all, [l, ...part.map(() => 0)], [1, ...part]), shape));
        const moved = tf.sub(widen(features), of(centres, [width], [width, 1])) as tf.Tensor2D; // [d, n]
        const products = tf.matMul(of(weights, [2 * classes, width], [2 * classes, width]) as tf.Tensor2D, moved);
        const scores = tf.add(products, of(biases, [2 * classes], [2 * classes, 1])) as tf.Tensor2D;
        return [0, 1].map((rule) => {
          const best = tf.argMax(tf.slice(scores, [rule * classes, 0], [classes, size]), 0);
          return tf.sum(tf.cast(tf.equal(best, labels), "float32"));
        });
      });
      return { right: tf.stack(counts) };
    },
  };
}

/** Two classifiers a layer, for features moved to the first one's centre, where float32 keeps their digits; `widest` is the largest d. */
function flatRules(rules: readonly LinearRules[], classes: number, widest: number) {
  const centres = new Float32Array(rules.length * widest);
  const weights = new Float32Array(rules.length * 2 * classes * widest);
  const biases = new Float32Array(rules.length * 2 * classes);
  for (const [l, { centre, pair }] of rules.entries()) {
    centres.set(centre, l * widest);
    for (const [r, rule] of pair.entries()) {
      const row = (2 * l + r) * classes;
      const { dim } = rule;
      for (let k = 0; k < classes; k++) {
        weights.set(rule.weights.subarray(k * dim, (k + 1) * dim), (row + k) * widest);
        let bias = rule.bias[k];
        for (let j = 0; j < dim; j++) bias += rule.weights[k * dim + j] * centres[l * widest + j];
        biases[row + k] = bias;
      }
    }
  }
  return { centres, weights, biases };
}
