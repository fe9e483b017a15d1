import { type Metric, metricInfo, parseSeriesKey } from "./seriesKey.ts";

/** What a number in an export is. */
export interface MetricDefinition {
  label: string;
  formula: string;
  /** The value at collapse, or at the optimum; null where there is none. */
  ideal: number | null;
  unit: string;
  source: string;
}

const paper = "Súkeník, Lampert, Mondelli (2025), arXiv 2505.15239";
const papyan = "Papyan, Han, Donoho (2020), PNAS 117";
const derived = `derived from ${paper}`;
const ours = "this program";

/** Ideal value and source of every metric; `metricInfo` has its label and formula. */
const facts: Record<Metric, { ideal: number | null; source: string; unit?: string }> = {
  "nc1.ratio": { ideal: 0, source: "Tirer, Bruna (2022), ICML, Extended unconstrained features model" },
  "nc1.pinv": { ideal: 0, source: `${papyan}; Zhu et al. (2021), NeurIPS` },
  "nc1.cdnv": { ideal: 0, source: "Galanti, György, Hutter (2022), ICLR, On the role of neural collapse in transfer learning" },
  "nc2.frame": { ideal: 0, source: `${paper}, NC2A` },
  "nc2.frame.orthogonal": { ideal: 0, source: `${paper}, NC2B` },
  "nc2.norms": { ideal: 0, source: `${papyan}, figure 2` },
  "nc2.angles": { ideal: 0, source: `${papyan}, figures 3 and 4` },
  "nc2.etf": { ideal: 0, source: "Zhu et al. (2021), NeurIPS, A geometric analysis of neural collapse" },
  "nc2.mframe": { ideal: 0, source: "nc2.frame's formula on the class means" },
  "nc2.mframe.orthogonal": { ideal: 0, source: "nc2.frame.orthogonal's formula on the class means" },
  "nc2.metf": { ideal: 0, source: "nc2.etf's formula on the class means" },
  "nc3.cosine": { ideal: 0, source: `${paper}, NC3` },
  "nc3.duality": { ideal: 0, source: `${papyan}, figure 5 (squared there)` },
  "nc4.ncc": { ideal: 0, source: `${papyan}, figure 7` },
  "norms.spread": { ideal: 1, source: ours },
  loss: { ideal: null, source: `${paper}, equations 7 and 11`, unit: "nats under cross entropy" },
  fit: { ideal: null, source: `${paper}, equation 7`, unit: "nats under cross entropy" },
  accuracy: { ideal: 1, source: ours },
  "ridge.head": { ideal: null, source: `${paper}, equations 7 and 11` },
  "ridge.hidden": { ideal: null, source: `${paper}, equations 7 and 11` },
  "ridge.features": { ideal: null, source: "Zhu et al. (2021), NeurIPS, A geometric analysis of neural collapse" },
  "ridge.bias": { ideal: null, source: "Zhu et al. (2021), NeurIPS, A geometric analysis of neural collapse" },
  slack: { ideal: 0, source: ours },
  "gap.total": { ideal: 0, source: `${derived}, Theorem 4.3` },
  "gap.head": { ideal: 0, source: `${derived}, Theorem 4.3` },
  "gap.representation": { ideal: 0, source: `${derived}, Theorem 4.3` },
  "distance.procrustes": { ideal: 0, source: `${paper}, Theorem 4.3; Schönemann (1966)` },
  "distance.gram": { ideal: 0, source: "derived; compare the kernel alignment of Cristianini et al. (2001), NeurIPS" },
  learningRate: { ideal: null, source: ours },
  stepMs: { ideal: null, source: ours },
  elapsedMs: { ideal: null, source: ours },
};

export const metricDefinition = (metric: Metric): MetricDefinition => {
  const { label, formula, unit } = metricInfo[metric];
  const fact = facts[metric];
  return { label, formula, ideal: fact.ideal, unit: fact.unit ?? unit ?? "1", source: fact.source };
};

/** Definitions of the metrics that these series are of, by metric. */
export function definitionsOf(keys: Iterable<string>): Record<string, MetricDefinition> {
  const found = new Set([...keys].map((key) => parseSeriesKey(key)?.metric));
  const metrics = (Object.keys(metricInfo) as Metric[]).filter((metric) => found.has(metric));
  return Object.fromEntries(metrics.map((metric) => [metric, metricDefinition(metric)]));
}
