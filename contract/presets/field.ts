import type { ExperimentConfig } from "../config/experimentConfig.ts";
import type { Regularizer } from "../config/regularizer.ts";
import { stepsPerEpoch } from "../config/stepsPerEpoch.ts";
import { type ScheduleConfig, trainingConfig } from "../config/trainingConfig.ts";
import { datasetConfig } from "../data/datasetConfig.ts";
import { datasetSizes } from "../data/datasetSizes.ts";
import { common, pictures } from "./grid.ts";
import type { Preset } from "./preset.ts";

/** λ = 5·10⁻⁴ on every parameter, as PyTorch's weight_decay. */
const decay: Regularizer = {
  family: "weights",
  objective: "uniform",
  lambda: 5e-4,
  scaling: "constant",
  headLambda: 5e-4,
  decayed: "all",
};

/** Rates of k equal parts of the training, each a tenth of the one before. */
const parts = (k: number): ScheduleConfig => ({
  name: "step",
  at: Array.from({ length: k - 1 }, (_, i) => Number(((i + 1) / k).toFixed(4))),
  factor: 0.1,
});

/** What a paper's networks are trained by. */
interface Protocol {
  epochs: number;
  rate: number;
  schedule: ScheduleConfig;
}
const papyan: Protocol = { epochs: 350, rate: 0.05, schedule: parts(3) };
const zhu: Protocol = { epochs: 200, rate: 0.05, schedule: parts(5) };

function resNet18({ epochs, rate, schedule }: Protocol, isFull: boolean): ExperimentConfig {
  const dataset = isFull ? pictures("cifar10", null) : pictures("fashion-mnist-mini", 50, 50);
  const batch = isFull ? 128 : 50;
  return {
    ...common,
    datasets: [dataset],
    architectures: [{ name: "resnet", normalization: "post-ln" }],
    depths: [18],
    widths: [isFull ? 512 : 64],
    seeds: [0, 1, 2],
    regularizers: [decay],
    headBias: true,
    training: trainingConfig.parse({
      ...{ optimizer: { name: "sgd", momentum: 0.9 }, learningRate: rate, schedule, batch },
      steps: epochs * stepsPerEpoch(batch, datasetSizes(datasetConfig.parse(dataset)).train),
    }),
  };
}

const shared = [
  "SGD with momentum 0.9 and weight decay 5·10⁻⁴ as PyTorch has them: the decay is part of the gradient, and of every parameter.",
  "ResNet-18 with a 3 × 3 stem and without its pooling, for small pictures; the features that are measured are those of evaluation, by BatchNorm's running statistics.",
  "No augmentation, as in both papers' measurements: with it the training set that is measured is not the one that is fitted.",
  "Pictures are standardized by one mean and one deviation over all channels.",
  "Each epoch leaves out the pictures that fill no batch; others from epoch to epoch.",
];
const choicesOf = {
  papyan: [
    "350 epochs, the rate a tenth after a third and after two thirds. Papyan, Han and Donoho choose the best of 25 rates by test error; here it is 0.05.",
    ...shared,
  ],
  zhu: ["200 epochs, rate 0.05, a tenth of it after every 40 epochs; in the authors' code both are arguments.", ...shared],
};
const cut =
  "Fashion-MNIST-mini with 50 pictures per class, batches of 50, and channels 8, 16, 32, 64 in the place of 64, 128, 256, 512; the epochs and the schedule are the paper's.";

const about = {
  papyan: {
    title: "Papyan, Han and Donoho (2020)",
    description: "Where neural collapse was first described: ResNet-18 with BatchNorm, trained far beyond zero training error.",
    protocol: papyan,
  },
  zhu: {
    title: "Zhu et al. (2021)",
    description:
      "The networks of “A Geometric Analysis of Neural Collapse”: ResNet-18 with weight decay on everything, 200 epochs of SGD.",
    protocol: zhu,
  },
};

/** The settings that the field compares itself with. They have no L*: BatchNorm's features are bounded by nothing that is known beforehand. */
export const fieldPresets: Preset[] = (["papyan", "zhu"] as const).flatMap((id) => {
  const { title, description, protocol } = about[id];
  const common = { group: "field" as const, description };
  return [
    {
      ...common,
      id: `${id}-tonight`,
      title: `${title}, tonight`,
      protocol: "tonight" as const,
      cut,
      choices: choicesOf[id],
      config: resNet18(protocol, false),
    },
    {
      ...common,
      id: `${id}-full`,
      title: `${title}, full`,
      protocol: "full" as const,
      choices: [...choicesOf[id], "CIFAR-10 whole, batches of 128: for a GPU."],
      config: resNet18(protocol, true),
    },
  ];
});
