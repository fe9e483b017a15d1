import type { StudyMetric } from "./studyMetrics.ts";

/** Gap to the UFM optimum, over L*, that counts as near when nothing else is chosen. */
export const defaultGap = 0.5;

/** A threshold to begin with: what networks of the theory's kind reach, and plain ones do not. */
export function defaultThreshold(metric: StudyMetric): number {
  if (metric.startsWith("gap")) return defaultGap;
  if (metric.startsWith("nc4")) return 0.01;
  return metric.startsWith("nc3") ? 0.05 : 0.1;
}
