import type { LinearProbe, ProbeSums } from "../../../math/collapse/ridgeProbe.ts";
import type { SampleSet } from "../../data/dataset.ts";
import type { Network } from "../../models/network.ts";
import type { ParameterSource } from "../featureReader.ts";

/** Two classifiers of one layer's features, and a point among these. */
export interface LinearRules {
  centre: Float64Array;
  pair: [LinearProbe, LinearProbe];
}

/** Reads the features of all layers once, and gives what was summed up of them. */
export interface Moments {
  /** Means, class sums and second moments of each layer. @param pause awaited between chunks: throws to stop */
  sums(set: SampleSet, source: ParameterSource, pause: () => Promise<void>): Promise<ProbeSums[]>;
  /** Samples that each of two classifiers a layer has right [L][2]. */
  right(set: SampleSet, source: ParameterSource, rules: readonly LinearRules[], pause: () => Promise<void>): Promise<number[][]>;
  dispose(): Promise<void>;
}

const largestChunk = 512;

/** Samples of one call; free features are read in one. */
export function chunkSize(network: Network, sets: readonly SampleSet[]): number {
  const largest = Math.max(...sets.map(({ count }) => count));
  return network.freeSamples ?? Math.ceil(largest / Math.ceil(largest / largestChunk));
}

interface PaddedChunk {
  count: number;
  /** [size, D]; filled up with the first sample. */
  x: Float32Array;
  /** [size]; K behind the last sample. */
  labels: Int32Array;
  /** Samples of each class [K]. */
  counts: Float64Array;
}

/** The samples of a set in chunks of one size; the arrays hold until the next one. */
export function* chunksOf(set: SampleSet, { inputDimension }: Network, classes: number, size: number): Generator<PaddedChunk> {
  const x = new Float32Array(size * inputDimension);
  const labels = new Int32Array(size);
  for (let from = 0; from < set.count; from += size) {
    const count = Math.min(size, set.count - from);
    const counts = new Float64Array(classes);
    // What fills it up are samples of the set: a network may not bear others.
    for (let i = 0; i < size; i++) {
      const of = i < count ? from + i : from;
      x.set(set.inputs.subarray(of * inputDimension, (of + 1) * inputDimension), i * inputDimension);
      labels[i] = i < count ? set.labels[of] : classes;
      if (i < count) counts[labels[i]]++;
    }
    yield { count, x, labels, counts };
  }
}
