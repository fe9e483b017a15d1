import type { Regularizer } from "../config/regularizer.ts";
import { trainingConfig } from "../config/trainingConfig.ts";
import { common, pictures, ridge } from "./grid.ts";
import type { Preset } from "./preset.ts";

const mini = pictures("fashion-mnist-mini", 50);
const training = trainingConfig.parse({ learningRate: 0.01, steps: 1000, initialization: { gain: 1, branchGain: 0.1 } });
const fullBatch = "Full-batch Adam with coupled decay, rate 0.01, cosine to 0; 50 training images per class.";

/** λ_H such that the features' ridge weighs about as much as the head's: λ_H N = λ_W at 500 samples. */
const features: Regularizer = { family: "features", lambdaW: 0.005, lambdaH: 0.00001, lambdaB: 0 };

/** Studies beyond the paper's figures. */
export const questionPresets: Preset[] = [
  {
    id: "channels",
    group: "question",
    recorded: true,
    title: "How many channels are needed?",
    description:
      "A convolutional ResNet with 4 to 48 channels on ten classes: with fewer than 10 there is no room for a simplex of features whose mean is zero. Choose τ and read the smallest width whose NC1 reaches it.",
    choices: [
      "20 training images per class, 1,200 steps of 50 images, rate 0.005, cosine to 0: convolutions are the dearest layers on a processor, and 300 steps of the full batch would cost the same.",
      "Features are the channels averaged over the image, then normalized: so the width is the dimension d of the theory.",
    ],
    config: {
      ...common,
      datasets: [pictures("fashion-mnist-mini", 20, 20)],
      architectures: [{ name: "conv", normalization: "post-ln" }],
      depths: [3],
      widths: [4, 8, 12, 16, 24, 32, 48],
      seeds: [0, 1, 2],
      training: trainingConfig.parse({
        ...{ learningRate: 0.005, steps: 1200, batch: 50 },
        initialization: { gain: 1, branchGain: 0.3 },
      }),
    },
  },
  {
    id: "regularizers",
    group: "question",
    recorded: true,
    title: "Which regularizer collapses fastest?",
    description:
      "Ridge on the weights, ridge on the features, slack around the simplex frame at three strengths, and two controls: steps until NC1 and the gap reach a level you choose.",
    choices: [
      fullBatch,
      "λ_H = 10⁻⁵ is summed over 500 samples, so that head and features are shrunk alike (λ_H N = λ_W).",
      "ρ = 0.01, 0.1 and 1: from hardly felt to nearly a hard frame.",
    ],
    config: {
      ...common,
      datasets: [mini],
      depths: [5],
      seeds: [0, 1, 2],
      regularizers: [
        ridge,
        features,
        { family: "slack", lambda: 0.005, rho: 0.01, frame: "simplex" },
        { family: "slack", lambda: 0.005, rho: 0.1, frame: "simplex" },
        { family: "slack", lambda: 0.005, rho: 1, frame: "simplex" },
        { family: "adamw", lambda: 0.005 },
        { family: "none" },
      ],
      training,
    },
  },
  {
    id: "label-noise",
    group: "question",
    recorded: true,
    title: "Does noise in the labels stop collapse?",
    description: "0 to 80 % of the training labels exchanged at random: the network must memorize to collapse.",
    choices: [
      fullBatch,
      "The same share of every class exchanges its labels, so the classes stay equal and L* keeps its closed form.",
    ],
    config: {
      ...common,
      datasets: [0, 0.1, 0.2, 0.4, 0.8].map((rate) => (rate === 0 ? mini : { ...mini, labelNoise: { rate, seed: 0 } })),
      depths: [3, 8],
      seeds: [0, 1, 2],
      training,
    },
  },
  {
    id: "imbalance",
    group: "question",
    recorded: true,
    title: "What becomes of small classes?",
    description:
      "Class sizes falling geometrically from 100 to a fraction of it: do the small classes' directions come closer to each other, and as close as at the optimum, which is solved numerically?",
    choices: ["Full-batch Adam with coupled decay, rate 0.01, cosine to 0; 100 training images in the largest class."],
    config: {
      ...common,
      datasets: [1, 0.3, 0.1, 0.03, 0.01].map((imbalance) =>
        imbalance === 1 ? pictures("fashion-mnist-mini", 100) : { ...pictures("fashion-mnist-mini", 100), imbalance },
      ),
      depths: [5],
      seeds: [0, 1, 2],
      training,
    },
  },
  {
    id: "minority-collapse",
    group: "question",
    title: "When do minority classes collapse?",
    description:
      "Five large classes and five small ones, from equal sizes to 2 %: free features and a residual network, beside the optimum of the layer-peeled model and the ratio at which its small classes coincide.",
    choices: [
      "2,000 full-batch steps of Adam (β₂ = 0.99), rate 0.01, cosine to 0; 100 training images of each large class.",
      "λ_W = 0.04 and λ_H = 0.0005 on both, so that the threshold, r = a (t + (K − t) r)² with a = λ_W λ_H n, lies between two of the ratios, near 0.056.",
      "The sizes are of two levels, as in Fang, He, Long, Su (2021); the ridge on all samples' features stands for their bound on class averages.",
    ],
    config: {
      ...common,
      datasets: [1, 0.3, 0.1, 0.07, 0.04, 0.02].map((imbalance) => ({
        ...pictures("fashion-mnist-mini", 100),
        ...(imbalance === 1 ? {} : { imbalance }),
        largeClasses: 5,
      })),
      architectures: [
        { name: "rn1", normalization: "post-ln" },
        { name: "ufm", normalization: "post-ln" },
      ],
      depths: [3],
      regularizers: [{ family: "features", lambdaW: 0.04, lambdaH: 0.0005, lambdaB: 0 }],
      seeds: [0, 1, 2],
      training: trainingConfig.parse({
        ...{ optimizer: { name: "adam", beta2: 0.99 }, learningRate: 0.01, steps: 2000 },
        initialization: { gain: 0.5, branchGain: 0.1 },
      }),
    },
  },
  {
    id: "complexity",
    group: "question",
    recorded: true,
    title: "Is harder data harder to collapse?",
    description: "Gaussian clusters from far apart to nearly on top of each other, and the same inputs with random labels.",
    choices: ["Full-batch Adam with coupled decay, rate 0.005, cosine to 0; ten classes in 20 dimensions."],
    config: {
      ...common,
      datasets: [
        ...[8, 4, 2, 1].map((separation) => ({
          ...{ id: "gaussian-clusters" as const, classes: 10, dimension: 20, trainPerClass: 50, testPerClass: 50, dataSeed: 0 },
          ...{ separation, imbalance: 1 },
        })),
        { id: "random-labels" as const, classes: 10, dimension: 20, trainPerClass: 50, testPerClass: 50, dataSeed: 0 },
      ],
      depths: [2, 5, 13],
      widths: [32],
      seeds: [0, 1, 2],
      training: trainingConfig.parse({ learningRate: 0.005, steps: 1000, initialization: { gain: 1, branchGain: 0.1 } }),
    },
  },
  {
    id: "after-training",
    group: "question",
    recorded: true,
    title: "Are collapsed networks robust, and do they transfer?",
    description:
      "RN1 at five depths, attacked by FGSM and PGD, then probed layer by layer on MNIST, beside each run's NC values.",
    choices: [
      fullBatch,
      "500 test images are attacked; a linear probe (ridge regression) reads each layer's frozen features of 1,000 MNIST digits.",
    ],
    config: {
      ...common,
      datasets: [mini],
      depths: [2, 3, 5, 8, 13],
      seeds: [0, 1, 2],
      training,
      afterTraining: {
        robustness: {
          norms: ["linf", "l2"],
          epsilons: [0.005, 0.01, 0.02, 0.04, 0.08],
          l2Factor: 10,
          pgdSteps: 10,
          samples: 500,
        },
        transfer: { dataset: pictures("mnist", 100, 50), ridge: 0.001 },
      },
    },
  },
  {
    id: "out-of-distribution",
    group: "question",
    title: "Does collapse help to tell what is out of distribution?",
    description:
      "RN1 at five depths and two strengths of decay on Fashion-MNIST, looking at MNIST's digits: NC5 while it trains, and how well six scores tell the digits from clothes, against NC1, NC5 and depth.",
    choices: [
      fullBatch,
      "500 digits of MNIST's test set, 50 of each, standardized by the numbers of Fashion-MNIST; they are held against the 500 test images.",
      "λ = 0.0005 and 0.005: networks that collapse less and more at the same depth. NECO has r = 9 = K − 1 directions, NCI α = 10⁻⁴, the energy T = 1.",
    ],
    config: {
      ...common,
      datasets: [mini],
      depths: [2, 3, 5, 8, 13],
      seeds: [0, 1, 2],
      regularizers: [0.0005, 0.005].map((lambda) => ({ ...ridge, lambda, headLambda: lambda })),
      training,
      other: { dataset: pictures("mnist", 1, 50), samples: 500, alpha: 1e-4, temperature: 1 },
    },
  },
  {
    id: "losses",
    group: "question",
    title: "Which loss collapses?",
    description:
      "Cross entropy, the same with smoothed labels, focal loss, squared error, and dot regression to a simplex that is never trained: which brings NC1 and the classifier's frame nearest to the ideal?",
    choices: [
      fullBatch,
      "L* is each loss's own, so gaps are shares of different numbers: compare NC1, NC2 and NC3, and the distance to the optimum. Dot regression has L* = 0, and no gap.",
      "Squared error has no bias here, so its ideal frame is orthogonal: read NC2 (orthogonal), not NC2. Dot regression's classifier is a simplex from the first step.",
    ],
    config: {
      ...common,
      datasets: [mini],
      depths: [3, 8],
      losses: ["ce", { name: "ce", smoothing: 0.1 }, { name: "focal", gamma: 2 }, "mse", "dot-regression"],
      seeds: [0, 1, 2],
      training,
    },
  },
  {
    id: "free-features",
    group: "question",
    recorded: true,
    title: "The unconstrained features themselves",
    description:
      "The baseline of the theory, trained by the same loop: free features on the sphere with ridge on the head, and with ridge on both. How near to L* do they come?",
    choices: [
      "4,000 full-batch steps of Adam (β₂ = 0.99), rate 0.01, cosine to 0; only the number of samples of each class is taken from the data.",
      "Features start small, with deviation 0.01: on the sphere only their directions count, and the longer the vectors, the slower a step turns them.",
      "With MSE and no bias the ideal frame is orthogonal: read NC2 (orthogonal), not NC2.",
    ],
    config: {
      ...common,
      datasets: [pictures("fashion-mnist-mini", 20, 20)],
      architectures: [{ name: "ufm", normalization: "post-ln" }],
      depths: [2],
      losses: ["ce", "mse"],
      regularizers: [ridge, { ...features, lambdaH: 0.00002 }],
      seeds: [0, 1, 2],
      training: trainingConfig.parse({
        ...{ optimizer: { name: "adam", beta2: 0.99 }, learningRate: 0.01, steps: 4000 },
        initialization: { gain: 0.01, branchGain: 1 },
      }),
    },
  },
  {
    id: "plain-networks",
    group: "question",
    title: "Does a plain network collapse with depth?",
    description:
      "Hidden layers without residual connections, with ReLU or tanh, with and without LayerNorm, beside RN1: does variability within classes (NC1) fall with depth, and does the classifier's frame (NC2) come nearer to a simplex?",
    choices: [
      "Full-batch Adam with coupled decay, rate 0.005, cosine to 0, 1,000 steps; 20 training images per class.",
      "First values by He for ReLU and by Xavier for tanh; RN1's branches begin ten times smaller; an MLP has no branches.",
      "Right behind ReLU a LayerNorm takes a layer's scale away, so there the gap has its head's part alone; without LayerNorm there is no L*.",
    ],
    config: {
      ...common,
      datasets: [pictures("fashion-mnist-mini", 20, 20)],
      architectures: [
        { name: "rn1", normalization: "post-ln" },
        { name: "mlp", normalization: "post-ln", activation: "relu" },
        { name: "mlp", normalization: "post-ln", activation: "tanh" },
        { name: "mlp", normalization: "none", activation: "relu" },
        { name: "mlp", normalization: "none", activation: "tanh" },
      ],
      depths: [2, 3, 5, 8, 13],
      seeds: [0, 1, 2],
      training: trainingConfig.parse({ learningRate: 0.005, steps: 1000, initialization: { gain: 1, branchGain: 0.1 } }),
    },
  },
  {
    id: "deep-free-features",
    group: "question",
    title: "Deep unconstrained features: how low is the rank?",
    description:
      "Free features under 2 to 6 linear or ReLU layers, each with a ridge: do all seeds end at deep neural collapse, of rank K in every layer, or at solutions of lower rank that cost less?",
    choices: [
      "4,000 full-batch steps of Adam (β₂ = 0.99), rate 0.01, cosine to 0; ten classes of 5 samples, as only their number is taken from the data.",
      "One λ for the features and every layer. Linear layers have L* in closed form; under ReLU deep neural collapse is a value from above.",
      "The rank counts the singular values of the class means above 1 % of the largest, in the layer where they are fewest.",
    ],
    config: {
      ...common,
      datasets: [
        {
          id: "gaussian-clusters",
          classes: 10,
          dimension: 2,
          trainPerClass: 5,
          testPerClass: 1,
          dataSeed: 0,
          separation: 3,
          imbalance: 1,
        },
      ],
      architectures: [
        { name: "dufm", normalization: "post-ln", activation: "linear" },
        { name: "dufm", normalization: "post-ln", activation: "relu" },
      ],
      depths: [2, 3, 4, 6],
      widths: [32],
      losses: ["mse"],
      regularizers: [0.0005, 0.001].map((lambda) => ({
        ...{ family: "features" as const, lambdaW: lambda, lambdaH: lambda, lambdaB: 0, lambdaHidden: lambda },
      })),
      seeds: [0, 1, 2, 3, 4, 5, 6, 7],
      training: trainingConfig.parse({
        ...{ optimizer: { name: "adam", beta2: 0.99 }, learningRate: 0.01, steps: 4000 },
        initialization: { gain: 0.5, branchGain: 1 },
      }),
    },
  },
];
