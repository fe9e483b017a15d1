import type { ExperimentConfig } from "./experimentConfig.ts";
import { trainingConfig } from "./trainingConfig.ts";

/** start: small studies to begin with; paper: the figures of Súkeník, Lampert, Mondelli (2025); question: studies beyond them. */
export const presetGroups = ["start", "paper", "question"] as const;
export type PresetGroup = (typeof presetGroups)[number];

export interface Preset {
  id: string;
  group: PresetGroup;
  title: string;
  /** What it asks and shows, in a sentence or two. */
  description: string;
  /** Every choice the literature leaves open, each with its reason. */
  choices: string[];
  /** Of the paper: which row of which figure, as published or cut down to an evening on two cores. */
  figure?: string;
  protocol?: "full" | "tonight";
  /** What "tonight" cut from the full protocol. */
  cut?: string;
  config: ExperimentConfig;
}

const ridge = { family: "weights", objective: "uniform", lambda: 0.005, scaling: "constant", headLambda: 0.005 } as const;

export const presets: Preset[] = [
  {
    id: "first-light",
    group: "start",
    choices: [],
    title: "First light",
    description:
      "Do ResNets collapse more as they get deeper? RN1 on Fashion-MNIST-mini (2,000 training images), cross entropy, λ = 0.005, 2,000 steps of full-batch Adam with coupled decay (rate 0.01, cosine); residual branches start at a tenth of their usual size.",
    config: {
      datasets: [{ id: "fashion-mnist-mini", trainPerClass: null, testPerClass: null }],
      architectures: [{ name: "rn1", normalization: "post-ln" }],
      depths: [2, 3, 5, 8, 13, 21],
      widths: [64],
      losses: ["ce"],
      regularizers: [ridge],
      seeds: [0, 1, 2],
      headBias: false,
      training: trainingConfig.parse({ learningRate: 0.01, steps: 2000, initialization: { gain: 1, branchGain: 0.1 } }),
      measuring: { name: "log", perDecade: 10 },
      device: "auto",
    },
  },
  {
    id: "random-labels",
    group: "start",
    choices: [],
    title: "Random labels",
    description:
      "A toy that collapses in minutes: 100 Gaussian inputs in 10 dimensions with random labels of 4 classes, so that nothing but capacity and the regularizer acts.",
    config: {
      datasets: [{ id: "random-labels", classes: 4, dimension: 10, trainPerClass: 25, testPerClass: 25, dataSeed: 0 }],
      architectures: [{ name: "rn1", normalization: "post-ln" }],
      depths: [2, 3, 5, 8, 13],
      widths: [16],
      losses: ["ce"],
      regularizers: [ridge],
      seeds: [0, 1, 2],
      headBias: false,
      training: trainingConfig.parse({ learningRate: 0.005, steps: 5000 }),
      measuring: { name: "log", perDecade: 10 },
      device: "auto",
    },
  },
  {
    id: "two-layer-decay",
    group: "start",
    choices: [],
    title: "Two-layer blocks: λ/L or constant λ",
    description:
      "RN2 nears the optimum with depth when the hidden layers' decay falls as λ/L while the head's stays constant, and stays flat when λ is constant. Full-batch Adam with coupled decay; residual branches start at 0.3 of their usual size.",
    config: {
      datasets: [{ id: "random-labels", classes: 4, dimension: 10, trainPerClass: 25, testPerClass: 25, dataSeed: 0 }],
      architectures: [{ name: "rn2", normalization: "post-ln" }],
      depths: [2, 3, 5, 8, 13],
      widths: [16],
      losses: ["ce"],
      regularizers: [{ ...ridge, objective: "split", scaling: "inverse-depth" }, ridge],
      seeds: [0, 1, 2],
      headBias: false,
      training: trainingConfig.parse({ learningRate: 0.005, steps: 5000, initialization: { gain: 1, branchGain: 0.3 } }),
      measuring: { name: "log", perDecade: 10 },
      device: "auto",
    },
  },
  {
    id: "first-steps",
    group: "start",
    choices: [],
    title: "One minute",
    description: "Well separated Gaussian clusters and three depths: a study that ends while you watch.",
    config: {
      datasets: [
        {
          id: "gaussian-clusters",
          classes: 4,
          dimension: 10,
          trainPerClass: 50,
          testPerClass: 50,
          dataSeed: 0,
          separation: 3,
          imbalance: 1,
        },
      ],
      architectures: [{ name: "rn1", normalization: "post-ln" }],
      depths: [2, 4, 8],
      widths: [32],
      losses: ["ce"],
      regularizers: [ridge],
      seeds: [0, 1],
      headBias: false,
      training: trainingConfig.parse({ learningRate: 0.005, steps: 1500 }),
      measuring: { name: "log", perDecade: 10 },
      device: "auto",
    },
  },
];
