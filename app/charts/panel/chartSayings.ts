import { countOf } from "../../text/formatNumber.ts";
import type { AxisOptions } from "../axes/axisOptions.ts";
import type { ChartSeries } from "../chartTypes.ts";
import { describeGaps, splitGaps } from "../layout/splitGaps.ts";

/** What a screen reader hears in place of the picture. */
export function describeChart(title: string, series: readonly ChartSeries[], xLabel: string, yLabel: string): string {
  const named = series.filter((one) => !one.minor && !one.hidden).map((one) => one.label);
  return `${title}: ${yLabel} over ${xLabel}; ${named.length === 0 ? "nothing drawn yet" : named.slice(0, 12).join("; ")}. The menu offers the numbers as a table.`;
}

/**
 * What a chart of these series does not show, a text each.
 * @param total stored points of which these are a selection
 * @param offAxisSaid something around the chart already says that step 0 cannot be shown on a log axis
 */
export function missingTexts(
  series: readonly ChartSeries[],
  x: AxisOptions,
  y: AxisOptions,
  { total, offAxisSaid }: { total: number | undefined; offAxisSaid: boolean },
): string[] {
  const drawn = series.filter((one) => !one.hidden).map((one) => splitGaps(one.xs, one.ys, x.kind, y.kind));
  const shown = drawn.reduce((sum, one) => sum + one.points.length, 0);
  const offAxis = drawn.reduce((sum, one) => sum + one.offAxis, 0);
  return [
    total !== undefined && total > shown + offAxis
      ? `shown ${shown.toLocaleString("en")} of ${total.toLocaleString("en")} points`
      : null,
    describeGaps(drawn),
    offAxisText(offAxis, x, offAxisSaid),
  ].filter((text) => text !== null);
}

function offAxisText(count: number, { kind, label }: AxisOptions, isSaid: boolean): string | null {
  if (count === 0) return null;
  if (kind === "linear") return `${countOf(count, "point")} beyond ±10³⁰⁰ on the x axis`;
  return isSaid ? null : `${label} 0 cannot be shown on a log axis`;
}
