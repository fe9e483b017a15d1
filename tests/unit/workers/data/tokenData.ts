import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import type { InputShape } from "../../../../contract/data/datasetConfig.ts";
import { randomStream } from "../../../../math/statistics/randomStream.ts";
import type { Dataset, SampleSet } from "../../../../workers/data/dataset.ts";
import { makeSynthetic } from "../../../../workers/data/resolve/makeSynthetic.ts";
import { smallRun } from "../builders.ts";

type Overrides = Parameters<typeof smallRun>[0];

const classes = 3;

/** A transformer's run on small images, 2 × 4 × 6 pixels in patches of 2: six tokens. */
export function imageRun(overrides: Overrides = {}, samples = { train: 9, test: 6 }): { config: RunConfig; data: Dataset } {
  const input = { kind: "image", channels: 2, height: 4, width: 6 } as const;
  const fill = (count: number, seed: number) => {
    const random = randomStream(seed, "pixels");
    const labels = Uint16Array.from({ length: count }, (_, i) => i % classes);
    const inputs = Float32Array.from(
      { length: count * 48 },
      (_, i) => random.normal() + Math.cos(i * (labels[Math.floor(i / 48)] + 1)),
    );
    return { count, labels, inputs };
  };
  const dataset = { id: "fashion-mnist-mini" };
  const config = smallRun({ architecture: "t11", dataset, patch: 2, ...overrides });
  return { config, data: datasetOf(input, 48, fill(samples.train, 1), fill(samples.test, 2)) };
}

/** A transformer's run on texts of at most `length` words, padded in front, with 2 as the last token. */
export function textRun(overrides: Overrides = {}, length = 6): { config: RunConfig; data: Dataset } {
  const vocabulary = 12;
  const fill = (count: number, seed: number) => {
    const random = randomStream(seed, "words");
    const inputs = new Float32Array(count * length);
    for (let i = 0; i < count; i++) {
      const words = 1 + random.below(5);
      for (let t = 0; t < words; t++) inputs[(i + 1) * length - 2 - t] = 1 + random.below(vocabulary - 1);
      inputs[(i + 1) * length - 1] = 2;
    }
    return { count, labels: Uint16Array.from({ length: count }, (_, i) => i % classes), inputs };
  };
  const dataset = { id: "sentence-polarity", maxLength: length, vocabulary };
  const config = smallRun({ architecture: "t11", dataset, ...overrides });
  return { config, data: datasetOf({ kind: "text", length, vocabulary }, length, fill(9, 3), fill(6, 4)) };
}

/** Around the samples, what a synthetic set has. */
function datasetOf(input: InputShape, dimension: number, train: SampleSet, test: SampleSet): Dataset {
  const config = smallRun().dataset;
  if (config.id !== "gaussian-clusters") throw new Error("a small run is on clusters");
  const like = makeSynthetic(config);
  const counts = (set: SampleSet) => new Array<number>(classes).fill(set.count / classes);
  const resolved = { ...like.resolved, inputDimension: dimension, trainCounts: counts(train), testCounts: counts(test), input };
  return { ...like, resolved, classes, dimension, input, train, test };
}
