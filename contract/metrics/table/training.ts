import { defineMetrics, ofClass, ofNetwork, sources } from "../metricFacts.ts";

const { ours } = sources;

const accuracy = {
  ...ofNetwork,
  group: "accuracy",
  ideal: 1,
  direction: "more",
  log: false,
  percent: "everywhere",
  test: "everywhere",
  source: ours,
} as const;
/** What says how a run trains, and is no goal. */
const training = { ...ofNetwork, group: "training", ideal: null, direction: null, source: ours } as const;
/** What says when and how fast, and is no curve over a study's axes. */
const clock = { ...training, by: "process", offered: false } as const;
const solution = {
  ...training,
  log: false,
  source: "asked by Súkeník, Mondelli, Lampert (2024), arXiv 2405.14468",
} as const;
const right = "\\arg\\max_k\\,(Wh_i+b)_k = y_i";

export const trainingMetrics = defineMetrics({
  accuracy: {
    ...accuracy,
    label: "Accuracy",
    formula: "share of samples classified correctly",
    tex: `\\tfrac1N\\,\\#\\{i:\\ ${right}\\}`,
    training: { at: 110 },
    columns: [
      { at: 120, id: "acc-train", title: "Acc. train", split: "train" },
      { at: 130, id: "acc-test", title: "Acc. test", split: "test" },
    ],
  },
  ece: {
    ...accuracy,
    more: true,
    label: "Calibration error (ECE)",
    formula: "Σ_m (n_m/N) |accuracy − mean confidence| over 15 equal bins of the largest softmax",
    tex: "\\sum_{m=1}^{15} \\tfrac{n_m}{N}\\,\\bigl|\\mathrm{acc}_m - \\mathrm{conf}_m\\bigr|",
    source: "Guo, Pleiss, Sun, Weinberger (2017), ICML, On calibration of modern neural networks, equation 3, arXiv 1706.04599",
    ideal: 0,
    direction: "less",
  },
  "accuracy.class": {
    ...ofClass,
    layers: null,
    group: "accuracy",
    label: "Accuracy of each class",
    formula: "share of a class's samples classified correctly",
    tex: `\\tfrac1{n_k}\\,\\#\\{i:\\ y_i = k,\\ ${right}\\}`,
    source: ours,
    ideal: 1,
    direction: "more",
    log: false,
    percent: "everywhere",
    test: "everywhere",
    cost: "sums",
  },
  robust: {
    ...accuracy,
    by: "page",
    label: "Robust accuracy",
    formula: "PGD (else FGSM) in ℓ∞ (else ℓ2) at the middle ε of the grid",
    tex: `\\tfrac1N\\,\\#\\{i:\\ \\arg\\max_k\\, f_k(x_i+\\delta_i) = y_i\\},\\qquad \\lVert\\delta_i\\rVert\\le\\varepsilon`,
    source: "Madry et al. (2018), ICLR, arXiv 1706.06083; Goodfellow, Shlens, Szegedy (2015), ICLR, arXiv 1412.6572",
    columns: [{ at: 140, id: "robust", title: "Robust", split: "test", rare: true }],
  },
  transfer: {
    ...accuracy,
    by: "page",
    label: "Transfer accuracy",
    formula: "test accuracy of a linear probe on the last layer",
    tex: "\\text{test accuracy of a linear probe on the last layer, on another data set}",
    source: `${ours}; by a linear probe, Alain, Bengio (2017), arXiv 1610.01644`,
    columns: [{ at: 150, id: "transfer", title: "Transfer", split: "test", rare: true }],
  },
  gradientNorm: {
    ...clock,
    label: "Gradient of J",
    formula: "‖∇J‖, while the run is polished",
    tex: "\\lVert\\nabla J\\rVert",
    training: { at: 240, rare: true },
  },
  curvature: {
    ...clock,
    label: "Smallest curvature",
    formula: "λ_min(∇²J), at the end of polishing",
    tex: "\\lambda_{\\min}(\\nabla^2 J)",
    log: false,
  },
  flatness: {
    ...solution,
    label: "Relative flatness",
    formula: "κ = Σ_{s,s'} ⟨w_s, w_s'⟩ Tr H_{s,s'}, H of the mean fit by the classifier's rows",
    tex: "\\kappa = \\sum_{s,s'}\\langle w_s, w_{s'}\\rangle\\operatorname{Tr} H_{s,s'}",
    source: "Petzka, Kamp, Adilova, Sminchisescu, Boley (2021), NeurIPS, arXiv 2001.00939",
    direction: "less",
    log: true,
    training: { at: 195, rare: true },
  },
  "solution.rank": {
    ...solution,
    label: "Least rank of the class means",
    formula: "min over the layers of #{j: σ_j > 0.01 σ_1} of [μ_k], not centred",
    tex: "\\min_l\\ \\#\\{j:\\ \\sigma_j > 0.01\\,\\sigma_1\\}\\ \\text{of}\\ [\\mu_k]",
    training: { at: 190, rare: true },
  },
  "product.rank": {
    ...solution,
    label: "Rank of the mean outputs",
    formula: "#{j: σ_j > 0.01 σ_1} of [W_L μ_k]",
    tex: "\\#\\{j:\\ \\sigma_j > 0.01\\,\\sigma_1\\}\\ \\text{of}\\ [W_L\\mu_k]",
    training: { at: 200, rare: true },
  },
  learningRate: {
    ...clock,
    label: "Learning rate",
    formula: "η",
    tex: "\\eta",
    training: { at: 230 },
  },
  // Median wall time of a training step since the last measurement.
  stepMs: {
    ...clock,
    offered: true,
    label: "Step time",
    formula: "median",
    tex: "\\text{median wall time of a training step since the last measurement}",
    unit: "ms",
    axisUnit: "ms",
    log: false,
    training: { at: 250 },
  },
  // Of all attempts.
  elapsedMs: {
    ...clock,
    label: "Time",
    formula: "training and measuring",
    tex: "\\text{wall time of training and measuring, of all attempts}",
    unit: "ms",
    axisUnit: "ms",
    log: false,
  },
});
