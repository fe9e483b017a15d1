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
  "nc2.mframe", // of the last layer's class means, where nc2.frame is of the classifier
  "nc2.mframe.orthogonal",
  "nc2.metf",
  "nc3.cosine",
  "nc3.duality",
  "nc4.ncc",
  "norms.spread", // of no collapse itself: what turns an error of features into one of NC1
  "dnc2",
  "dnc2.orthogonal",
  "dnc3", // of the classifier; hidden layers have it from a survey
] as const;

export type MetricId = (typeof metricIds)[number];

/** The metrics that a layer without classifier can have: all but those that compare with its rows, or stand beside theirs. */
export const hiddenLayerMetricIds = metricIds.filter((id) => !/^(nc3\.|nc2\.m|dnc3)/.test(id));
