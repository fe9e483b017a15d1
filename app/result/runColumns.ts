import type { TableColumn } from "./tableGroups.ts";

/** Metrics of the run table. */
export const metricColumns: readonly (TableColumn & { title: string })[] = [
  { id: "nc1", metric: "nc1.ratio", split: "train", title: "NC1" },
  { id: "nc2", metric: "nc2.frame", split: "train", title: "NC2" },
  { id: "nc3", metric: "nc3.cosine", split: "train", title: "NC3" },
  { id: "nc4", metric: "nc4.ncc", split: "train", title: "NC4" },
  { id: "gap", metric: "gap.total", split: "train", title: "Gap" },
  { id: "gap-head", metric: "gap.head", split: "train", title: "Gap, head" },
  { id: "gap-repr", metric: "gap.representation", split: "train", title: "Gap, repr." },
  { id: "acc-train", metric: "accuracy", split: "train", title: "Acc. train" },
  { id: "acc-test", metric: "accuracy", split: "test", title: "Acc. test" },
];
