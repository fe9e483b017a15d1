import type { Priority } from "../../contract/priority.ts";

export const priorityTitles: Record<Priority, string> = { low: "Low", normal: "Normal", high: "High" };

/** What a priority does, and what it does not. */
export const priorityHint =
  "Among your own studies, runs of a higher priority start first. Runs under way continue, and other people’s share of the slots stays the same.";
