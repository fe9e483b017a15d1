import { defineMetrics, ofClass, ofLayer, sources, tex, theorySlopes } from "../metricFacts.ts";

const { papyan, ours } = sources;

/** The spread of features about their class means. */
const nc1 = { ...ofLayer, group: "nc1" } as const;
const pinv = `\\operatorname{tr}\\!\\left(${tex.within}\\,${tex.between}^{+}\\right)`;

export const variabilityMetrics = defineMetrics({
  "nc1.ratio": {
    ...nc1,
    label: "NC1",
    formula: "tr Σ_W / tr Σ_B",
    tex: `\\frac{\\operatorname{tr}\\,${tex.within}}{\\operatorname{tr}\\,${tex.between}}`,
    source: "Tirer, Bruna (2022), ICML, Extended unconstrained features model, arXiv 2202.08087",
    test: "everywhere",
    floor: "scatter",
    theory: { slopes: theorySlopes, frame: "any" },
    training: { at: 20, title: "NC1, last layer" },
    columns: [{ at: 10, id: "nc1", title: "NC1", split: "train" }],
  },
  "nc1.pinv": {
    ...nc1,
    label: "NC1 (pinv)",
    formula: "tr(Σ_W Σ_B⁺)/K",
    tex: `\\tfrac1K\\,${pinv}`,
    source: `${papyan}; Zhu et al. (2021), NeurIPS, arXiv 2105.02375`,
    cost: "second pass",
    floor: "pinv",
    training: { at: 60 },
  },
  "nc1.pinvsum": {
    ...nc1,
    more: true,
    label: "NC1 (pinv, not over K)",
    formula: "tr(Σ_W Σ_B⁺)",
    tex: pinv,
    source: `${papyan}, as their notebook computes it`,
    cost: "second pass",
    floor: "pinvsum",
  },
  "nc1.cdnv": {
    ...nc1,
    label: "NC1 (CDNV)",
    formula: "mean (v_k + v_l)/(2‖μ_k − μ_l‖²)",
    tex: "\\mathop{\\mathrm{mean}}_{k<l}\\ \\frac{v_k + v_l}{2\\,\\lVert\\mu_k-\\mu_l\\rVert^2},\\qquad v_k = \\tfrac1{n_k}\\sum_{y_i=k}\\lVert h_i-\\mu_k\\rVert^2",
    source: "Galanti, György, Hutter (2022), ICLR, On the role of neural collapse in transfer learning, arXiv 2112.15121",
    test: "everywhere",
    floor: "pairs",
    training: { at: 70 },
  },
  "nc1.class": {
    ...ofClass,
    group: "nc1",
    label: "NC1 of each class",
    formula: "tr Σ_k / tr Σ_B",
    tex: `\\frac{\\operatorname{tr}\\,\\Sigma_k}{\\operatorname{tr}\\,${tex.between}},\\qquad \\operatorname{tr}\\,\\Sigma_k = \\tfrac1{n_k}\\sum_{y_i=k}\\lVert h_i-\\mu_k\\rVert^2`,
    source: `nc1.ratio's parts: with equal classes their mean is nc1.ratio; ${ours}`,
    test: "everywhere",
  },
});
