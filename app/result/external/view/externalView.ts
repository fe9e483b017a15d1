import { studyMetrics } from "../../../../contract/metrics/metricPlaces.ts";
import { oneOf } from "../../view/addressValues.ts";
import { type ResultView, readView, viewPatch } from "../../view/resultView.ts";
import type { ExternalAxis } from "../model/externalAxes.ts";
import type { Measure } from "../model/measures.ts";

/** What a person can choose on the page of runs that were trained elsewhere; it lives in the address. */
export interface ExternalView extends Omit<ResultView, "metric" | "over" | "lines"> {
  /** null = NC1, or else the first that there is. */
  measure: Measure | null;
  /** null = a depth, the first number that varies, or the steps. */
  axis: ExternalAxis | null;
  /** Keys that make a line each; null = all that vary. */
  lineKeys: string[] | null;
  /** The table shows the keys too in which no run differs. */
  allKeys: boolean;
}

const maxKeys = 64;

/** Keys may hold any sign: they stand in the address one after the other, each encoded. */
const keysOf = (text: string | null): string[] | null => {
  if (text === null || text === "") return null;
  if (text === "none") return [];
  try {
    return text
      .split(",")
      .slice(0, maxKeys)
      .map((part) => decodeURIComponent(part).replace(/^key:/, ""));
  } catch {
    return null;
  }
};
const writeKeys = (keys: readonly string[] | null): string | null =>
  keys === null ? null : keys.length === 0 ? "none" : keys.map((key) => encodeURIComponent(`key:${key}`)).join(",");

const measureOf = (text: string | null): Measure | null =>
  text?.startsWith("log/") ? (text as `log/${string}`) : oneOf(studyMetrics, text);

const axisOf = (text: string | null): ExternalAxis | null =>
  text === "step" ? { of: "step" } : text?.startsWith("key:") ? { of: "key", key: text.slice("key:".length) } : null;
const writeAxis = (axis: ExternalAxis | null): string | null =>
  axis === null ? null : axis.of === "step" ? "step" : `key:${axis.key}`;

/** Reads the address; what it does not understand counts as not chosen. */
export function readExternalView(get: (name: string) => string | null): ExternalView {
  const { metric: _, over: __, lines: ___, ...shared } = readView(get);
  return {
    ...shared,
    measure: measureOf(get("metric")),
    axis: axisOf(get("over")),
    lineKeys: keysOf(get("lines")),
    allKeys: get("keys") === "all",
  };
}

/** Parameters of the address for some changes; null takes one out. */
export function externalPatch(changes: Partial<ExternalView>): Record<string, string | number | null> {
  const { measure, axis, lineKeys, allKeys, ...shared } = changes;
  return {
    ...viewPatch(shared),
    ...(measure !== undefined && { metric: measure }),
    ...(axis !== undefined && { over: writeAxis(axis) }),
    ...(lineKeys !== undefined && { lines: writeKeys(lineKeys) }),
    ...(allKeys !== undefined && { keys: allKeys ? "all" : null }),
  };
}
