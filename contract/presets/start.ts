import { trainingConfig } from "../config/trainingConfig.ts";
import { common, pictures, ridge, splitRidge } from "./grid.ts";
import type { Preset } from "./preset.ts";

const toy = { id: "random-labels", classes: 4, dimension: 10, trainPerClass: 25, testPerClass: 25, dataSeed: 0 } as const;

/** Small studies to begin with: every data set comes with the program. */
export const startPresets: [Preset, ...Preset[]] = [
  {
    id: "first-light",
    group: "start",
    title: "First light",
    description:
      "Do ResNets collapse more as they get deeper? RN1 on Fashion-MNIST-mini (2,000 training images) at six depths and three seeds.",
    choices: [
      "2,000 steps of full-batch Adam with coupled decay, rate 0.01, cosine to 0: the gap split is exact only for the loss over the whole training set.",
      "Residual branches start at a tenth of their usual size, so that 21 layers train at the rate that suits 2.",
    ],
    config: { ...common, datasets: [pictures("fashion-mnist-mini", null)], depths: [2, 3, 5, 8, 13, 21], seeds: [0, 1, 2] },
  },
  {
    id: "random-labels",
    group: "start",
    recorded: true,
    title: "Random labels",
    description:
      "A toy of a few minutes: 100 Gaussian inputs in 10 dimensions with random labels of 4 classes, so that nothing but capacity and the regularizer acts.",
    choices: ["5,000 steps of full-batch Adam with coupled decay, rate 0.005, cosine to 0."],
    config: {
      ...common,
      datasets: [toy],
      depths: [2, 3, 5, 8, 13],
      widths: [16],
      seeds: [0, 1, 2],
      training: trainingConfig.parse({ learningRate: 0.005, steps: 5000 }),
    },
  },
  {
    id: "two-layer-decay",
    group: "start",
    recorded: true,
    title: "Two-layer blocks: λ/L or constant λ",
    description:
      "Two-layer blocks on the toy of random labels. The theory asks for a hidden decay that falls with depth, as λ/L, while the head's stays constant; here beside it is a constant λ.",
    choices: [
      "5,000 steps of full-batch Adam with coupled decay, rate 0.005, cosine to 0; residual branches start at 0.3 of their usual size.",
    ],
    config: {
      ...common,
      datasets: [toy],
      architectures: [{ name: "rn2", normalization: "post-ln" }],
      depths: [2, 3, 5, 8, 13],
      widths: [16],
      regularizers: [splitRidge, ridge],
      seeds: [0, 1, 2],
      training: trainingConfig.parse({ learningRate: 0.005, steps: 5000, initialization: { gain: 1, branchGain: 0.3 } }),
    },
  },
  {
    id: "first-steps",
    group: "start",
    title: "One minute",
    description: "Well separated Gaussian clusters and three depths: a study that ends while you watch.",
    choices: [],
    config: {
      ...common,
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
      depths: [2, 4, 8],
      widths: [32],
      seeds: [0, 1],
      training: trainingConfig.parse({ learningRate: 0.005, steps: 1500 }),
    },
  },
];
