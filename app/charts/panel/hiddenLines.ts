import type { ChartSeries } from "../chartTypes.ts";

/** Faint company ("<id>/…") hides with its line. */
const lineOf = (one: ChartSeries): string => (one.minor ? (one.id.split("/")[0] ?? one.id) : one.id);

/** The series with those marked that are hidden; the same array where none is. */
export const withHidden = (series: readonly ChartSeries[], hidden: ReadonlySet<string>): readonly ChartSeries[] =>
  hidden.size === 0 ? series : series.map((one) => (hidden.has(lineOf(one)) ? { ...one, hidden: true } : one));

/** A set with an id taken out, or put in. */
export function toggledIn(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
}
