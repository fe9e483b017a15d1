import { type OptimizerEntry, optimizerEntry } from "../config/optimizerConfig.ts";
import { regularizer } from "../config/regularizer.ts";
import { trainingConfig } from "../config/trainingConfig.ts";
import { common, pictures, ridge } from "./grid.ts";
import type { Preset } from "./preset.ts";

/** An optimizer with some coupled shares of the decay. */
const withShares = (optimizer: object, shares: readonly number[]): OptimizerEntry[] =>
  shares.map((share) => optimizerEntry.parse({ ...optimizer, share }));

/** Ten times the λ of the other presets. */
const strongRidge = regularizer.parse({ family: "weights", lambda: 0.05, headLambda: 0.05 });

/** The comparison of arXiv 2602.16642, and Muon. */
export const optimizerPreset: Preset = {
  id: "optimizers",
  group: "question",
  title: "Which optimizers collapse?",
  description:
    "Adam from AdamW's decoupled decay to all of it in the gradient, SGD and SGDW, Signum, and Muon: NC over the coupled share, a line for each optimizer and λ. Does collapse under adaptive optimizers need decay in the gradient, as arXiv 2602.16642 finds?",
  choices: [
    "1,000 full-batch steps with cosine to 0; 50 training images per class. Rates at which each optimizer trains to full accuracy: Adam 0.01, SGD 0.1, Signum 0.001, Muon 0.02 (and Adam's 0.003 for what it leaves to Adam).",
    "Two λ: decoupled decay shrinks a weight by rate · λ a step whatever its gradient is, so at the λ of the other presets (0.005) it is hardly felt, and ten times that is there beside it.",
    "Below a share of 1 there is no L* and no gap: compare NC1, NC2 and NC3.",
  ],
  config: {
    ...common,
    datasets: [pictures("fashion-mnist-mini", 50)],
    depths: [5],
    seeds: [0, 1, 2],
    regularizers: [ridge, strongRidge],
    training: trainingConfig.parse({ learningRate: 0.01, steps: 1000, initialization: { gain: 1, branchGain: 0.1 } }),
    optimizers: [
      ...withShares({ name: "adam" }, [1, 0.75, 0.5, 0.25, 0]),
      ...withShares({ name: "sgd", learningRate: 0.1 }, [1, 0.5, 0]),
      ...withShares({ name: "signum", learningRate: 0.001 }, [1, 0.5, 0]),
      ...withShares({ name: "muon", learningRate: 0.02 }, [1, 0.5, 0]),
    ],
  },
};
