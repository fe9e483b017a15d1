import { defineMetrics, ofLast, ofLayer, sources, tex, theorySlopes } from "../metricFacts.ts";

const { paper, papyan, zhu } = sources;

/** The frame of the class means, and at the last layer of the classifier. */
const nc2 = { ...ofLayer, group: "nc2", overLayers: "of class means at every layer" } as const;
/** Of the last layer's class means, where nc2.frame and its like are of the classifier. */
const ofMeans = { ...nc2, layers: "last", floor: "gram" } as const;
const ofRows = { ...ofLast, group: "nc2", needsHead: true } as const;

const rows = "WW^{\\!\\top}";
const means = "MM^{\\!\\top}";

export const frameMetrics = defineMetrics({
  "nc2.frame": {
    ...nc2,
    label: "NC2",
    formula: "min_c ‖WWᵀ − cE‖/‖WWᵀ‖",
    tex: tex.frameOf(rows, "E"),
    source: `${paper}, NC2A`,
    lastMeans: "nc2.mframe",
    floor: "gram",
    theory: { slopes: theorySlopes, frame: "simplex" },
    training: { at: 30, title: "NC2, classifier" },
    columns: [{ at: 20, id: "nc2", title: "NC2", split: "train" }],
  },
  // Against I instead of E: MSE without a last bias.
  "nc2.frame.orthogonal": {
    ...nc2,
    label: "NC2 (orthogonal)",
    formula: "min_c ‖WWᵀ − cI‖/‖WWᵀ‖",
    tex: tex.frameOf(rows, "I"),
    source: `${paper}, NC2B`,
    orthogonalOnly: true,
    lastMeans: "nc2.mframe.orthogonal",
    floor: "gram",
    theory: { slopes: theorySlopes, frame: "orthogonal" },
    columns: [{ at: 30, id: "nc2-orth", title: "NC2 orth.", split: "train", rare: true }],
  },
  "nc2.norms": {
    ...nc2,
    label: "NC2 (norms)",
    formula: "std/mean of ‖μ_k − μ_G‖",
    tex: tex.spreadOf("\\mu_k-\\mu_G"),
    source: `${papyan}, figure 2`,
    floor: "means",
  },
  "nc2.angles": {
    ...nc2,
    label: "NC2 (angles)",
    formula: "mean |cos + 1/(K−1)|",
    tex: "\\mathop{\\mathrm{mean}}_{k\\ne l}\\ \\left|\\cos(\\mu_k-\\mu_G,\\,\\mu_l-\\mu_G) + \\tfrac1{K-1}\\right|",
    source: `${papyan}, figures 3 and 4`,
    floor: "means",
  },
  "nc2.etf": {
    ...nc2,
    label: "NC2 (ETF)",
    formula: "‖WWᵀ/‖WWᵀ‖ − E/√(K−1)‖",
    tex: tex.etfOf(rows),
    source: zhu,
    lastMeans: "nc2.metf",
    floor: "gram",
  },
  "nc2.wnorms": {
    ...ofRows,
    label: "NC2 (norms, classifier)",
    formula: "std/mean of ‖w_k‖",
    tex: tex.spreadOf("w_k"),
    source: `${papyan}, figure 2`,
  },
  "nc2.wangles": {
    ...ofRows,
    label: "NC2 (angles, classifier)",
    formula: "mean |cos(w_k, w_l) + 1/(K−1)|",
    tex: "\\mathop{\\mathrm{mean}}_{k\\ne l}\\ \\left|\\cos(w_k,\\,w_l) + \\tfrac1{K-1}\\right|",
    source: `${papyan}, figures 3 and 4`,
  },
  "nc2.mframe": {
    ...ofMeans,
    label: "NC2 (class means)",
    formula: "min_c ‖MMᵀ − cE‖/‖MMᵀ‖",
    tex: tex.frameOf(means, "E"),
    source: `nc2.frame's formula on the class means; ${paper}, NC2A`,
    training: { at: 40, title: "NC2, class means", rare: true },
  },
  "nc2.mframe.orthogonal": {
    ...ofMeans,
    label: "NC2 (orthogonal, class means)",
    formula: "min_c ‖M₀M₀ᵀ − cI‖/‖M₀M₀ᵀ‖, M₀ = [μ_k]",
    tex: `${tex.frameOf("M_0M_0^{\\!\\top}", "I")},\\qquad M_0 = [\\mu_k]`,
    source: `nc2.frame.orthogonal's formula on the class means; ${paper}, NC2B`,
    orthogonalOnly: true,
  },
  "nc2.metf": {
    ...ofMeans,
    label: "NC2 (ETF, class means)",
    formula: "‖MMᵀ/‖MMᵀ‖ − E/√(K−1)‖",
    tex: tex.etfOf(means),
    source: `nc2.etf's formula on the class means; ${zhu}`,
  },
});
