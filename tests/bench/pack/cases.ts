import { type RunConfig, runConfig } from "../../../contract/config/runConfig.ts";
import type { InputShape } from "../../../contract/data/datasetConfig.ts";
import { randomStream } from "../../../math/statistics/randomStream.ts";
import type { Dataset, SampleSet } from "../../../workers/data/dataset.ts";
import { makeSynthetic } from "../../../workers/data/resolve/makeSynthetic.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../../workers/models/parameterLayout.ts";
import type { PackMember } from "../../../workers/training/packTrainer.ts";

/** A network on random data, of which several runs are trained as one step. */
export interface PackCase {
  name: string;
  title: string;
  architecture: "rn1" | "t11" | "conv";
  d: number;
  depth: number;
  /** N */
  samples: number;
  batch: "full" | number;
  classes: number;
  input: InputShape;
  /** How PyTorch's network wants a sample. */
  shape: readonly number[];
}

const images = { kind: "image", channels: 1, height: 28, width: 28 } as const;
const vectors = (dimension: number) => ({ kind: "vector", dimension }) as const;
const rn1 = { architecture: "rn1", samples: 2000, batch: "full", classes: 10, input: vectors(784), shape: [784] } as const;

export const packCases: readonly PackCase[] = [
  {
    ...rn1,
    name: "toy",
    title: "RN1 d=16 L=5, the toy's 100 samples",
    d: 16,
    depth: 5,
    samples: 100,
    classes: 4,
    input: vectors(10),
    shape: [10],
  },
  { ...rn1, name: "rn1-8", title: "RN1 d=64 L=8, full batch of 2000", d: 64, depth: 8 },
  { ...rn1, name: "rn1-34", title: "RN1 d=64 L=34, full batch of 2000", d: 64, depth: 34 },
  { ...rn1, name: "rn1-512", title: "RN1 d=512 L=8, batches of 256", d: 512, depth: 8, batch: 256 },
  {
    name: "t11",
    title: "T11 d=64 L=8, 16 tokens, batches of 128",
    architecture: "t11",
    d: 64,
    depth: 8,
    samples: 2000,
    batch: 128,
    classes: 10,
    input: images,
    shape: [16, 49],
  },
  {
    name: "conv",
    title: "Conv C=32 L=5, 3 × 32 × 32, batches of 128",
    architecture: "conv",
    d: 32,
    depth: 5,
    samples: 2000,
    batch: 128,
    classes: 10,
    input: { kind: "image", channels: 3, height: 32, width: 32 },
    shape: [3, 32, 32],
  },
];

const dimensionOf = (input: InputShape) =>
  input.kind === "image" ? input.channels * input.height * input.width : input.kind === "vector" ? input.dimension : input.length;

/** S runs of a case that differ in seed, rate and λ. */
export function membersOf(one: PackCase, runs: number): PackMember[] {
  const dataset = datasetOf(one);
  return Array.from({ length: runs }, (_, seed) => {
    const config = configOf(one, seed);
    const network = defineNetwork(config, dataset);
    return { config, network, dataset, state: { parameters: initializeParameters(network.parameters, seed) }, step: 0 };
  });
}

function configOf({ architecture, d, depth, batch }: PackCase, seed: number): RunConfig {
  return runConfig.parse({
    dataset: { id: { rn1: "random-labels", t11: "mnist", conv: "cifar10" }[architecture] },
    architecture,
    normalization: "post-ln",
    depth,
    width: d,
    loss: "ce",
    headBias: false,
    regularizer: { family: "weights", lambda: 0.005 / (1 + seed) },
    training: { batch, steps: 100_000, learningRate: 0.005 / (1 + seed) },
    measuring: { name: "log" },
    seed,
    device: "auto",
  });
}

function datasetOf({ samples, classes, input }: PackCase): Dataset {
  const config = runConfig.shape.dataset.parse({ id: "random-labels" });
  if (config.id !== "random-labels") throw new Error("random labels were asked for");
  const like = makeSynthetic(config);
  const dimension = dimensionOf(input);
  const random = randomStream(0, "inputs");
  const train: SampleSet = {
    count: samples,
    inputs: Float32Array.from({ length: samples * dimension }, () => random.normal()),
    labels: Uint16Array.from({ length: samples }, (_, i) => i % classes),
  };
  return { ...like, classes, dimension, input, train, test: train };
}
