/** The id of every metric definition. Numbers are stored under it, so two papers' variants never mix. */
export const metricIds = [
  "nc1.ratio",
  "nc1.pinv",
  "nc1.pinvsum",
  "nc1.cdnv",
  "nc2.frame",
  "nc2.frame.orthogonal",
  "nc2.norms",
  "nc2.angles",
  "nc2.etf",
  "nc2.wnorms", // of the classifier, where nc2.norms and nc2.angles are of the class means
  "nc2.wangles",
  "nc2.mframe", // of the last layer's class means, where nc2.frame is of the classifier
  "nc2.mframe.orthogonal",
  "nc2.metf",
  "nc3.cosine",
  "nc3.duality",
  "nc3.etf",
  "nc0.sum",
  "nc0.square",
  "gnc2.log.mean",
  "gnc2.log.variance",
  "gnc2.distance.mean",
  "gnc2.distance.variance",
  "gnc2.riesz",
  "unc3.variance",
  "unc3.cosine.mean",
  "unc3.cosine.variance",
  "norms.centre",
  "norms.means",
  "norms.weights",
  "bias.mean",
  "nc4.ncc",
  "norms.spread", // of no collapse itself: what turns an error of features into one of NC1
  "dnc2",
  "dnc2.orthogonal",
  "dnc3", // of the classifier; hidden layers have it from a survey
] as const;

export type MetricId = (typeof metricIds)[number];

/** The metrics that a layer without classifier can have: all but those of its rows, or that stand beside theirs. */
export const hiddenLayerMetricIds = metricIds.filter(
  (id) => !/^(nc0|nc2\.[mw]|nc3|gnc2|unc3|norms\.(centre|means|weights)|bias|dnc3)/.test(id),
);
