import { type MetricGroup, metricGroups } from "./metricFacts.ts";
import type { Metric, StudyMetric } from "./metricInfo.ts";
import { studyMetricInfo } from "./metricInfo.ts";
import type { Split } from "./seriesKey.ts";

/** What says when and how fast a run trains, and is no curve over a study's axes. */
const ofTheClock: readonly StudyMetric[] = ["learningRate", "gradientNorm", "curvature", "elapsedMs"];

/** Metrics that make sense for a whole run, in the order in which charts of a study offer them: by their groups. */
export const studyMetrics: readonly StudyMetric[] = (Object.keys(metricGroups) as MetricGroup[]).flatMap((group) =>
  (Object.keys(studyMetricInfo) as StudyMetric[]).filter(
    (metric) => studyMetricInfo[metric].group === group && !ofTheClock.includes(metric),
  ),
);

/** Where a metric has a panel in the training section. */
interface TrainingPlace {
  metric: Metric;
  /** Absent = its label. */
  title?: string;
  /** Drawn of the training set whichever is chosen. */
  trainOnly?: true;
  /** What only some objectives or newer versions have: it comes with the first run that measures it. */
  rare?: true;
}

/** In order. */
export const trainingPlaces: readonly TrainingPlace[] = [
  { metric: "loss" },
  { metric: "nc1.ratio", title: "NC1, last layer" },
  { metric: "nc2.frame", title: "NC2, classifier" },
  { metric: "nc2.mframe", title: "NC2, class means", trainOnly: true, rare: true },
  { metric: "nc3.cosine", title: "NC3" },
  { metric: "nc1.pinv" },
  { metric: "nc1.cdnv" },
  { metric: "gap.total", trainOnly: true },
  { metric: "gap.head", trainOnly: true },
  { metric: "gap.representation", trainOnly: true },
  { metric: "accuracy" },
  { metric: "nc4.ncc", title: "NC4" },
  { metric: "fit" },
  { metric: "ridge.head", trainOnly: true },
  { metric: "ridge.hidden", trainOnly: true },
  { metric: "ridge.features", trainOnly: true, rare: true },
  { metric: "ridge.bias", trainOnly: true, rare: true },
  { metric: "slack", trainOnly: true, rare: true },
  { metric: "solution.rank", trainOnly: true, rare: true },
  { metric: "product.rank", trainOnly: true, rare: true },
  { metric: "distance.procrustes", title: "Procrustes distance", trainOnly: true },
  { metric: "distance.gram", title: "Gram distance", trainOnly: true },
  { metric: "learningRate", trainOnly: true },
  { metric: "gradientNorm", trainOnly: true, rare: true },
  { metric: "stepMs", trainOnly: true },
];

/** A column of the run table and of its CSV, by the id that addresses of pages keep. */
export interface MetricColumn {
  id: string;
  metric: StudyMetric;
  split: Split;
  title: string;
  /** Only some studies have it: shown once a run does. */
  rare?: true;
}

/** In order. */
export const tableColumns: readonly MetricColumn[] = [
  { id: "nc1", metric: "nc1.ratio", split: "train", title: "NC1" },
  { id: "nc2", metric: "nc2.frame", split: "train", title: "NC2" },
  { id: "nc2-orth", metric: "nc2.frame.orthogonal", split: "train", title: "NC2 orth.", rare: true },
  { id: "nc3", metric: "nc3.cosine", split: "train", title: "NC3" },
  { id: "nc4", metric: "nc4.ncc", split: "train", title: "NC4" },
  { id: "gap", metric: "gap.total", split: "train", title: "Gap" },
  { id: "gap-head", metric: "gap.head", split: "train", title: "Gap, head" },
  { id: "gap-repr", metric: "gap.representation", split: "train", title: "Gap, repr." },
  { id: "ridge", metric: "ridge.total", split: "train", title: "Regularization" },
  { id: "ridge-features", metric: "ridge.features", split: "train", title: "Ridge, H", rare: true },
  { id: "slack", metric: "slack", split: "train", title: "Slack", rare: true },
  { id: "acc-train", metric: "accuracy", split: "train", title: "Acc. train" },
  { id: "acc-test", metric: "accuracy", split: "test", title: "Acc. test" },
  { id: "robust", metric: "robust", split: "test", title: "Robust", rare: true },
  { id: "transfer", metric: "transfer", split: "test", title: "Transfer", rare: true },
];
