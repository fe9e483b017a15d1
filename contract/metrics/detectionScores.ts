/** What tells samples of a second set from those of the set trained on; higher for the latter. math/detection/scores.ts computes them. */
export const detectionScoreInfo = {
  msp: {
    label: "Max softmax",
    formula: "max_k softmax(z)_k of the logits z",
    tex: "\\max_k\\,\\mathrm{softmax}(z)_k",
    source: "Hendrycks, Gimpel (2017), ICLR, A baseline for detecting misclassified and out-of-distribution examples",
  },
  maxlogit: {
    label: "Max logit",
    formula: "max_k z_k",
    tex: "\\max_k z_k",
    source: "Hendrycks et al. (2022), ICML, Scaling out-of-distribution detection for real-world settings",
  },
  energy: {
    label: "Energy",
    formula: "T log Σ_k exp(z_k/T)",
    tex: "T\\log\\sum_k e^{z_k/T}",
    source: "Liu, Wang, Owens, Li (2020), NeurIPS, Energy-based out-of-distribution detection",
  },
  neco: {
    label: "NECO",
    formula: "‖P h‖/‖h‖, P onto the first r principal directions of the training features",
    tex: "\\lVert Ph\\rVert/\\lVert h\\rVert",
    source: "Ammar, Belkhir, Popescu, Manzanera, Franchi (2024), ICLR, NECO, equation 6, without its factor of the largest logit",
  },
  nci: {
    label: "NCI",
    formula: "⟨w_ŷ, h − m⟩/‖h − m‖ + α‖h‖₁, m the mean training feature, ŷ the predicted class",
    tex: "\\frac{\\langle w_{\\hat y}, h-m\\rangle}{\\lVert h-m\\rVert} + \\alpha\\lVert h\\rVert_1",
    source: "Liu, Qin (2023), arXiv 2311.01479, Detecting out-of-distribution through the lens of neural collapse",
  },
  mahalanobis: {
    label: "Mahalanobis",
    formula: "−min_k (h − μ_k)ᵀ Σ⁺ (h − μ_k), Σ the covariance within classes of the training features",
    tex: "-\\min_k\\,(h-\\mu_k)^\\top\\Sigma^+(h-\\mu_k)",
    source:
      "Lee, Lee, Lee, Shin (2018), NeurIPS, A simple unified framework for detecting out-of-distribution samples, last layer alone",
  },
} as const satisfies Record<string, { label: string; formula: string; tex: string; source: string }>;

export type DetectionScore = keyof typeof detectionScoreInfo;
export const detectionScores = Object.keys(detectionScoreInfo) as [DetectionScore, ...DetectionScore[]];

/** Which samples of the set trained on the second set is told from. */
export const knownSplits = ["train", "test"] as const;
export type KnownSplit = (typeof knownSplits)[number];

/** How AUROC and FPR95 are defined, for pages and files. */
export const detectionRateInfo = {
  auroc: {
    label: "AUROC",
    formula: "P(known > other) + P(known = other)/2 of the score",
    source: "Mann, Whitney (1947); Hanley, McNeil (1982)",
  },
  fpr95: {
    label: "FPR95",
    formula: "share of the second set at or above the highest threshold that 95 % of the known samples reach",
    source: "Liang, Li, Srikant (2018), ICLR, ODIN, with the known samples as positives",
  },
} as const;
export type DetectionRate = keyof typeof detectionRateInfo;
