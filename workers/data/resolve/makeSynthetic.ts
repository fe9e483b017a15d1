import { profileProblem, profileSizes } from "../../../contract/data/classSizes.ts";
import type { SyntheticDatasetConfig } from "../../../contract/data/datasetConfig.ts";
import { sizeProfile } from "../../../contract/data/datasetSizes.ts";
import { Failure } from "../../../contract/failure.ts";
import { type RandomStream, randomStream, shuffle } from "../../../math/statistics/randomStream.ts";
import { countClasses, type Dataset, type SampleSet } from "../dataset.ts";
import { addLabelNoise } from "../prepare/addLabelNoise.ts";
import { sha256 } from "../sources/readVerified.ts";

/**
 * Gaussian clusters: class k is N(c_k, I) with ‖c_k‖ = separation in a random direction; class sizes fall
 * from trainPerClass to imbalance · trainPerClass, geometrically or in one step; the test set is balanced and without label noise.
 * Random labels: inputs N(0, I) and labels drawn apart from them, each class equally often.
 * Both are a function of the config alone, and are used as drawn, not standardized.
 * @throws Failure INVALID if all classes are to be large
 */
export function makeSynthetic(config: SyntheticDatasetConfig): Dataset {
  const { classes, dimension, dataSeed } = config;
  const profile = sizeProfile(config);
  const problem = profileProblem(profile.large, classes);
  if (problem !== null) throw new Failure("INVALID", problem);
  const centres = config.id === "gaussian-clusters" ? drawCentres(config) : new Float64Array(classes * dimension);
  const draw = (name: string, counts: number[]): SampleSet => {
    const labels = interleave(counts);
    if (config.id === "random-labels") shuffle(labels, randomStream(dataSeed, `data/${name}/labels`));
    return drawSamples(labels, centres, dimension, randomStream(dataSeed, `data/${name}/inputs`));
  };
  const clean = draw("train", profileSizes(config.trainPerClass, classes, profile));
  const test = draw("test", profileSizes(config.testPerClass, classes, { ratio: 1 }));
  const noise = addLabelNoise(clean.labels, classes, config.id === "gaussian-clusters" ? config.labelNoise : undefined);
  const train = { ...clean, labels: noise.labels };
  const input = { kind: "vector" as const, dimension };
  return {
    resolved: {
      id: config.id,
      source: `generated from data seed ${dataSeed}`,
      hash: sha256(...[train, test].flatMap((set) => [bytesOf(set.inputs), bytesOf(set.labels)])),
      classes,
      inputDimension: dimension,
      input,
      trainCounts: countClasses(train.labels, classes),
      testCounts: countClasses(test.labels, classes),
    },
    classes,
    dimension,
    input,
    pixel: null,
    train,
    test,
    preparation: ["Inputs are used as drawn (unit variance within a class), not standardized.", noise.said].join(" ").trimEnd(),
  };
}

function drawCentres(config: { classes: number; dimension: number; dataSeed: number; separation: number }): Float64Array {
  const { classes, dimension, separation } = config;
  const random = randomStream(config.dataSeed, "data/centres");
  const centres = Float64Array.from({ length: classes * dimension }, () => random.normal());
  for (let k = 0; k < classes; k++) {
    const row = centres.subarray(k * dimension, (k + 1) * dimension);
    const norm = Math.hypot(...row);
    for (let j = 0; j < dimension; j++) row[j] *= separation / norm;
  }
  return centres;
}

/** Labels 0, 1, …, K−1, 0, 1, … until every class has its count. */
function interleave(counts: number[]): Uint16Array {
  const labels: number[] = [];
  for (let round = 0; round < Math.max(...counts); round++)
    for (let k = 0; k < counts.length; k++) if (round < counts[k]) labels.push(k);
  return Uint16Array.from(labels);
}

function drawSamples(labels: Uint16Array, centres: Float64Array, dimension: number, random: RandomStream): SampleSet {
  const inputs = new Float32Array(labels.length * dimension);
  for (let i = 0; i < labels.length; i++)
    for (let j = 0; j < dimension; j++) inputs[i * dimension + j] = centres[labels[i] * dimension + j] + random.normal();
  return { count: labels.length, inputs, labels };
}

const bytesOf = (values: Float32Array | Uint16Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
