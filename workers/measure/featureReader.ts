import * as tf from "@tensorflow/tfjs";
import type { SampleSet } from "../data/dataset.ts";
import type { Engine, Step } from "../engine/engine.ts";
import { layerWidths } from "../models/layerWidths.ts";
import type { Network } from "../models/network.ts";
import { parameterCount, unpackParameters } from "../models/parameterLayout.ts";

/** Some consecutive samples as the network sees them; the arrays hold until the next chunk is read. */
export interface Chunk {
  from: number;
  count: number;
  labels: Uint16Array;
  /** [count, K] */
  logits: Float32Array;
  /** One array [count, d] a layer, X_1 … X_L, d its own. */
  features: Float32Array[];
}

/** Where the parameters are: a training step, read in place, or their values. */
export type ParameterSource = Step | { parameters: Float32Array };

export async function parametersOf(source: ParameterSource): Promise<Float32Array> {
  return "parameters" in source ? source.parameters : (await source.readState()).parameters;
}

export interface FeatureReader {
  /** All samples of a set, chunk after chunk, in order. */
  read(set: SampleSet, source: ParameterSource): AsyncGenerator<Chunk>;
  dispose(): Promise<void>;
}

const largestChunk = 512;

/**
 * Compiles the forward pass once, for chunks of one size (shapes are static): equal parts of the larger set, at most 512
 * samples each. A last chunk is filled up with its first sample and cut again. Free features are read in one chunk, and of the
 * training set alone.
 */
export async function makeFeatureReader(engine: Engine, network: Network, sets: SampleSet[]): Promise<FeatureReader> {
  const { inputDimension: dimension, classes } = network;
  const widths = layerWidths(network);
  const largest = Math.max(...sets.map((set) => set.count));
  const size = network.freeSamples ?? Math.ceil(largest / Math.ceil(largest / largestChunk));
  const forward = await engine.compileFunction({
    state: { parameters: { shape: [parameterCount(network.parameters)] } },
    inputs: { x: { shape: [size, dimension] } },
    fn: ({ state, inputs }) => {
      const { logits, features } = network.forward(
        unpackParameters(state.parameters as tf.Tensor1D, network.parameters),
        inputs.x as tf.Tensor2D,
      );
      const rows: Record<string, tf.Tensor> = { logits: tf.transpose(logits) };
      features.forEach((layer, at) => {
        rows[`x${at + 1}`] = tf.transpose(layer);
      });
      return rows;
    },
  });
  const padded = new Float32Array(size * dimension);

  async function* read(set: SampleSet, source: ParameterSource): AsyncGenerator<Chunk> {
    if (network.freeSamples !== null && set.count !== size)
      throw new Error("free features of samples other than those trained on");
    for (let from = 0; from < set.count; from += size) {
      const count = Math.min(size, set.count - from);
      const given = set.inputs.subarray(from * dimension, (from + count) * dimension);
      if (count < size) {
        padded.set(given);
        for (let i = count; i < size; i++) padded.copyWithin(i * dimension, 0, dimension);
      }
      const outputs = await forward.run({ x: count < size ? padded : given }, source);
      yield {
        from,
        count,
        labels: set.labels.subarray(from, from + count),
        logits: outputs.logits.subarray(0, count * classes),
        features: widths.map((width, at) => outputs[`x${at + 1}`].subarray(0, count * width)),
      };
    }
  }
  return { read, dispose: () => forward.dispose() };
}

/** The same, compiled when it is first read. */
export function lazyFeatureReader(engine: Engine, network: Network, sets: SampleSet[]): FeatureReader {
  let made: Promise<FeatureReader> | undefined;
  return {
    async *read(set, source) {
      made ??= makeFeatureReader(engine, network, sets);
      yield* (await made).read(set, source);
    },
    dispose: async () => (await made)?.dispose(),
  };
}
