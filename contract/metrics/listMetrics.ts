import { type ListMetricFacts, sources } from "./metricFacts.ts";

const { papyan, ours } = sources;

/** What is measured of every class at the last layer. */
const ofClasses = {
  scope: "list",
  group: "norms",
  more: false,
  index: "class",
  layers: "last",
  ideal: 0,
  direction: "less",
  unit: "1",
  axisUnit: null,
  log: true,
  percent: null,
  threshold: 0.1,
  test: false,
} as const;
const size = { ...ofClasses, ideal: null, direction: null } as const;

/** Of every layer that is surveyed. */
const ofSpectra = { ...size, index: "spectrum", layers: "all", threshold: 1 } as const;

const define = <Id extends string>(table: Record<Id, ListMetricFacts>) => table;

/**
 * What is measured as a list: one number for each class, or each value of a spectrum. Lists are stored under keys of their own
 * (seriesKey.ts), at the steps that have a picture of the geometry; no run's latest values have them.
 */
export const listMetricInfo = define({
  "nc1.class": {
    ...ofClasses,
    group: "nc1",
    label: "NC1 of each class",
    formula: "tr Σ_k / tr Σ_B",
    source: `nc1.ratio's parts: with equal classes their mean is nc1.ratio; ${ours}`,
    test: true,
  },
  "accuracy.class": {
    ...ofClasses,
    group: "accuracy",
    label: "Accuracy of each class",
    formula: "share of a class's samples classified correctly",
    source: ours,
    layers: null,
    ideal: 1,
    direction: "more",
    log: false,
    percent: "everywhere",
    test: true,
  },
  "norms.means.class": {
    ...size,
    label: "Norm of each class mean",
    formula: "‖μ_k − μ_G‖",
    source: `${papyan}, figure 2`,
  },
  "norms.weights.class": {
    ...size,
    label: "Norm of each classifier row",
    formula: "‖w_k‖",
    source: `${papyan}, figure 2`,
  },
  spectrum: {
    ...ofSpectra,
    label: "Spectrum of the features",
    formula: "σ_i((H − 1μᵀ)/√N), the standard deviations along the principal directions of the layer's features",
    source: "Pearson (1901); Masarczyk et al. (2023), NeurIPS, arXiv 2305.19753",
  },
  "spectrum.weights": {
    ...ofSpectra,
    label: "Spectrum of the weights",
    formula: "σ_i(W_l), of the linear layer behind the features X_l",
    source: "Súkeník, Lampert, Mondelli (2024), NeurIPS, arXiv 2405.14468",
  },
});

export type ListMetric = keyof typeof listMetricInfo;
export const listMetrics = Object.keys(listMetricInfo) as ListMetric[];
