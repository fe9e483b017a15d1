import type { DetectionRate, DetectionScore, KnownSplit } from "../../../../contract/metrics/detectionScores.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";

/** How well a score tells the second set from a split of a run's own; null where it was not found. */
export const detectionOf = (
  { evaluation }: Pick<RunRow, "evaluation">,
  score: DetectionScore | null,
  known: KnownSplit,
  rate: DetectionRate,
): number | null =>
  evaluation?.outOfDistribution?.scores.find((one) => one.score === score && one.known === known)?.[rate] ?? null;
