import { type NetworkMetricFacts, sources } from "./metricFacts.ts";

const { paper, zhu, ours } = sources;

/** What the parts of the objective and the distances share: measured on the training set, better where they are less. */
const objective = {
  scope: "network",
  group: "losses",
  more: false,
  direction: "less",
  unit: "1",
  axisUnit: null,
  log: true,
  percent: null,
  threshold: 0.1,
  test: false,
} as const;
const gap = {
  ...objective,
  group: "gap",
  ideal: 0,
  percent: "in texts",
  threshold: 0.5,
  source: `derived from ${paper}, Theorem 4.3`,
} as const;
const accuracy = {
  scope: "network",
  group: "accuracy",
  more: false,
  ideal: 1,
  direction: "more",
  unit: "1",
  axisUnit: null,
  log: false,
  percent: "everywhere",
  threshold: 0.1,
  test: true,
  part: null,
  source: ours,
} as const;
/** What says how a run trains, and is no goal. */
const ofTraining = {
  scope: "network",
  group: "training",
  more: false,
  ideal: null,
  direction: null,
  percent: null,
  threshold: 0.1,
  test: false,
  part: null,
  source: ours,
} as const;

const define = <Id extends string>(table: Record<Id, NetworkMetricFacts>) => table;

/** The measured metrics of a whole network, each with its facts; workers/measure computes them, workers/run the last five. */
export const networkMetricInfo = define({
  loss: {
    ...objective,
    label: "Loss J",
    formula: "fit + ridge (+ slack)",
    source: `${paper}, equations 7 and 11`,
    ideal: null,
    unit: "nats under cross entropy",
    part: null,
  },
  fit: {
    ...objective,
    label: "Fit",
    formula: "mean cross entropy, or ‖logits − Y‖²/(2N)",
    source: `${paper}, equation 7`,
    ideal: null,
    unit: "nats under cross entropy",
    test: true,
    part: null,
  },
  accuracy: { ...accuracy, label: "Accuracy", formula: "share of samples classified correctly" },
  ece: {
    ...accuracy,
    more: true,
    label: "Calibration error (ECE)",
    formula: "Σ_m (n_m/N) |accuracy − mean confidence| over 15 equal bins of the largest softmax",
    source: "Guo, Pleiss, Sun, Weinberger (2017), ICML, On calibration of modern neural networks, equation 3",
    ideal: 0,
    direction: "less",
  },
  "ridge.head": {
    ...objective,
    label: "Ridge, head",
    formula: "(λ_L/2)‖W_L‖²",
    source: `${paper}, equations 7 and 11`,
    ideal: null,
    part: { of: "penalties", label: "head" },
  },
  "ridge.hidden": {
    ...objective,
    label: "Ridge, hidden layers",
    formula: "(λ/2) Σ ‖W_l‖²",
    source: `${paper}, equations 7 and 11`,
    ideal: null,
    part: { of: "penalties", label: "hidden layers" },
  },
  "ridge.features": {
    ...objective,
    label: "Ridge, features",
    formula: "(λ_H/2)‖H‖²",
    source: zhu,
    ideal: null,
    part: { of: "penalties", label: "features" },
  },
  "ridge.bias": {
    ...objective,
    label: "Ridge, head bias",
    formula: "(λ_b/2)‖b_L‖²",
    source: zhu,
    ideal: null,
    part: { of: "penalties", label: "head's bias" },
  },
  slack: {
    ...objective,
    label: "Slack",
    formula: "(ρ/2)‖W_L W_Lᵀ − cF‖²",
    source: ours,
    ideal: 0,
    part: { of: "penalties", label: "slack" },
  },
  "gap.total": { ...gap, label: "Gap to UFM optimum", formula: "(J − L*)/L*", part: { of: "gap", label: "total" } },
  "gap.head": {
    ...gap,
    label: "Gap, head part",
    formula: "(L_GUFM(W_L, H_L) − L*)/L*",
    part: { of: "gap", label: "head part" },
  },
  "gap.representation": {
    ...gap,
    label: "Gap, representation part",
    formula: "(λ/2) Σ_{l<L} ‖W_l‖² / L*",
    part: { of: "gap", label: "representation part" },
  },
  "distance.procrustes": {
    ...objective,
    group: "gap",
    label: "Procrustes distance to the optimum",
    formula: "D",
    source: `${paper}, Theorem 4.3; Schönemann (1966)`,
    ideal: 0,
    part: { of: "distance", label: "Procrustes" },
  },
  "distance.gram": {
    ...objective,
    group: "gap",
    label: "Gram distance to the optimum",
    formula: "‖G/‖G‖ − G*/‖G*‖‖",
    source: "derived; compare the kernel alignment of Cristianini et al. (2001), NeurIPS",
    ideal: 0,
    part: { of: "distance", label: "Gram" },
  },
  gradientNorm: {
    ...ofTraining,
    label: "Gradient of J",
    formula: "‖∇J‖, while the run is polished",
    unit: "1",
    axisUnit: null,
    log: true,
  },
  curvature: {
    ...ofTraining,
    label: "Smallest curvature",
    formula: "λ_min(∇²J), at the end of polishing",
    unit: "1",
    axisUnit: null,
    log: false,
  },
  "solution.rank": {
    ...ofTraining,
    label: "Least rank of the class means",
    formula: "min over the layers of #{j: σ_j > 0.01 σ_1} of [μ_k], not centred",
    source: "asked by Súkeník, Mondelli, Lampert (2024), arXiv 2405.14468",
    ...{ unit: "1", axisUnit: null, log: false },
  },
  "product.rank": {
    ...ofTraining,
    label: "Rank of the mean outputs",
    formula: "#{j: σ_j > 0.01 σ_1} of [W_L μ_k]",
    source: "asked by Súkeník, Mondelli, Lampert (2024), arXiv 2405.14468",
    ...{ unit: "1", axisUnit: null, log: false },
  },
  learningRate: { ...ofTraining, label: "Learning rate", formula: "η", unit: "1", axisUnit: null, log: true },
  // Median wall time of a training step since the last measurement.
  stepMs: { ...ofTraining, label: "Step time", formula: "median", unit: "ms", axisUnit: "ms", log: false },
  // Of all attempts.
  elapsedMs: { ...ofTraining, label: "Time", formula: "training and measuring", unit: "ms", axisUnit: "ms", log: false },
});

/** Numbers of a run that pages compute from what is stored: no series has them. */
export const derivedMetricInfo = define({
  "ridge.total": {
    ...objective,
    label: "Regularization, total",
    formula: "sum of all ridge terms",
    source: ours,
    ideal: null,
    part: null,
  },
  robust: { ...accuracy, label: "Robust accuracy", formula: "PGD (else FGSM) in ℓ∞ (else ℓ2) at the middle ε of the grid" },
  transfer: { ...accuracy, label: "Transfer accuracy", formula: "test accuracy of a linear probe on the last layer" },
});

export type NetworkMetric = keyof typeof networkMetricInfo;
export type DerivedMetric = keyof typeof derivedMetricInfo;
