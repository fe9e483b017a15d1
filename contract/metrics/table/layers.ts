import { defineMetrics, ofLayer, sources } from "../metricFacts.ts";

const { papyan, deep, lowRank, tunnel } = sources;

/** What is of no collapse of the last layer, but of each layer: a survey has steps and a bound of its own (surveyBudget.ts). */
const ofEach = { ...ofLayer, group: "layers", by: "survey", cost: null } as const;
/** Of class sums, as the measures of collapse are. */
const ofSums = { ...ofEach, by: "measurement", cost: "sums" } as const;
/** Of singular values: no count is a goal, though few directions are what a tunnel has. */
const rank = { ...ofEach, ideal: null, direction: null } as const;
const accuracy = { ...ofEach, ideal: 1, direction: "more", log: false, percent: "everywhere", test: "everywhere" } as const;
const spectrum = { ...rank, scope: "spectrum", threshold: 1, offered: false } as const;

const ofFeatures = "σ_i of the layer's centred features";
const ofWeights =
  "σ_i of W_l, the linear layer behind the features X_l (in a block of two the first; the classifier at the last layer)";

const numerical = (sides: string) =>
  `\\#\\{i:\\ \\sigma_i > \\sigma_1\\max(${sides})\\,\\varepsilon\\},\\qquad \\varepsilon = 2^{-23}`;
const stable = "\\frac{\\sum_i\\sigma_i^2}{\\sigma_1^2}";
const effective = "\\exp\\Bigl(-\\sum_i p_i\\log p_i\\Bigr),\\qquad p_i = \\frac{\\sigma_i}{\\sum_j\\sigma_j}";
const participation = "\\frac{\\bigl(\\sum_i\\sigma_i^2\\bigr)^2}{\\sum_i\\sigma_i^4}";
const golub = "Golub, Van Loan (2013), section 5.4.1";
const rudelson = "Rudelson, Vershynin (2007), J. ACM 54, arXiv math/0503442";
const roy = "Roy, Vetterli (2007), EUSIPCO";
const gao = "Gao et al. (2017), bioRxiv 214262";

/**
 * The conditions of deep neural collapse, and measures that take more than class sums, at the steps of a survey, computed by
 * workers/measure/survey. DNC3 is of the classifier at the last layer, with each measurement; hidden layers have it from a survey.
 */
export const layersMetrics = defineMetrics({
  dnc2: {
    ...ofSums,
    label: "DNC2",
    formula: "σ_1/σ_{K−1} of M = [μ_k − μ_G]",
    tex: "\\frac{\\sigma_1}{\\sigma_{K-1}}\\ \\text{of}\\ M = [\\mu_k-\\mu_G]",
    source: `${deep}, of means that are not centred`,
    ideal: 1,
  },
  "dnc2.orthogonal": {
    ...ofSums,
    label: "DNC2 (orthogonal)",
    formula: "σ_1/σ_K of [μ_k]",
    tex: "\\frac{\\sigma_1}{\\sigma_K}\\ \\text{of}\\ [\\mu_k]",
    source: deep,
    ideal: 1,
    orthogonalOnly: true,
  },
  dnc3: {
    ...ofSums,
    needsHead: false,
    label: "DNC3",
    formula: "Σ_j ‖w_j‖ sin∠(w_j, nearest μ_k) / Σ_j ‖w_j‖ over the rows of W_l",
    tex: "\\frac{\\sum_j \\lVert w_j\\rVert\\ \\sin\\angle(w_j,\\,\\mu_{k(j)})}{\\sum_j\\lVert w_j\\rVert},\\qquad k(j) = \\arg\\max_k\\,\\cos(w_j,\\mu_k)",
    source: deep,
  },
  "rank.numerical": {
    ...rank,
    label: "Numerical rank, features",
    formula: `#{σ_i > σ_1 max(N, d) ε}, ε = 2⁻²³ (float32), ${ofFeatures}`,
    tex: numerical("N,\\,d"),
    source: `${tunnel}; ${golub}`,
  },
  "rank.stable": {
    ...rank,
    label: "Stable rank, features",
    formula: `Σσ_i²/σ_1², ${ofFeatures}`,
    tex: stable,
    source: rudelson,
  },
  "rank.effective": {
    ...rank,
    label: "Effective rank, features",
    formula: `exp H(σ_i/Σσ), ${ofFeatures}`,
    tex: effective,
    source: roy,
  },
  "rank.participation": {
    ...rank,
    label: "Participation ratio, features",
    formula: `(Σσ_i²)²/Σσ_i⁴, ${ofFeatures}`,
    tex: participation,
    source: gao,
  },
  "rank.weights.numerical": {
    ...rank,
    label: "Numerical rank, weights",
    formula: `#{σ_i > σ_1 max(m, n) ε}, ε = 2⁻²³ (float32), ${ofWeights}`,
    tex: numerical("m,\\,n"),
    source: `${lowRank}; ${golub}`,
  },
  "rank.weights.stable": {
    ...rank,
    label: "Stable rank, weights",
    formula: `Σσ_i²/σ_1², ${ofWeights}`,
    tex: stable,
    source: `${lowRank}; ${rudelson}`,
  },
  "rank.weights.effective": {
    ...rank,
    label: "Effective rank, weights",
    formula: `exp H(σ_i/Σσ), ${ofWeights}`,
    tex: effective,
    source: `${lowRank}; ${roy}`,
  },
  "rank.weights.participation": {
    ...rank,
    label: "Participation ratio, weights",
    formula: `(Σσ_i²)²/Σσ_i⁴, ${ofWeights}`,
    tex: participation,
    source: `${gao}, of weights`,
  },
  probe: {
    ...accuracy,
    label: "Linear probe",
    formula: "accuracy of ridge regression (10⁻³) on the layer's standardized features, solved on the training set",
    tex: "\\tfrac1N\\,\\#\\{i:\\ \\arg\\max_k\\,(V\\tilde h_i + c)_k = y_i\\},\\qquad (V, c) = \\arg\\min\\ \\tfrac1N\\sum_i\\lVert V\\tilde h_i + c - e_{y_i}\\rVert^2 + 10^{-3}\\lVert V\\rVert^2",
    source: `Alain, Bengio (2017), arXiv 1610.01644; ${tunnel}`,
  },
  ncc: {
    ...accuracy,
    label: "Nearest class centre",
    formula: "share of samples whose nearest class mean of the training set is that of their label",
    tex: "\\tfrac1N\\,\\#\\{i:\\ \\arg\\min_k\\,\\lVert h_i-\\mu_k\\rVert = y_i\\}",
    source: `${papyan}; per layer Ben-Shaul, Dekel (2022), arXiv 2202.09028`,
  },
  balance: {
    ...ofEach,
    // Charts over a study's axes are of the last layer, which has no next one.
    offered: false,
    label: "Balancedness",
    formula: "‖W_{l+1}ᵀW_{l+1} − W_lW_lᵀ‖ / ((‖W_l‖² + ‖W_{l+1}‖²)/2), of a linear layer and the next",
    tex: "\\frac{\\lVert W_{l+1}^{\\!\\top}W_{l+1} - W_lW_l^{\\!\\top}\\rVert_F}{\\tfrac12\\bigl(\\lVert W_l\\rVert_F^2+\\lVert W_{l+1}\\rVert_F^2\\bigr)}",
    source: "Jacot, Súkeník, Wang, Mondelli (2024), arXiv 2410.04887; normalized by this program",
  },
  spectrum: {
    ...spectrum,
    label: "Spectrum of the features",
    formula: "σ_i((H − 1μᵀ)/√N), the standard deviations along the principal directions of the layer's features",
    tex: "\\sigma_i\\!\\left(\\tfrac1{\\sqrt N}\\,(H - \\mathbf 1\\mu_G^{\\!\\top})\\right)",
    source: `Pearson (1901); ${tunnel}`,
  },
  "spectrum.weights": {
    ...spectrum,
    label: "Spectrum of the weights",
    formula: "σ_i(W_l), of the linear layer behind the features X_l",
    tex: "\\sigma_i(W_l)",
    source: lowRank,
  },
});
