import type { CsvFacts } from "../../../../contract/csv.ts";
import {
  type DetectionRate,
  type DetectionScore,
  detectionRateInfo,
  detectionScoreInfo,
  type KnownSplit,
} from "../../../../contract/metrics/detectionScores.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";

/** How well a score tells the second set from a split of a run's own; null where it was not found. */
export const detectionOf = (
  { evaluation }: Pick<RunRow, "evaluation">,
  score: DetectionScore | null,
  known: KnownSplit,
  rate: DetectionRate,
): number | null =>
  evaluation?.outOfDistribution?.scores.find((one) => one.score === score && one.known === known)?.[rate] ?? null;

export const knownTexts: Record<KnownSplit, string> = { test: "test set", train: "training set" };

/** What a panel's file says of these scores and rates. */
export const detectionFacts = (scores: readonly DetectionScore[], rates: readonly DetectionRate[]): CsvFacts => [
  ...rates.map((rate): CsvFacts[number] => [
    `metric ${detectionRateInfo[rate].label}`,
    `${detectionRateInfo[rate].formula}; ${detectionRateInfo[rate].source}`,
  ]),
  ...scores.map((score): CsvFacts[number] => [
    `score ${detectionScoreInfo[score].label}`,
    `${detectionScoreInfo[score].formula}; ${detectionScoreInfo[score].source}`,
  ]),
];
