import type { Metric } from "./metricInfo.ts";

export const splits = ["train", "test"] as const;
export type Split = (typeof splits)[number];

/**
 * A series is one number over steps. Its key is `split/metric` for the whole network, `split/metric@layer` for one layer;
 * layers count from 1 (features X_1) to the last one, in front of the classifier: L, or L + 1 of a transformer (networkForm.ts).
 * What a program that trains elsewhere logged under a name of its own is `log/name`.
 */
export type SeriesKey = `${Split}/${string}`;
export type LogKey = `log/${string}`;

/** Of what is measured. */
export const measuredKeyPattern = /^(train|test)\/[a-z][a-zA-Z0-9.]{0,60}(@[1-9][0-9]{0,2})?$/;
/** Of any series. */
export const seriesKeyPattern =
  /^((train|test)\/[a-z][a-zA-Z0-9.]{0,60}(@[1-9][0-9]{0,2})?|log\/[^\p{C}\p{Z}]([^\p{C}\p{Zl}\p{Zp}]{0,78}[^\p{C}\p{Z}])?)$/u;

export function seriesKey(split: Split, metric: Metric, layer?: number): SeriesKey {
  return layer === undefined ? `${split}/${metric}` : `${split}/${metric}@${layer}`;
}

/** @returns null if the text is no key of a measured series. */
export function parseSeriesKey(key: string): { split: Split; metric: string; layer: number | null } | null {
  if (!measuredKeyPattern.test(key)) return null;
  const [split, rest] = key.split("/") as [Split, string];
  const [metric, layer] = rest.split("@") as [string, string?];
  return { split, metric, layer: layer === undefined ? null : Number(layer) };
}

const maxName = 80;

/** The series of a logged name; null where nothing of the name can be seen. Marks that draw nothing are left out, blanks joined. */
export function logKey(name: string): LogKey | null {
  const kept = name
    .replace(/[\p{Zl}\p{Zp}\t\r\n]/gu, " ")
    .replace(/\p{C}/gu, "")
    .trim();
  const cut =
    kept.length <= maxName
      ? kept
      : kept
          .slice(0, maxName)
          .replace(/[\ud800-\udbff]$/, "")
          .trim();
  return cut === "" ? null : `log/${cut}`;
}

/** @returns the name under which a series was logged; null of measured ones. */
export const loggedName = (key: string): string | null => (key.startsWith("log/") ? key.slice(4) : null);
