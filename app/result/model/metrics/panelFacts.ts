import type { Attack, AttackNorm } from "../../../../contract/config/afterTraining.ts";
import type { CsvFacts } from "../../../../contract/csv.ts";
import type { Evaluation } from "../../../../contract/wire/runEvents.ts";
import { attackLabels, normLabels, type ProbeLayer } from "./evaluations.ts";

/** Definitions of what panels draw that is no metric of its own, for the heads of their files. */

/** @param goal "NC1 ≤ 0.1" */
export const survivalFacts = (goal: string): CsvFacts => [
  ["goal", `${goal} at a measured step and at every later one`],
  [
    "metric share not there yet",
    "S(t) = Π over steps t_i ≤ t of (1 − d_i / n_i); d_i runs reach the goal at t_i, n_i have not before; Kaplan, Meier (1958)",
  ],
];

export const cosineFacts: CsvFacts = [
  [
    "metric cosine of class means",
    "⟨μ_k − μ_G, μ_l − μ_G⟩ / (‖μ_k − μ_G‖ ‖μ_l − μ_G‖), μ_k the class means of the last layer, μ_G the mean of these; −1/(K − 1) in a regular simplex",
  ],
  ["metric cosine of classifier rows", "⟨w_k, w_l⟩ / (‖w_k‖ ‖w_l‖), w_k the rows of W; −1/(K − 1) in a regular simplex"],
];

export const minorityFacts: CsvFacts = [
  ...cosineFacts,
  [
    "metric mean cosine",
    "over pairs of different classes of one group; the small classes of two levels, or the smaller half: the ⌊K/2⌋ smallest; Fang, He, Long, Su (2021)",
  ],
];

export const rankFacts: CsvFacts = [
  [
    "metric rank of a solution",
    "min over the layers of #{j: σ_j > 0.01 σ_1}, σ the singular values of the class means [μ_k], not centred; asked by Súkeník, Mondelli, Lampert (2024), arXiv 2405.14468",
  ],
  [
    "J of collapse",
    "K · min over σ ≥ 0 of (σ − √n)²/(2N) + (M/2) c σ^{2/M}, M = L + 1, c = (λ_1 ⋯ λ_L λ_H)^{1/M}: orthogonal class means in every layer; Súkeník, Mondelli, Lampert (2023), arXiv 2305.13165",
  ],
];

export const projectionFacts: CsvFacts = [
  [
    "metric coordinates",
    "of last-layer features in the first three principal directions of the class means, origin at the mean of the class means; turned to the step before",
  ],
  ["nearest regular simplex", "the regular simplex, turned and scaled, that is nearest to the class means in least squares"],
];

const attacked: Record<Attack, string> = {
  fgsm: "one step of size ε along the sign or direction of the gradient; Goodfellow et al. (2015)",
  pgd: "projected gradient steps within the ball of radius ε, from the sample itself; Madry et al. (2018)",
};

/** @param robustness one of the runs' */
export const robustnessFacts = (attack: Attack, norm: AttackNorm, robustness: Evaluation["robustness"] | undefined): CsvFacts => [
  [
    "metric accuracy under attack",
    `share of attacked test samples that are still classified correctly; ${attackLabels[attack]}, ${normLabels[norm]}: ${attacked[attack]}`,
  ],
  ...(robustness ? [["attacked samples", `${robustness.samples} of the test set; ε in ${robustness.unit}`] as const] : []),
];

const probed: Record<ProbeLayer, string> = {
  last: "of the last layer",
  middle: "of the middle layer",
  best: "of the layer that does best",
};

/** @param layer whose accuracy is drawn, where it is one's. @param dataset its title */
export const transferFacts = (dataset: string | undefined, layer?: ProbeLayer): CsvFacts => [
  [
    "metric transfer accuracy",
    `test accuracy of a linear probe ${layer ? probed[layer] : "of each frozen layer"}${dataset ? ` on ${dataset}` : ""}; ridge regression on one-hot labels`,
  ],
];
