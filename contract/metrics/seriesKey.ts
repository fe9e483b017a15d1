import type { Metric } from "./metricInfo.ts";

export const splits = ["train", "test"] as const;
export type Split = (typeof splits)[number];

/**
 * A series is one number over steps. Its key is `split/metric` for the whole network, `split/metric@layer` for one layer;
 * layers count from 1 (features X_1) to the last one, in front of the classifier: L, or L + 1 of a transformer (networkForm.ts).
 */
export type SeriesKey = `${Split}/${string}`;

export const seriesKeyPattern = /^(train|test)\/[a-z][a-zA-Z0-9.]{0,60}(@[1-9][0-9]{0,2})?$/;

export function seriesKey(split: Split, metric: Metric, layer?: number): SeriesKey {
  return layer === undefined ? `${split}/${metric}` : `${split}/${metric}@${layer}`;
}

/** @returns null if the text is no series key. */
export function parseSeriesKey(key: string): { split: Split; metric: string; layer: number | null } | null {
  if (!seriesKeyPattern.test(key)) return null;
  const [split, rest] = key.split("/") as [Split, string];
  const [metric, layer] = rest.split("@") as [string, string?];
  return { split, metric, layer: layer === undefined ? null : Number(layer) };
}
