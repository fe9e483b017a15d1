/**
 * A series is one number over steps. Its key is `split/metric` for the whole network, `split/metric@layer` for one layer;
 * layers count from 1 (features X_1) to the last one, in front of the classifier: L, or L + 1 of a transformer (networkForm.ts).
 */
export const layerMetrics = [
  "nc1.ratio",
  "nc1.pinv",
  "nc1.cdnv",
  "nc2.frame",
  "nc2.frame.orthogonal", // against I instead of E: MSE without a last bias
  "nc2.norms",
  "nc2.angles",
  "nc2.etf",
  "nc2.mframe", // the last layer's class means, as nc2.frame is there of the classifier; so below
  "nc2.mframe.orthogonal",
  "nc2.metf",
  "nc3.cosine",
  "nc3.duality",
  "nc4.ncc",
  "norms.spread",
] as const;

export const scalarMetrics = [
  "loss", // J: fit, every ridge term, and the slack
  "fit",
  "accuracy",
  "ridge.head", // (λ_L/2)‖W_L‖²
  "ridge.hidden", // (λ/2) Σ_{l<L} ‖W_l‖²
  "ridge.features", // (λ_H/2)‖H‖²
  "ridge.bias", // (λ_b/2)‖b_L‖²
  "slack", // (ρ/2)‖S‖², S = W_L W_Lᵀ − cF
  "gap.total", // (J − L*)/L*
  "gap.head", // (L_GUFM(W_L, H_L) − L*)/L*
  "gap.representation", // (λ/2) Σ_{l<L} ‖W_l‖² / L*
  "distance.procrustes",
  "distance.gram",
  "learningRate",
  "stepMs", // median wall time of a training step since the last measurement, ms
  "elapsedMs", // training and measuring time of all attempts, ms
] as const;

/**
 * Metrics that hidden layers have of their class means and the last layer has of the classifier W, with their name for the last layer's
 * class means; recordings and runs of older versions lack these.
 */
export const ofLastMeans: Partial<Record<LayerMetric, LayerMetric>> = {
  "nc2.frame": "nc2.mframe",
  "nc2.frame.orthogonal": "nc2.mframe.orthogonal",
  "nc2.etf": "nc2.metf",
};

export type LayerMetric = (typeof layerMetrics)[number];
export type ScalarMetric = (typeof scalarMetrics)[number];
export type Metric = LayerMetric | ScalarMetric;
export const splits = ["train", "test"] as const;
export type Split = (typeof splits)[number];

export type SeriesKey = `${Split}/${string}`;

export const seriesKeyPattern = /^(train|test)\/[a-z][a-zA-Z0-9.]{0,60}(@[1-9][0-9]{0,2})?$/;

export function seriesKey(split: Split, metric: Metric, layer?: number): SeriesKey {
  return layer === undefined ? `${split}/${metric}` : `${split}/${metric}@${layer}`;
}

/** @returns null if the text is no series key. */
export function parseSeriesKey(key: string): { split: Split; metric: string; layer: number | null } | null {
  if (!seriesKeyPattern.test(key)) return null;
  const [split, rest] = key.split("/") as [Split, string];
  const [metric, layer] = rest.split("@") as [string, string?];
  return { split, metric, layer: layer === undefined ? null : Number(layer) };
}

/** How a metric is called on a page, what is ideal, and how its axis is drawn. */
export const metricInfo: Record<Metric, { label: string; formula: string; log: boolean; unit?: string }> = {
  "nc1.ratio": { label: "NC1", formula: "tr Σ_W / tr Σ_B", log: true },
  "nc1.pinv": { label: "NC1 (pinv)", formula: "tr(Σ_W Σ_B⁺)/K", log: true },
  "nc1.cdnv": { label: "NC1 (CDNV)", formula: "mean (v_k + v_l)/(2‖μ_k − μ_l‖²)", log: true },
  "nc2.frame": { label: "NC2", formula: "min_c ‖WWᵀ − cE‖/‖WWᵀ‖", log: true },
  "nc2.frame.orthogonal": { label: "NC2 (orthogonal)", formula: "min_c ‖WWᵀ − cI‖/‖WWᵀ‖", log: true },
  "nc2.norms": { label: "NC2 (norms)", formula: "std/mean of ‖μ_k − μ_G‖", log: true },
  "nc2.angles": { label: "NC2 (angles)", formula: "mean |cos + 1/(K−1)|", log: true },
  "nc2.etf": { label: "NC2 (ETF)", formula: "‖WWᵀ/‖WWᵀ‖ − E/√(K−1)‖", log: true },
  "nc2.mframe": { label: "NC2 (class means)", formula: "min_c ‖MMᵀ − cE‖/‖MMᵀ‖", log: true },
  "nc2.mframe.orthogonal": {
    label: "NC2 (orthogonal, class means)",
    formula: "min_c ‖M₀M₀ᵀ − cI‖/‖M₀M₀ᵀ‖, M₀ = [μ_k]",
    log: true,
  },
  "nc2.metf": { label: "NC2 (ETF, class means)", formula: "‖MMᵀ/‖MMᵀ‖ − E/√(K−1)‖", log: true },
  "nc3.cosine": { label: "NC3", formula: "1 − mean cos(h_i, w_{y_i})", log: true },
  "nc3.duality": { label: "NC3 (duality)", formula: "‖W/‖W‖ − M/‖M‖‖", log: true },
  "nc4.ncc": { label: "NC4", formula: "share of samples whose prediction is not the nearest class mean", log: false },
  "norms.spread": { label: "Feature size over class spread", formula: "(1/N) Σ‖h‖² / tr Σ_B", log: true },
  loss: { label: "Loss J", formula: "fit + ridge (+ slack)", log: true },
  fit: { label: "Fit", formula: "mean cross entropy, or ‖logits − Y‖²/(2N)", log: true },
  accuracy: { label: "Accuracy", formula: "share of samples classified right", log: false },
  "ridge.head": { label: "Ridge, head", formula: "(λ_L/2)‖W_L‖²", log: true },
  "ridge.hidden": { label: "Ridge, hidden layers", formula: "(λ/2) Σ ‖W_l‖²", log: true },
  "ridge.features": { label: "Ridge, features", formula: "(λ_H/2)‖H‖²", log: true },
  "ridge.bias": { label: "Ridge, head bias", formula: "(λ_b/2)‖b_L‖²", log: true },
  slack: { label: "Slack", formula: "(ρ/2)‖W_L W_Lᵀ − cF‖²", log: true },
  "gap.total": { label: "Gap to UFM optimum", formula: "(J − L*)/L*", log: true },
  "gap.head": { label: "Gap, head part", formula: "(L_GUFM(W_L, H_L) − L*)/L*", log: true },
  "gap.representation": { label: "Gap, representation part", formula: "(λ/2) Σ_{l<L} ‖W_l‖² / L*", log: true },
  "distance.procrustes": { label: "Procrustes distance to the optimum", formula: "D", log: true },
  "distance.gram": { label: "Gram distance to the optimum", formula: "‖G/‖G‖ − G*/‖G*‖‖", log: true },
  learningRate: { label: "Learning rate", formula: "η", log: true },
  stepMs: { label: "Step time", formula: "median", log: false, unit: "ms" },
  elapsedMs: { label: "Time", formula: "training and measuring", log: false, unit: "ms" },
};
