import { optimizerConfig } from "../config/optimizerConfig.ts";
import { regularizer } from "../config/regularizer.ts";
import { trainingConfig } from "../config/trainingConfig.ts";
import { modularAddition, nextToken } from "../data/tokenTasks.ts";
import { common } from "./grid.ts";
import type { Preset } from "./preset.ts";

/** AdamW with β₂ = 0.98: all of the decay beside the update. */
const adamW = optimizerConfig.parse({ name: "adam", beta2: 0.98, share: 0 });

/** Two tasks on tokens. */
export const taskPresets: Preset[] = [
  {
    id: "grokking",
    group: "question",
    title: "Grokking: modular addition",
    description:
      "(a + b) mod 23 from 70 % of the pairs, with large decoupled decay and without any. Every network knows its training pairs within some hundred steps; with decay it comes to know nearly all others, but only after thousands. What do NC1 and relative flatness do in between?",
    choices: [
      "T22 and RN1 of width 64 read the same tokens: T22 embeds them, RN1 reads them as one-hot vectors.",
      "Full-batch AdamW, rate 0.003 and β₂ = 0.98, cosine to 0, with a decay of 1 on all parameters (the embedding, too) or of 0; 10,000 steps, measured at 15 log-spaced steps a decade.",
      "Of each sum the same number of pairs is trained on, so that classes are equal. With decoupled decay, and with none, there is no L*.",
    ],
    config: {
      ...common,
      datasets: [modularAddition.parse({ id: "modular-addition", modulus: 23, trainShare: 0.7 })],
      architectures: [
        { name: "t22", normalization: "post-ln", definition: 2 },
        { name: "rn1", normalization: "post-ln" },
      ],
      depths: [2],
      seeds: [0, 1],
      regularizers: [
        regularizer.parse({ family: "weights", lambda: 1, headLambda: 1, decayed: "all" }),
        regularizer.parse({ family: "none" }),
      ],
      training: trainingConfig.parse({
        ...{ optimizer: adamW, learningRate: 0.003, warmupSteps: 10, steps: 10_000 },
        initialization: { gain: 1, branchGain: 1 },
      }),
      measuring: { name: "log", perDecade: 15 },
    },
  },
  {
    id: "next-tokens",
    group: "question",
    title: "Next tokens",
    description:
      "The next of 16 tokens after two, in a language with latent factors: frequent and rare classes, and contexts that several tokens follow. How near does the fit come to the entropy of the data, and which classes collapse?",
    choices: [
      "Two latent factors of three values each, which a text keeps from its first token to its last; frequencies fall as rank^(−0.7). 2,000 training samples have at most 256 different contexts, so interpolation is impossible.",
      "T11, T22 and RN1 of width 64; Adam, rate 0.003, cosine to 0, 2,000 full-batch steps, λ = 0.0001.",
      "L* supposes features of each sample's own; where equal contexts have several next tokens it says nothing, and the entropy floor of the training set takes its place.",
    ],
    config: {
      ...common,
      datasets: [nextToken.parse({ id: "next-token" })],
      architectures: [
        { name: "t11", normalization: "post-ln", definition: 2 },
        { name: "t22", normalization: "post-ln", definition: 2 },
        { name: "rn1", normalization: "post-ln" },
      ],
      depths: [2, 4],
      seeds: [0],
      regularizers: [regularizer.parse({ family: "weights", lambda: 0.0001, headLambda: 0.0001 })],
      training: trainingConfig.parse({
        ...{ learningRate: 0.003, steps: 2000 },
        initialization: { gain: 1, branchGain: 0.3 },
      }),
    },
  },
];
