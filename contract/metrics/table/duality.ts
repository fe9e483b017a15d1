import { defineMetrics, ofLast, ofLayer, sources, tex, theorySlopes } from "../metricFacts.ts";

const { paper, papyan, zhu, wu } = sources;

/** Features or class means against classifier rows. */
const nc3 = { ...ofLayer, group: "nc3", layers: "last", needsHead: true, threshold: 0.05 } as const;
const refined = { ...ofLast, group: "nc3", needsHead: true } as const;
const nc0 = { ...ofLast, group: "nc0", needsHead: true } as const;
const cosine = "\\cos(w_k,\\ \\mu_k-\\mu_G)";

export const dualityMetrics = defineMetrics({
  "nc3.cosine": {
    ...nc3,
    label: "NC3",
    formula: "1 − mean cos(h_i, w_{y_i})",
    tex: "1 - \\mathop{\\mathrm{mean}}_i\\ \\cos(h_i,\\ w_{y_i})",
    source: `${paper}, NC3`,
    test: "last layer",
    floor: "cosine",
    theory: { slopes: theorySlopes, frame: "any" },
    training: { at: 50, title: "NC3" },
    columns: [{ at: 40, id: "nc3", title: "NC3", split: "train" }],
  },
  "nc3.duality": {
    ...nc3,
    label: "NC3 (duality)",
    formula: "‖W/‖W‖ − M/‖M‖‖",
    tex: "\\left\\lVert \\frac{W}{\\lVert W\\rVert_F} - \\frac{M}{\\lVert M\\rVert_F}\\right\\rVert_F",
    source: `${papyan}, figure 5 (squared there)`,
    floor: "means",
  },
  "nc3.etf": {
    ...refined,
    label: "NC3 (ETF)",
    formula: "‖WMᵀ/‖WMᵀ‖ − E/√(K−1)‖",
    tex: tex.etfOf("WM^{\\!\\top}"),
    source: `${zhu}, NC3`,
    floor: "means",
  },
  "unc3.variance": {
    ...refined,
    label: "UNC3",
    formula: "variance of ⟨w_k, μ_k − μ_G⟩",
    tex: "\\operatorname{Var}_k\\,\\langle w_k,\\ \\mu_k-\\mu_G\\rangle",
    source: `${wu}, UNC3`,
  },
  "unc3.cosine.mean": {
    ...refined,
    label: "UNC3 (cosine, mean)",
    formula: "mean of cos(w_k, μ_k − μ_G)",
    tex: `\\mathop{\\mathrm{mean}}_k\\ ${cosine}`,
    source: `${wu}, UNC3`,
    ideal: 1,
    direction: "more",
    log: false,
  },
  "unc3.cosine.variance": {
    ...refined,
    label: "UNC3 (cosine, variance)",
    formula: "variance of cos(w_k, μ_k − μ_G)",
    tex: `\\operatorname{Var}_k\\,${cosine}`,
    source: `${wu}, UNC3`,
  },
  "nc4.ncc": {
    ...ofLayer,
    group: "nc4",
    label: "NC4",
    formula: "share of samples whose prediction is not the nearest class mean",
    tex: "\\tfrac1N\\,\\#\\Bigl\\{i:\\ \\arg\\max_k\\,(Wh_i+b)_k \\ \\ne\\ \\arg\\min_k\\,\\lVert h_i-\\mu_k\\rVert\\Bigr\\}",
    source: `${papyan}, figure 7`,
    log: false,
    threshold: 0.01,
    test: "last layer",
    cost: "second pass",
    training: { at: 120, title: "NC4" },
    columns: [{ at: 50, id: "nc4", title: "NC4", split: "train" }],
  },
  "nc0.sum": {
    ...nc0,
    label: "NC0",
    formula: "‖Σ_k w_k‖",
    tex: "\\Bigl\\lVert \\sum_k w_k\\Bigr\\rVert",
    source: "arXiv 2602.16642, as its code computes it",
  },
  "nc0.square": {
    ...nc0,
    label: "NC0 (square)",
    formula: "(1/K) ‖Wᵀ1‖²",
    tex: "\\tfrac1K\\,\\bigl\\lVert W^{\\!\\top}\\mathbf 1\\bigr\\rVert^2",
    source: "arXiv 2602.16642, as its text defines it",
  },
});
