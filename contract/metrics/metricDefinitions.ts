import { listMetricInfo, listMetrics } from "./listMetrics.ts";
import type { MetricFacts } from "./metricFacts.ts";
import { metricInfo, metrics } from "./metricInfo.ts";
import { parseSeriesKey } from "./seriesKey.ts";

/** What a number in an export is. */
export type MetricDefinition = Pick<MetricFacts, "label" | "formula" | "ideal" | "unit" | "source">;

/** Definitions of the metrics that these series are of, by metric. */
export function definitionsOf(keys: Iterable<string>): Record<string, MetricDefinition> {
  const found = new Set([...keys].map((key) => parseSeriesKey(key)?.metric));
  const facts: [string, MetricFacts][] = [
    ...metrics.map((metric) => [metric, metricInfo[metric]] as [string, MetricFacts]),
    ...listMetrics.map((metric) => [metric, listMetricInfo[metric]] as [string, MetricFacts]),
  ];
  return Object.fromEntries(
    facts
      .filter(([metric]) => found.has(metric))
      .map(([metric, { label, formula, ideal, unit, source }]) => [metric, { label, formula, ideal, unit, source }]),
  );
}
