import type { MetricFacts } from "./metricFacts.ts";
import { metricInfo, metrics } from "./metricInfo.ts";
import { parseSeriesKey } from "./seriesKey.ts";

/** What a number in an export is. */
export type MetricDefinition = Pick<MetricFacts, "label" | "formula" | "ideal" | "unit" | "source">;

/** Definitions of the metrics that these series are of, by metric. */
export function definitionsOf(keys: Iterable<string>): Record<string, MetricDefinition> {
  const found = new Set([...keys].map((key) => parseSeriesKey(key)?.metric));
  const named = metrics.filter((metric) => found.has(metric));
  return Object.fromEntries(
    named.map((metric) => {
      const { label, formula, ideal, unit, source } = metricInfo[metric];
      return [metric, { label, formula, ideal, unit, source }];
    }),
  );
}
