import { currentDefinition } from "../config/architecture.ts";
import type { ExperimentConfig } from "../config/experimentConfig.ts";
import { stepsPerEpoch } from "../config/stepsPerEpoch.ts";
import { trainingConfig } from "../config/trainingConfig.ts";
import { datasetConfig } from "../data/datasetConfig.ts";
import { datasetSizes } from "../data/datasetSizes.ts";
import { common, ladder, pictures, smallRidge, splitRidge } from "./grid.ts";
import type { Preset } from "./preset.ts";

const t11 = { name: "t11", normalization: "post-ln", definition: currentDefinition } as const;

/** Rows whose "tonight" was run to its end and comes as a recording. */
const recorded = ["rn1-cifar10", "t11-cifar10", "t11-text", "rn2-mnist", "rn1-t11-mnist"];

/** One row of a figure, as published and cut down to an evening on two cores. */
interface Row {
  id: string;
  title: string;
  figure: string;
  description: string;
  /** Choices of both protocols, then of each alone. */
  choices: string[];
  full: { choices: string[]; config: ExperimentConfig };
  tonight: { choices: string[]; cut: string; config: ExperimentConfig };
}

/** The first three rows begin at 3 blocks. */
const fromThree = ladder.filter((depth) => depth >= 3);
const seeds = { full: [0, 1, 2, 3, 4], tonight: [0, 1, 2] };

const shared = [
  "Adam with coupled decay (the paper names no optimizer): decoupled decay would minimize another objective.",
  "Cosine schedule to 0: with a constant rate the last loss would still move from step to step.",
];
const smallBranches =
  "Weights start normal with deviation √(1/fan-in), each residual branch's last matrix at a tenth of it, so that all depths train at one rate.";
const fullBatch = "Full batch: only the loss over the whole training set has an exact gap to L*.";
const batches = "Batches of 200: the loss and the gap are measured over the whole training set all the same.";
const paperEpochs = 5_000;
const stepsOf = (set: "cifar10" | "mnist" | "imdb", batch: number) =>
  paperEpochs * stepsPerEpoch(batch, datasetSizes(datasetConfig.parse({ id: set })).train);
const epochs = (set: Parameters<typeof stepsOf>[0], batch: number) =>
  `Batches of ${batch.toLocaleString("en")}: ${paperEpochs.toLocaleString("en")} epochs are ${stepsOf(set, batch).toLocaleString("en")} steps.`;
const warmup = (steps: number) =>
  `The rate rises over the first ${steps.toLocaleString("en")} steps, as is usual for transformers.`;
const patches =
  "Square patches as tokens in reading order, of a quarter of the side (16 tokens) where not said otherwise, with learned positions and the causal mask; prediction and metrics use the last token.";
const residualDepth = "L counts a ResNet's X₁ = LN(W₀X₀ + b₀) and its L − 1 residual blocks, as Definition 3.1 does.";
const transformerDepth = "L counts a transformer's blocks, as Definition 3.2 does.";
const preLn = "Pre-LN as Definition B.2 has it, with a LayerNorm after the embedding too.";
const convergence =
  "Runs whose last training accuracy is below 0.99 have not interpolated and are left out of means and slopes, as the paper drops runs that did not converge; how many is said on the page.";

const train = (learningRate: number, steps: number, batch: number | "full" = "full") =>
  trainingConfig.parse({ learningRate, steps, batch, initialization: { gain: 1, branchGain: 0.1 } });
const trainSmall = (learningRate: number, steps: number, batch: number) => ({
  ...train(learningRate, steps, batch),
  initialization: { gain: 0.1, branchGain: 1 },
});

const rows: Row[] = [
  {
    id: "rn1-cifar10",
    title: "RN1 on CIFAR-10",
    figure: "Figure 1, row 1",
    description: "One-layer residual blocks. In the paper NC1, NC2 and NC3 fall with depth.",
    choices: [...shared, smallBranches, residualDepth],
    full: {
      choices: [epochs("cifar10", 1000)],
      config: {
        ...common,
        datasets: [pictures("cifar10", null)],
        depths: fromThree,
        seeds: seeds.full,
        training: train(0.005, stepsOf("cifar10", 1000), 1000),
      },
    },
    tonight: {
      cut: "200 training images per class instead of 5,000; depths from 2, where the figure begins at 3, to 21; 2,000 steps of 200 images (200 epochs) instead of 5,000 epochs; 3 seeds instead of 5.",
      choices: [batches],
      config: {
        ...common,
        datasets: [pictures("cifar10", 200, 50)],
        depths: ladder.filter((depth) => depth <= 21),
        seeds: seeds.tonight,
        training: train(0.005, 2000, 200),
      },
    },
  },
  {
    id: "t11-cifar10",
    title: "T11 on CIFAR-10",
    figure: "Figure 1, row 2",
    description:
      "A vision transformer with merged attention matrices and one-layer MLPs. In the paper NC1, NC2 and NC3 fall with depth.",
    choices: [...shared, smallBranches, patches, transformerDepth],
    full: {
      choices: [epochs("cifar10", 500), warmup(5000)],
      config: {
        ...common,
        architectures: [t11],
        datasets: [pictures("cifar10", null)],
        depths: fromThree,
        seeds: seeds.full,
        training: { ...train(0.005, stepsOf("cifar10", 500), 500), warmupSteps: 5000 },
      },
    },
    tonight: {
      cut: "100 training images per class instead of 5,000; patches of 16 pixels (4 tokens) instead of 8 (16); depths to 13; 3,000 steps of 200 images (600 epochs) instead of 5,000 epochs; 3 seeds instead of 5.",
      choices: [batches, warmup(300)],
      config: {
        ...common,
        architectures: [{ ...t11, patch: 16 }],
        datasets: [pictures("cifar10", 100, 50)],
        depths: [3, 5, 8, 13],
        seeds: seeds.tonight,
        training: { ...train(0.005, 3000, 200), warmupSteps: 300 },
      },
    },
  },
  {
    id: "t11-text",
    title: "Pre-LN T11 on text",
    figure: "Figure 1, row 3",
    description: "Sentiment of film reviews, read word by word. In the paper NC1, NC2 and NC3 fall with depth.",
    choices: [
      ...shared,
      transformerDepth,
      preLn,
      "All weights start at a tenth of √(1/fan-in), a word's fan-in counting as 1, the branches too: the LayerNorms set the scale of what they read, and small blocks cost little decay.",
      "Words in lower case; the most frequent ones of the training split, the others <unk>; <cls> as the last token, which is read out; shorter texts padded on the left and masked.",
      convergence,
    ],
    full: {
      choices: ["IMDB, texts cut to 256 words, 20,000 words: the paper names no tokenizer.", epochs("imdb", 500)],
      config: {
        ...common,
        architectures: [{ ...t11, normalization: "pre-ln" }],
        datasets: [{ id: "imdb", maxLength: 256, vocabulary: 20_000, trainPerClass: null, testPerClass: null }],
        depths: fromThree,
        seeds: seeds.full,
        training: trainSmall(0.001, stepsOf("imdb", 500), 500),
        convergence: { minTrainAccuracy: 0.99 },
      },
    },
    tonight: {
      cut: "Single sentences (sentence polarity) instead of IMDB's reviews, 1,000 per class, 12 words of a vocabulary of 700; depths to 13; 5,000 steps of 100 sentences (250 epochs) at rate 0.003 instead of 5,000 epochs at 0.001; 3 seeds instead of 5.",
      choices: [
        "Batches of 100: the loss and the gap are measured over the whole training set all the same.",
        "Three sentences for each word known: where the words outnumber the sentences, the embedding, which is free of decay, may tell the classes apart alone. No two sentences of different classes read the same.",
      ],
      config: {
        ...common,
        architectures: [{ ...t11, normalization: "pre-ln" }],
        datasets: [{ id: "sentence-polarity", maxLength: 12, vocabulary: 700, trainPerClass: 1_000, testPerClass: 250 }],
        depths: [3, 5, 8, 13],
        seeds: seeds.tonight,
        training: trainSmall(0.003, 5000, 100),
        convergence: { minTrainAccuracy: 0.99 },
      },
    },
  },
  {
    id: "rn2-mnist",
    title: "RN2 on MNIST: λ/L or constant λ",
    figure: "Figure 1, row 4, and Figure 2",
    description:
      "Two-layer residual blocks. In the paper their metrics fall with depth when the hidden layers' decay is 0.005/L and the head's stays 0.005 (Figure 1), and stay nearly flat with a constant λ of 0.0025 (Figure 2).",
    choices: [
      ...shared,
      smallBranches,
      residualDepth,
      "Objective (11) for λ/L: the head keeps λ_L = 0.005 at every depth.",
      "The constant λ is 0.0025 for all layers, as in Figure 2.",
    ],
    full: {
      choices: [epochs("mnist", 1000)],
      config: {
        ...common,
        architectures: [{ name: "rn2", normalization: "post-ln" }],
        datasets: [pictures("mnist", null)],
        depths: ladder,
        regularizers: [splitRidge, smallRidge],
        seeds: seeds.full,
        training: train(0.005, stepsOf("mnist", 1000), 1000),
      },
    },
    tonight: {
      cut: "50 training images per class instead of about 6,000; depths to 13; 2,000 full-batch steps instead of 5,000 epochs; 3 seeds instead of 5.",
      choices: [fullBatch],
      config: {
        ...common,
        architectures: [{ name: "rn2", normalization: "post-ln" }],
        datasets: [pictures("mnist", 50, 50)],
        depths: [2, 3, 5, 8, 13],
        regularizers: [splitRidge, smallRidge],
        seeds: seeds.tonight,
        training: train(0.005, 2000),
      },
    },
  },
  {
    id: "rn1-t11-mnist",
    title: "RN1 and T11 on MNIST",
    figure: "Figures 2 and 3",
    description:
      "Both architectures on a simpler set, and the total regularization loss, which in the paper falls with depth: choose it as the metric of the curve.",
    choices: [...shared, smallBranches, patches, residualDepth, transformerDepth],
    full: {
      choices: [epochs("mnist", 1000)],
      config: {
        ...common,
        architectures: [{ name: "rn1", normalization: "post-ln" }, t11],
        datasets: [pictures("mnist", null)],
        depths: ladder,
        seeds: seeds.full,
        training: train(0.005, stepsOf("mnist", 1000), 1000),
      },
    },
    tonight: {
      cut: "100 training images per class instead of about 6,000; patches of 14 pixels (4 tokens) instead of 7 (16); depths to 13; 2,000 steps of 200 images (400 epochs) instead of 5,000 epochs; 3 seeds instead of 5.",
      choices: [batches],
      config: {
        ...common,
        architectures: [
          { name: "rn1", normalization: "post-ln" },
          { ...t11, patch: 14 },
        ],
        datasets: [pictures("mnist", 100, 50)],
        depths: [2, 3, 5, 8, 13],
        seeds: seeds.tonight,
        training: train(0.005, 2000, 200),
      },
    },
  },
];

const presetOf = (row: Row, protocol: "full" | "tonight"): Preset => {
  const { id, title, figure, description, choices } = row;
  return {
    id: `${id}-${protocol}`,
    group: "paper",
    title,
    description,
    choices: [...choices, ...row[protocol].choices],
    figure,
    protocol,
    ...(protocol === "tonight" ? { cut: row.tonight.cut } : {}),
    ...(protocol === "tonight" && recorded.includes(id) ? { recorded: true as const } : {}),
    config: row[protocol].config,
  };
};

/** The figures of Súkeník, Lampert, Mondelli (2025), each as published ("full") and cut down ("tonight"). */
export const paperPresets: Preset[] = rows.flatMap((row) => [presetOf(row, "tonight"), presetOf(row, "full")]);
