import type { LayerMetricFacts } from "./metricFacts.ts";

const tunnel = "Masarczyk et al. (2023), NeurIPS, arXiv 2305.19753";
const lowRank = "Súkeník, Lampert, Mondelli (2024), NeurIPS, arXiv 2405.14468";
const deep = "Súkeník, Lampert, Mondelli (2023), NeurIPS, arXiv 2305.13165";

/** What the measures of a survey share: they are taken of every layer, and are no collapse of the last one. */
const ofLayer = {
  scope: "layer",
  group: "layers",
  more: false,
  needsHead: false,
  unit: "1",
  axisUnit: null,
  percent: null,
  threshold: 0.1,
  hidden: true,
  test: null,
  orthogonalOnly: false,
  // A survey has steps and a bound of its own: the budget of measurements takes nothing from it.
  cost: "sums",
  lastMeans: null,
  overLayers: null,
  floor: null,
  theory: null,
} as const;
/** Of singular values: no count is a goal, though few directions are what a tunnel has. */
const rank = { ...ofLayer, ideal: null, direction: null, log: true } as const;
const accuracy = {
  ...ofLayer,
  ideal: 1,
  direction: "more",
  log: false,
  percent: "everywhere",
  test: "every layer",
} as const;
const distance = { ...ofLayer, direction: "less", log: true } as const;

const ofFeatures = "σ_i of the layer's centred features";
const ofWeights =
  "σ_i of W_l, the linear layer behind the features X_l (in a block of two the first; the classifier at the last layer)";

const define = <Id extends string>(table: Record<Id, LayerMetricFacts<never>>) => table;

/** The conditions of deep neural collapse. DNC2 is made of class sums, DNC3 of the classifier too; hidden layers have DNC3 from a survey. */
export const deepMetricInfo = define({
  dnc2: {
    ...distance,
    label: "DNC2",
    formula: "σ_1/σ_{K−1} of M = [μ_k − μ_G]",
    source: `${deep}, of means that are not centred`,
    ideal: 1,
  },
  "dnc2.orthogonal": {
    ...distance,
    label: "DNC2 (orthogonal)",
    formula: "σ_1/σ_K of [μ_k]",
    source: deep,
    ideal: 1,
    orthogonalOnly: true,
  },
  dnc3: {
    ...distance,
    label: "DNC3",
    formula: "Σ_j ‖w_j‖ sin∠(w_j, nearest μ_k) / Σ_j ‖w_j‖ over the rows of W_l",
    source: deep,
    ideal: 0,
  },
});

/** Measures of each layer that take more than class sums: at the steps of a survey (surveyBudget.ts), computed by workers/measure/survey. */
export const surveyMetricInfo = define({
  "rank.numerical": {
    ...rank,
    label: "Numerical rank, features",
    formula: `#{σ_i > σ_1 max(N, d) ε}, ε = 2⁻²³ (float32), ${ofFeatures}`,
    source: `${tunnel}; Golub, Van Loan (2013), section 5.4.1`,
  },
  "rank.stable": {
    ...rank,
    label: "Stable rank, features",
    formula: `Σσ_i²/σ_1², ${ofFeatures}`,
    source: "Rudelson, Vershynin (2007), J. ACM 54",
  },
  "rank.effective": {
    ...rank,
    label: "Effective rank, features",
    formula: `exp H(σ_i/Σσ), ${ofFeatures}`,
    source: "Roy, Vetterli (2007), EUSIPCO",
  },
  "rank.participation": {
    ...rank,
    label: "Participation ratio, features",
    formula: `(Σσ_i²)²/Σσ_i⁴, ${ofFeatures}`,
    source: "Gao et al. (2017), bioRxiv 214262",
  },
  "rank.weights.numerical": {
    ...rank,
    label: "Numerical rank, weights",
    formula: `#{σ_i > σ_1 max(m, n) ε}, ε = 2⁻²³ (float32), ${ofWeights}`,
    source: `${lowRank}; Golub, Van Loan (2013), section 5.4.1`,
  },
  "rank.weights.stable": {
    ...rank,
    label: "Stable rank, weights",
    formula: `Σσ_i²/σ_1², ${ofWeights}`,
    source: `${lowRank}; Rudelson, Vershynin (2007), J. ACM 54`,
  },
  "rank.weights.effective": {
    ...rank,
    label: "Effective rank, weights",
    formula: `exp H(σ_i/Σσ), ${ofWeights}`,
    source: `${lowRank}; Roy, Vetterli (2007), EUSIPCO`,
  },
  "rank.weights.participation": {
    ...rank,
    label: "Participation ratio, weights",
    formula: `(Σσ_i²)²/Σσ_i⁴, ${ofWeights}`,
    source: "Gao et al. (2017), bioRxiv 214262, of weights",
  },
  probe: {
    ...accuracy,
    label: "Linear probe",
    formula: "accuracy of ridge regression (10⁻³) on the layer's standardized features, solved on the training set",
    source: `Alain, Bengio (2017), arXiv 1610.01644; ${tunnel}`,
  },
  ncc: {
    ...accuracy,
    label: "Nearest class centre",
    formula: "share of samples whose nearest class mean of the training set is that of their label",
    source: "Papyan, Han, Donoho (2020), PNAS 117; per layer Ben-Shaul, Dekel (2022), arXiv 2202.09028",
  },
  balance: {
    ...distance,
    label: "Balancedness",
    formula: "‖W_{l+1}ᵀW_{l+1} − W_lW_lᵀ‖ / ((‖W_l‖² + ‖W_{l+1}‖²)/2), of a linear layer and the next",
    source: "Jacot, Súkeník, Wang, Mondelli (2024), arXiv 2410.04887; normalized by this program",
    ideal: 0,
  },
});

/** In order. */
export const surveyMetrics = Object.keys(surveyMetricInfo) as (keyof typeof surveyMetricInfo)[];

export const isSurveyMetric = (metric: string): boolean => (surveyMetrics as readonly string[]).includes(metric);
