import { stepsPerEpoch } from "../../contract/config/stepsPerEpoch.ts";
import { Failure } from "../../contract/failure.ts";
import { randomStream, shuffle } from "../../math/statistics/randomStream.ts";
import type { SampleSet } from "../data/dataset.ts";
import type { Augmentation } from "./augmentation.ts";

/** Labels as one-hot columns [K, count]. */
export function oneHot(labels: ArrayLike<number>, classes: number): Float32Array {
  const values = new Float32Array(classes * labels.length);
  for (let i = 0; i < labels.length; i++) values[labels[i] * labels.length + i] = 1;
  return values;
}

/** Batches of a fixed size by update number. */
export interface Batches {
  /** Updates in one pass over the training set. */
  perEpoch: number;
  /** The batch of update k = 1, 2, …; the arrays are overwritten by the next call. */
  at(update: number): { x: Float32Array; y: Float32Array };
  /** Which samples it is made of. */
  samplesOf(update: number): Uint32Array;
}

/**
 * Each epoch is a fresh shuffle, a function of seed and epoch alone, so that a resumed run sees the same batches without any
 * stored random state. The samples left over at the end of an epoch, fewer than a batch, are dropped for that epoch.
 * @throws Failure INVALID if a batch is larger than the training set
 */
export function makeBatches(
  set: SampleSet,
  classes: number,
  batch: number,
  seed: number,
  augmentation: Augmentation | null = null,
): Batches {
  if (batch > set.count)
    throw new Failure(
      "INVALID",
      `The batch size ${batch} is above the ${set.count} training samples; choose a smaller batch or "full".`,
    );
  const dimension = set.inputs.length / set.count;
  const perEpoch = stepsPerEpoch(batch, set.count);
  const x = new Float32Array(batch * dimension);
  const y = new Float32Array(classes * batch);
  let order = new Uint32Array(0);
  let orderOf = -1;
  const samplesOf = (update: number) => {
    const epoch = Math.floor((update - 1) / perEpoch);
    if (epoch !== orderOf) {
      order = shuffle(
        Uint32Array.from({ length: set.count }, (_, i) => i),
        randomStream(seed, `batches/${epoch}`),
      );
      orderOf = epoch;
    }
    const start = ((update - 1) % perEpoch) * batch;
    return order.subarray(start, start + batch);
  };
  return {
    perEpoch,
    samplesOf,
    at(update) {
      const samples = samplesOf(update);
      const epoch = Math.floor((update - 1) / perEpoch);
      const first = ((update - 1) % perEpoch) * batch;
      y.fill(0);
      for (let i = 0; i < batch; i++) {
        const sample = samples[i];
        const inputs = set.inputs.subarray(sample * dimension, (sample + 1) * dimension);
        if (augmentation) augmentation.write(inputs, epoch, first + i, x, i * dimension);
        else x.set(inputs, i * dimension);
        y[set.labels[sample] * batch + i] = 1;
      }
      return { x, y };
    },
  };
}
