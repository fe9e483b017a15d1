import { defineMetrics, ofClass, ofLast, ofLayer, sources } from "../metricFacts.ts";

const { papyan, zhu, wu, ours } = sources;

const uniform = { ...ofLast, group: "uniformity" } as const;
/** A size, which is no goal. */
const norm = { ...ofLast, group: "norms", ideal: null, direction: null } as const;
const normOfClass = { ...ofClass, group: "norms", ideal: null, direction: null } as const;

const pairs = (statistic: string, of: string) => `${statistic}_{k<l}\\ ${of}`;
const mean = "\\mathop{\\mathrm{mean}}";
const variance = "\\mathop{\\mathrm{Var}}";
const distance = "\\lVert m_k - m_l\\rVert";
const unit = ",\\qquad m_k = \\frac{\\mu_k-\\mu_G}{\\lVert\\mu_k-\\mu_G\\rVert}";

export const uniformityMetrics = defineMetrics({
  "gnc2.log.mean": {
    ...uniform,
    label: "GNC2 (log, mean)",
    formula: "mean of −log‖m_k − m_l‖, k < l",
    tex: `${pairs(mean, `-\\log ${distance}`)}${unit}`,
    source: `${wu}, GNC2`,
    ideal: null,
    log: false,
  },
  "gnc2.log.variance": {
    ...uniform,
    label: "GNC2 (log, variance)",
    formula: "variance of −log‖m_k − m_l‖, k < l",
    tex: `${pairs(variance, `-\\log ${distance}`)}${unit}`,
    source: `${wu}, GNC2`,
  },
  "gnc2.distance.mean": {
    ...uniform,
    label: "GNC2 (distance, mean)",
    formula: "mean of ‖m_k − m_l‖, k < l",
    tex: `${pairs(mean, distance)}${unit}`,
    source: `${wu}, GNC2`,
    ideal: null,
    direction: "more",
    log: false,
  },
  "gnc2.distance.variance": {
    ...uniform,
    label: "GNC2 (distance, variance)",
    formula: "variance of ‖m_k − m_l‖, k < l",
    tex: `${pairs(variance, distance)}${unit}`,
    source: `${wu}, GNC2`,
  },
  "gnc2.riesz": {
    ...uniform,
    label: "Riesz energy, s = 1",
    formula: "mean of ‖m_k − m_l‖⁻¹, k < l",
    tex: `${pairs(mean, `${distance}^{-1}`)}${unit}`,
    source: "Liu et al. (2018), NeurIPS, Learning towards minimum hyperspherical energy, s = 1, arXiv 1805.09298",
    ideal: null,
    log: false,
  },
  "norms.centre": {
    ...norm,
    label: "Norm of the global mean",
    formula: "‖μ_G‖",
    tex: "\\lVert\\mu_G\\rVert",
    source: ours,
  },
  "norms.means": {
    ...norm,
    label: "Norm of class means",
    formula: "mean ‖μ_k − μ_G‖",
    tex: `${mean}_k\\ \\lVert\\mu_k-\\mu_G\\rVert`,
    source: `${papyan}, figure 2`,
  },
  "norms.weights": {
    ...norm,
    needsHead: true,
    label: "Norm of classifier rows",
    formula: "mean ‖w_k‖",
    tex: `${mean}_k\\ \\lVert w_k\\rVert`,
    source: `${papyan}, figure 2`,
  },
  "bias.mean": {
    ...norm,
    needsHead: true,
    label: "Logits of the mean feature",
    formula: "‖W μ_G + b‖",
    tex: "\\lVert W\\mu_G + b\\rVert",
    source: zhu,
  },
  // Of no collapse itself: what turns an error of features into one of NC1.
  "norms.spread": {
    ...ofLayer,
    group: "norms",
    label: "Feature size over class spread",
    formula: "(1/N) Σ‖h‖² / tr Σ_B",
    tex: "\\frac{\\tfrac1N\\sum_i\\lVert h_i\\rVert^2}{\\operatorname{tr}\\,\\Sigma_B}",
    source: ours,
    ideal: 1,
  },
  "norms.means.class": {
    ...normOfClass,
    label: "Norm of each class mean",
    formula: "‖μ_k − μ_G‖",
    tex: "\\lVert\\mu_k-\\mu_G\\rVert",
    source: `${papyan}, figure 2`,
  },
  "norms.weights.class": {
    ...normOfClass,
    needsHead: true,
    label: "Norm of each classifier row",
    formula: "‖w_k‖",
    tex: "\\lVert w_k\\rVert",
    source: `${papyan}, figure 2`,
  },
});
