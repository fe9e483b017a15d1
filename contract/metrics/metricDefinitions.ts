import type { MetricFacts } from "./metricFacts.ts";
import { allMetrics, metricInfo } from "./metricInfo.ts";
import { parseSeriesKey } from "./seriesKey.ts";

/** What a number in an export is. */
export type MetricDefinition = Pick<MetricFacts, "label" | "formula" | "ideal" | "unit" | "source">;

/** Definitions of the metrics that these series are of, by metric. */
export function definitionsOf(keys: Iterable<string>): Record<string, MetricDefinition> {
  const found = new Set([...keys].map((key) => parseSeriesKey(key)?.metric));
  return Object.fromEntries(
    allMetrics
      .filter((metric) => found.has(metric))
      .map((metric) => {
        const { label, formula, ideal, unit, source } = metricInfo[metric];
        return [metric, { label, formula, ideal, unit, source }];
      }),
  );
}

/** A definition in one line, as the heads of files have it. */
export const definitionText = ({ label, formula, ideal, unit, source }: MetricDefinition): string =>
  `${label} = ${formula}; ${ideal === null ? "no ideal" : `ideal ${ideal}`}; unit ${unit}; ${source}`;
