import type { ExperimentConfig } from "../config/experimentConfig.ts";
import type { Regularizer } from "../config/regularizer.ts";
import { trainingConfig } from "../config/trainingConfig.ts";

/** Objective (7) with the paper's λ. */
export const ridge: Regularizer = {
  family: "weights",
  objective: "uniform",
  lambda: 0.005,
  scaling: "constant",
  headLambda: 0.005,
};
/** Objective (11) with the paper's λ(L) = λ/L and a constant λ_L. */
export const splitRidge: Regularizer = { ...ridge, objective: "split", scaling: "inverse-depth" };

/** The smaller constant λ of the paper's Figure 2. */
export const smallRidge: Regularizer = { ...ridge, lambda: 0.0025, headLambda: 0.0025 };

/** The paper's depths. */
export const ladder = [2, 3, 5, 8, 13, 21, 34];

/** What most presets share: RN1, width 64, cross entropy, ridge, measured at ten steps a decade. */
export const common: Omit<ExperimentConfig, "datasets" | "depths" | "seeds"> = {
  architectures: [{ name: "rn1", normalization: "post-ln" }],
  widths: [64],
  losses: ["ce"],
  regularizers: [ridge],
  headBias: false,
  training: trainingConfig.parse({ learningRate: 0.01, steps: 2000, initialization: { gain: 1, branchGain: 0.1 } }),
  measuring: { name: "log", perDecade: 10 },
  device: "auto",
};

/** The first n training and m test samples a class of an image set. */
export const pictures = (id: "mnist" | "cifar10" | "fashion-mnist-mini", n: number | null, m: number | null = null) => ({
  id,
  trainPerClass: n,
  testPerClass: m,
});
