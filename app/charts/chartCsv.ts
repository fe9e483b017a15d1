import { categoryAt } from "./categoryAxis.ts";
import type { AxisOptions, ChartSeries } from "./chartTypes.ts";

/** One CSV cell; a text that a spreadsheet would take for a formula is defused. */
export function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What the chart shows, one row a point: series, x, y, and the band where there is one. */
export function chartCsv(
  series: readonly ChartSeries[],
  xAxis: Pick<AxisOptions, "label" | "categories">,
  yName: string,
): string {
  const rows = [["series", xAxis.label, yName, "low", "high", "note"].map(csvCell).join(",")];
  for (const one of series)
    one.xs.forEach((drawnX, i) => {
      const place = one.trueXs?.[i] ?? drawnX;
      const x = xAxis.categories ? categoryAt(place, xAxis.categories) : place;
      const cells = [one.label, x, one.ys[i] ?? null, one.band?.low[i] ?? null, one.band?.high[i] ?? null, one.notes?.[i] ?? ""];
      rows.push(cells.map(csvCell).join(","));
    });
  return `${rows.join("\r\n")}\r\n`;
}
