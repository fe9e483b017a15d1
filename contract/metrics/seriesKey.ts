import { isOtherMetric, type ListMetric, type Metric } from "./metricInfo.ts";

/** The training set, the test set, and a second set that the network never saw the like of. */
export const splits = ["train", "test", "other"] as const;
export type Split = (typeof splits)[number];

/**
 * A series is one number over steps. Its key is `split/metric` for the whole network, `split/metric@layer` for one layer;
 * layers count from 1 (features X_1) to the last one, in front of the classifier: L, or L + 1 of a transformer (networkForm.ts).
 * What is measured of every class, or of every value of a spectrum, is a *list*: its key ends in `:*`, and that of the one series of class
 * (or value) i in `:i`, counted from 0 as labels are. What a program that trains elsewhere logged under a name of its own is `log/name`.
 */
export type SeriesKey = `${Split}/${string}`;
export type ListKey = `${Split}/${string}:*`;
export type LogKey = `log/${string}`;

/** Of one measured number. */
export const measuredKeyPattern = /^(train|test|other)\/[a-z][a-zA-Z0-9.]{0,60}(@[1-9][0-9]{0,2})?$/;
/** Of a list. */
export const listKeyPattern = /^(train|test|other)\/[a-z][a-zA-Z0-9.]{0,60}(@[1-9][0-9]{0,2})?:\*$/;
/** Of any series, of one of a list's, and of a list. */
export const seriesKeyPattern =
  /^((train|test|other)\/[a-z][a-zA-Z0-9.]{0,60}(@[1-9][0-9]{0,2})?(:(\*|0|[1-9][0-9]{0,3}))?|log\/[^\p{C}\p{Z}]([^\p{C}\p{Zl}\p{Zp}]{0,78}[^\p{C}\p{Z}])?)$/u;

/** Of a metric of a second set alone it is the series of that, whichever split is asked for. */
export function seriesKey(split: Split, metric: Metric, layer?: number): SeriesKey {
  const of = isOtherMetric(metric) ? "other" : split;
  return layer === undefined ? `${of}/${metric}` : `${of}/${metric}@${layer}`;
}

export function listKey(split: Split, metric: ListMetric, layer?: number): ListKey {
  return layer === undefined ? `${split}/${metric}:*` : `${split}/${metric}@${layer}:*`;
}

/** @returns null if the text is no key of a measured series. */
export function parseSeriesKey(
  key: string,
): { split: Split; metric: string; layer: number | null; index: number | "*" | null } | null {
  if (key.startsWith("log/") || !seriesKeyPattern.test(key)) return null;
  const [split, rest] = key.split("/") as [Split, string];
  const [place, index] = rest.split(":") as [string, string?];
  const [metric, layer] = place.split("@") as [string, string?];
  return {
    split,
    metric,
    layer: layer === undefined ? null : Number(layer),
    index: index === undefined || index === "*" ? (index ?? null) : Number(index),
  };
}

export const isListKey = (key: string): key is ListKey => key.endsWith(":*") && !key.startsWith("log/");

/** The list that a series is one of, and its place there; null of a series that stands alone. */
export function listOfKey(key: string): { list: ListKey; index: number } | null {
  const index = parseSeriesKey(key)?.index;
  return typeof index === "number" ? { list: `${key.slice(0, key.lastIndexOf(":"))}:*` as ListKey, index } : null;
}

/** The key of one series of a list. */
export const keyInList = (list: ListKey, index: number): SeriesKey => `${list.slice(0, -1)}${index}` as SeriesKey;

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
