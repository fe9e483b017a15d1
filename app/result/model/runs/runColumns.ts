import type { RunRow } from "../../../../contract/wire/views.ts";
import { studyValue } from "../metrics/studyMetrics.ts";
import type { TableColumn } from "./tableGroups.ts";

export type MetricColumn = TableColumn & {
  title: string;
  /** Only some studies have it: shown once a run does. */
  rare?: true;
};

const columns: readonly MetricColumn[] = [
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

/** Metrics of the run table: the usual ones, and the rare ones that some run has. */
export const metricColumns = (rows: readonly RunRow[]): readonly MetricColumn[] =>
  columns.filter(({ rare, metric, split }) => !rare || rows.some((row) => studyValue(row, metric, split) !== null));
