import { trainingConfig } from "../config/trainingConfig.ts";
import { common, ladder, pictures, splitRidge } from "./grid.ts";
import type { Preset } from "./preset.ts";

const polish = { iterations: 300 };
const branchGain = { gain: 1, branchGain: 0.1 };
const growing =
  "Each run begins with what the next shallower one of its seed ended with: identity blocks are put in, spread evenly, and the best measured state is kept. The depths of a seed train one after the other, its seeds side by side.";
const polishing = (most: string) =>
  `At the end up to ${most} iterations of L-BFGS on the whole training set, so that less of the gap is left to training.`;
const question =
  "Does J fall with every depth, as the theory says of the best networks, once runs no longer begin from random weights?";

/** The depth curves of the paper again, of networks that grow. */
export const grownPresets: Preset[] = [
  {
    id: "grown-random-labels",
    group: "question",
    recorded: true,
    title: "Grown RN1, random labels",
    description: `${question} The toy of random labels up to 34 layers.`,
    choices: [
      growing,
      "5,000 steps of full-batch Adam with coupled decay at each depth, rate 0.005, cosine to 0.",
      polishing("3,000"),
    ],
    config: {
      ...common,
      datasets: [{ id: "random-labels", classes: 4, dimension: 10, trainPerClass: 25, testPerClass: 25, dataSeed: 0 }],
      depths: ladder,
      widths: [16],
      seeds: [0, 1],
      training: trainingConfig.parse({ learningRate: 0.005, steps: 5000, grown: {}, polish: { iterations: 3000 } }),
    },
  },
  {
    id: "grown-rn1",
    group: "question",
    title: "Grown RN1",
    description: `${question} RN1 on Fashion-MNIST-mini, 2,000 training images, up to 34 layers.`,
    choices: [
      growing,
      "4,000 steps of full-batch Adam with coupled decay at each depth, rate 0.005, cosine to 0.",
      polishing("300"),
    ],
    config: {
      ...common,
      datasets: [pictures("fashion-mnist-mini", null)],
      depths: ladder,
      seeds: [0, 1],
      training: trainingConfig.parse({ learningRate: 0.005, steps: 4000, initialization: branchGain, grown: {}, polish }),
    },
  },
  {
    id: "grown-rn2",
    group: "question",
    title: "Grown RN2",
    description: `${question} Two-layer blocks with λ/L, on 100 images per class of Fashion-MNIST-mini, up to 34 layers.`,
    choices: [
      growing,
      "4,000 steps of full-batch Adam with coupled decay at each depth, rate 0.005, cosine to 0.",
      "A new block's first matrix is random (ε = 0.1), as with two zero matrices it would have no gradient: J rises by its ridge alone.",
      polishing("300"),
    ],
    config: {
      ...common,
      datasets: [pictures("fashion-mnist-mini", 100)],
      architectures: [{ name: "rn2", normalization: "post-ln" }],
      regularizers: [splitRidge],
      depths: ladder,
      seeds: [0, 1],
      training: trainingConfig.parse({ learningRate: 0.005, steps: 4000, initialization: branchGain, grown: {}, polish }),
    },
  },
  {
    id: "grown-t11",
    group: "question",
    title: "Grown T11",
    description: `${question} The transformer T11 on 20 images per class of Fashion-MNIST-mini, up to 34 blocks.`,
    choices: [
      growing,
      "1,500 steps of full-batch Adam with coupled decay at each depth, rate 0.005, cosine to 0: a block of a transformer reads 16 tokens per image.",
      "At the end up to 100 iterations of L-BFGS.",
    ],
    config: {
      ...common,
      datasets: [pictures("fashion-mnist-mini", 20)],
      architectures: [{ name: "t11", normalization: "post-ln", definition: 2 }],
      depths: ladder,
      seeds: [0, 1],
      training: trainingConfig.parse({
        learningRate: 0.005,
        steps: 1500,
        initialization: branchGain,
        grown: {},
        polish: { iterations: 100 },
      }),
    },
  },
  {
    id: "grown-rn1-cifar10",
    group: "question",
    title: "Grown RN1, CIFAR-10",
    description: `${question} RN1 on 100 images per class of CIFAR-10, up to 34 layers; for workers that have the set.`,
    choices: [
      growing,
      "4,000 steps of full-batch Adam with coupled decay at each depth, rate 0.005, cosine to 0.",
      polishing("300"),
    ],
    config: {
      ...common,
      datasets: [pictures("cifar10", 100, 100)],
      depths: ladder,
      seeds: [0, 1],
      training: trainingConfig.parse({ learningRate: 0.005, steps: 4000, initialization: branchGain, grown: {}, polish }),
    },
  },
];
