import { type DetectionScore, detectionRateInfo, detectionScoreInfo } from "../detectionScores.ts";
import { defineMetrics, ofLayer, ofNetwork } from "../metricFacts.ts";

/** How well a score tells a second set from the one trained on; null without a second set. */
const auroc = (score: DetectionScore) => {
  const { label, formula, tex, source } = detectionScoreInfo[score];
  return {
    ...ofNetwork,
    group: "detection",
    by: "page",
    label: `AUROC, ${label}`,
    formula: `${detectionRateInfo.auroc.formula}, of s = ${formula}`,
    tex: `P(s > s') + \\tfrac12 P(s = s'),\\qquad s = ${tex}`,
    source: `${source}; ${detectionRateInfo.auroc.source}`,
    ideal: 1,
    direction: "more",
    log: false,
    test: "everywhere",
    more: score !== "msp",
  } as const;
};

/** What a network makes of a second set that it never sees in training. */
export const detectionMetrics = defineMetrics({
  nc5: {
    ...ofLayer,
    group: "detection",
    otherSet: true,
    label: "NC5",
    formula: "(1/K) Σ_k |cos(μ_k, μ_other)|, class means not centred, μ_other the mean of the second set",
    tex: "\\tfrac1K\\sum_k\\,\\bigl|\\cos(\\mu_k,\\mu_{\\mathrm{other}})\\bigr|",
    source: "Ammar, Belkhir, Popescu, Manzanera, Franchi (2024), ICLR, NECO, arXiv 2310.06823; not centred in its code either",
    training: { at: 122, rare: true },
    columns: [{ at: 160, id: "nc5", title: "NC5", split: "train", rare: true }],
  },
  "auroc.msp": { ...auroc("msp"), columns: [{ at: 170, id: "auroc", title: "AUROC", split: "test", rare: true }] },
  "auroc.maxlogit": auroc("maxlogit"),
  "auroc.energy": auroc("energy"),
  "auroc.neco": auroc("neco"),
  "auroc.nci": auroc("nci"),
  "auroc.mahalanobis": auroc("mahalanobis"),
});

/** The score that a page's AUROC is of; null of other metrics. */
export const scoreOfMetric = (metric: string): DetectionScore | null =>
  metric.startsWith("auroc.") ? (metric.slice("auroc.".length) as DetectionScore) : null;
