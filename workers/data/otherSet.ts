import type { OtherSetConfig } from "../../contract/config/otherSet.ts";
import type { ResolvedDataset } from "../../contract/data/resolvedDataset.ts";
import { spacedIndices } from "../../math/statistics/spaced.ts";
import type { Dataset, SampleSet } from "./dataset.ts";
import { requireReadable } from "./requireReadable.ts";

/** Samples of a second set, as a network reads them that is trained on another one. */
export interface OtherSet {
  resolved: ResolvedDataset;
  set: SampleSet;
  /** What was done to them, for the log. */
  preparation: string;
}

/**
 * Test samples of a second set, spaced evenly through it. Pictures are shifted and scaled by the two numbers of the set trained on, as
 * they would be if the network met them in use; texts are in its words already.
 * @throws Failure INVALID where the network cannot read the second set
 */
export function makeOtherSet({ samples }: Pick<OtherSetConfig, "samples">, second: Dataset, trained: Dataset): OtherSet {
  requireReadable(trained, second);
  const { test, dimension, pixel } = second;
  const chosen = spacedIndices(test.count, samples);
  const inputs = new Float32Array(chosen.length * dimension);
  const labels = new Uint16Array(chosen.length);
  const [scale, shift] =
    pixel && trained.pixel
      ? [pixel.deviation / trained.pixel.deviation, (pixel.mean - trained.pixel.mean) / trained.pixel.deviation]
      : [1, 0];
  for (const [at, sample] of chosen.entries()) {
    for (let j = 0; j < dimension; j++) inputs[at * dimension + j] = test.inputs[sample * dimension + j] * scale + shift;
    labels[at] = test.labels[sample];
  }
  const how = pixel ? ", standardized by the numbers of the set trained on" : "";
  return {
    resolved: second.resolved,
    set: { count: chosen.length, inputs, labels },
    preparation: `Second set: ${chosen.length} of ${test.count} test samples (${second.resolved.source})${how}.`.slice(0, 1000),
  };
}
