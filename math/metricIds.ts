/** The id of every metric definition. Numbers are stored under it, so two papers' variants never mix. */
export const metricIds = [
  "nc1.ratio",
  "nc1.pinv",
  "nc1.cdnv",
  "nc2.frame",
  "nc2.frame.orthogonal",
  "nc2.norms",
  "nc2.angles",
  "nc2.etf",
  "nc3.cosine",
  "nc3.duality",
  "nc4.ncc",
] as const;

export type MetricId = (typeof metricIds)[number];

/** The metrics that a layer without classifier can have: all but the two that compare with its rows. */
export const hiddenLayerMetricIds = metricIds.filter((id) => !id.startsWith("nc3."));
