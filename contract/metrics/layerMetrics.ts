import { type LayerMetricFacts, sources, theorySlopes } from "./metricFacts.ts";
import { deepMetricInfo, surveyMetricInfo } from "./surveyMetrics.ts";

const { paper, papyan, zhu, wu, ours } = sources;

/** What the metrics of collapse share. */
const collapse = {
  scope: "layer",
  ideal: 0,
  direction: "less",
  unit: "1",
  axisUnit: null,
  log: true,
  percent: null,
  more: false,
  needsHead: false,
} as const;

/** The spread of features about their class means. */
const nc1 = {
  ...collapse,
  group: "nc1",
  threshold: 0.1,
  hidden: true,
  orthogonalOnly: false,
  lastMeans: null,
  overLayers: null,
} as const;
/** The frame of the class means, and at the last layer of the classifier. */
const nc2 = {
  ...collapse,
  group: "nc2",
  threshold: 0.1,
  hidden: true,
  test: null,
  orthogonalOnly: false,
  cost: "sums",
  overLayers: "of class means at every layer",
} as const;
/** Of the last layer's class means, where nc2.frame and its like are of the classifier. */
const ofMeans = { ...nc2, hidden: false, lastMeans: null, floor: "gram", theory: null } as const;
/** Features or class means against classifier rows. */
const nc3 = {
  ...collapse,
  group: "nc3",
  needsHead: true,
  threshold: 0.05,
  hidden: false,
  orthogonalOnly: false,
  cost: "sums",
  lastMeans: null,
  overLayers: null,
} as const;

/** What refines a measure of the last layer's classifier and class means, on the training set. */
const ofLast = {
  ...collapse,
  more: true,
  threshold: 0.1,
  hidden: false,
  test: null,
  orthogonalOnly: false,
  cost: "sums",
  lastMeans: null,
  overLayers: null,
  floor: null,
  theory: null,
} as const;
const uniform = { ...ofLast, group: "uniformity" } as const;
/** A size, which is no goal. */
const norm = { ...ofLast, group: "norms", ideal: null, direction: null } as const;

const slopes = theorySlopes;
const define = <Id extends string>(table: Record<Id, LayerMetricFacts<NoInfer<Id>>>) => table;

/** They are computed by math/collapse/layerMetrics.ts. */
const collapseMetricInfo = define({
  "nc1.ratio": {
    ...nc1,
    label: "NC1",
    formula: "tr Σ_W / tr Σ_B",
    source: "Tirer, Bruna (2022), ICML, Extended unconstrained features model",
    test: "every layer",
    cost: "sums",
    floor: "scatter",
    theory: { slopes, frame: "any" },
  },
  "nc1.pinv": {
    ...nc1,
    label: "NC1 (pinv)",
    formula: "tr(Σ_W Σ_B⁺)/K",
    source: `${papyan}; Zhu et al. (2021), NeurIPS`,
    test: null,
    cost: "second pass",
    floor: "pinv",
    theory: null,
  },
  "nc1.pinvsum": {
    ...nc1,
    more: true,
    label: "NC1 (pinv, not over K)",
    formula: "tr(Σ_W Σ_B⁺)",
    source: "Papyan, Han, Donoho (2020), PNAS 117, as their notebook computes it",
    test: null,
    cost: "second pass",
    floor: "pinvsum",
    theory: null,
  },
  "nc1.cdnv": {
    ...nc1,
    label: "NC1 (CDNV)",
    formula: "mean (v_k + v_l)/(2‖μ_k − μ_l‖²)",
    source: "Galanti, György, Hutter (2022), ICLR, On the role of neural collapse in transfer learning",
    test: "every layer",
    cost: "sums",
    floor: "pairs",
    theory: null,
  },
  "nc2.frame": {
    ...nc2,
    label: "NC2",
    formula: "min_c ‖WWᵀ − cE‖/‖WWᵀ‖",
    source: `${paper}, NC2A`,
    lastMeans: "nc2.mframe",
    floor: "gram",
    theory: { slopes, frame: "simplex" },
  },
  // Against I instead of E: MSE without a last bias.
  "nc2.frame.orthogonal": {
    ...nc2,
    label: "NC2 (orthogonal)",
    formula: "min_c ‖WWᵀ − cI‖/‖WWᵀ‖",
    source: `${paper}, NC2B`,
    orthogonalOnly: true,
    lastMeans: "nc2.mframe.orthogonal",
    floor: "gram",
    theory: { slopes, frame: "orthogonal" },
  },
  "nc2.norms": {
    ...nc2,
    label: "NC2 (norms)",
    formula: "std/mean of ‖μ_k − μ_G‖",
    source: `${papyan}, figure 2`,
    lastMeans: null,
    floor: "means",
    theory: null,
  },
  "nc2.angles": {
    ...nc2,
    label: "NC2 (angles)",
    formula: "mean |cos + 1/(K−1)|",
    source: `${papyan}, figures 3 and 4`,
    lastMeans: null,
    floor: "means",
    theory: null,
  },
  "nc2.etf": {
    ...nc2,
    label: "NC2 (ETF)",
    formula: "‖WWᵀ/‖WWᵀ‖ − E/√(K−1)‖",
    source: zhu,
    lastMeans: "nc2.metf",
    floor: "gram",
    theory: null,
  },
  "nc2.wnorms": {
    ...ofLast,
    needsHead: true,
    group: "nc2",
    label: "NC2 (norms, classifier)",
    formula: "std/mean of ‖w_k‖",
    source: `${papyan}, figure 2`,
  },
  "nc2.wangles": {
    ...ofLast,
    needsHead: true,
    group: "nc2",
    label: "NC2 (angles, classifier)",
    formula: "mean |cos(w_k, w_l) + 1/(K−1)|",
    source: `${papyan}, figures 3 and 4`,
  },
  "nc2.mframe": {
    ...ofMeans,
    label: "NC2 (class means)",
    formula: "min_c ‖MMᵀ − cE‖/‖MMᵀ‖",
    source: "nc2.frame's formula on the class means",
  },
  "nc2.mframe.orthogonal": {
    ...ofMeans,
    label: "NC2 (orthogonal, class means)",
    formula: "min_c ‖M₀M₀ᵀ − cI‖/‖M₀M₀ᵀ‖, M₀ = [μ_k]",
    source: "nc2.frame.orthogonal's formula on the class means",
    orthogonalOnly: true,
  },
  "nc2.metf": {
    ...ofMeans,
    label: "NC2 (ETF, class means)",
    formula: "‖MMᵀ/‖MMᵀ‖ − E/√(K−1)‖",
    source: "nc2.etf's formula on the class means",
  },
  "nc3.cosine": {
    ...nc3,
    label: "NC3",
    formula: "1 − mean cos(h_i, w_{y_i})",
    source: `${paper}, NC3`,
    test: "last layer",
    floor: "cosine",
    theory: { slopes, frame: "any" },
  },
  "nc3.duality": {
    ...nc3,
    label: "NC3 (duality)",
    formula: "‖W/‖W‖ − M/‖M‖‖",
    source: `${papyan}, figure 5 (squared there)`,
    test: null,
    floor: "means",
    theory: null,
  },
  "nc3.etf": {
    ...ofLast,
    needsHead: true,
    group: "nc3",
    label: "NC3 (ETF)",
    formula: "‖WMᵀ/‖WMᵀ‖ − E/√(K−1)‖",
    source: `${zhu}, NC3`,
    floor: "means",
  },
  "nc0.sum": {
    ...ofLast,
    needsHead: true,
    group: "nc0",
    label: "NC0",
    formula: "‖Σ_k w_k‖",
    source: "arXiv 2602.16642, as its code computes it",
  },
  "nc0.square": {
    ...ofLast,
    needsHead: true,
    group: "nc0",
    label: "NC0 (square)",
    formula: "(1/K) ‖Wᵀ1‖²",
    source: "arXiv 2602.16642, as its text defines it",
  },
  "gnc2.log.mean": {
    ...uniform,
    label: "GNC2 (log, mean)",
    formula: "mean of −log‖m_k − m_l‖, k < l",
    source: `${wu}, GNC2`,
    ideal: null,
    log: false,
  },
  "gnc2.log.variance": {
    ...uniform,
    label: "GNC2 (log, variance)",
    formula: "variance of −log‖m_k − m_l‖, k < l",
    source: `${wu}, GNC2`,
  },
  "gnc2.distance.mean": {
    ...uniform,
    label: "GNC2 (distance, mean)",
    formula: "mean of ‖m_k − m_l‖, k < l",
    source: `${wu}, GNC2`,
    ideal: null,
    direction: "more",
    log: false,
  },
  "gnc2.distance.variance": {
    ...uniform,
    label: "GNC2 (distance, variance)",
    formula: "variance of ‖m_k − m_l‖, k < l",
    source: `${wu}, GNC2`,
  },
  "gnc2.riesz": {
    ...uniform,
    label: "Riesz energy, s = 1",
    formula: "mean of ‖m_k − m_l‖⁻¹, k < l",
    source: "Liu et al. (2018), NeurIPS, Learning towards minimum hyperspherical energy, s = 1",
    ideal: null,
    log: false,
  },
  "unc3.variance": {
    ...ofLast,
    needsHead: true,
    group: "nc3",
    label: "UNC3",
    formula: "variance of ⟨w_k, μ_k − μ_G⟩",
    source: `${wu}, UNC3`,
  },
  "unc3.cosine.mean": {
    ...ofLast,
    needsHead: true,
    group: "nc3",
    label: "UNC3 (cosine, mean)",
    formula: "mean of cos(w_k, μ_k − μ_G)",
    source: `${wu}, UNC3`,
    ideal: 1,
    direction: "more",
    log: false,
  },
  "unc3.cosine.variance": {
    ...ofLast,
    needsHead: true,
    group: "nc3",
    label: "UNC3 (cosine, variance)",
    formula: "variance of cos(w_k, μ_k − μ_G)",
    source: `${wu}, UNC3`,
  },
  "norms.centre": { ...norm, label: "Norm of the global mean", formula: "‖μ_G‖", source: ours },
  "norms.means": { ...norm, label: "Norm of class means", formula: "mean ‖μ_k − μ_G‖", source: `${papyan}, figure 2` },
  "norms.weights": {
    ...norm,
    needsHead: true,
    label: "Norm of classifier rows",
    formula: "mean ‖w_k‖",
    source: `${papyan}, figure 2`,
  },
  "bias.mean": {
    ...norm,
    needsHead: true,
    label: "Logits of the mean feature",
    formula: "‖W μ_G + b‖",
    source: zhu,
  },
  "nc4.ncc": {
    ...collapse,
    group: "nc4",
    label: "NC4",
    formula: "share of samples whose prediction is not the nearest class mean",
    source: `${papyan}, figure 7`,
    log: false,
    threshold: 0.01,
    hidden: true,
    test: "last layer",
    orthogonalOnly: false,
    cost: "second pass",
    lastMeans: null,
    overLayers: null,
    floor: null,
    theory: null,
  },
  // Of no collapse itself: what turns an error of features into one of NC1.
  "norms.spread": {
    ...collapse,
    group: "norms",
    label: "Feature size over class spread",
    formula: "(1/N) Σ‖h‖² / tr Σ_B",
    source: ours,
    ideal: 1,
    threshold: 0.1,
    hidden: true,
    test: null,
    orthogonalOnly: false,
    cost: "sums",
    lastMeans: null,
    overLayers: null,
    floor: null,
    theory: null,
  },
});

/** The metrics of a layer, each with its facts. */
export const layerMetricInfo = { ...collapseMetricInfo, ...deepMetricInfo, ...surveyMetricInfo };

export type LayerMetric = keyof typeof layerMetricInfo;
