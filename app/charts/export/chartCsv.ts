import { type CsvFacts, csvHead, csvLine } from "../../../contract/csv.ts";
import type { AxisOptions } from "../axes/axisOptions.ts";
import { categoryAt } from "../axes/categoryAxis.ts";
import type { ChartSeries } from "../chartTypes.ts";

/** What the chart shows, one row a point: series, x, y, and the band where there is one; above it what the table is. */
export function chartCsv(
  series: readonly ChartSeries[],
  xAxis: Pick<AxisOptions, "label" | "categories">,
  yName: string,
  head: CsvFacts = [],
): string {
  const rows = [...csvHead(head), csvLine(["series", xAxis.label, yName, "low", "high", "note"])];
  for (const one of series)
    one.xs.forEach((drawnX, i) => {
      const place = one.trueXs?.[i] ?? drawnX;
      const x = xAxis.categories ? categoryAt(place, xAxis.categories) : place;
      rows.push(
        csvLine([one.label, x, one.ys[i] ?? null, one.band?.low[i] ?? null, one.band?.high[i] ?? null, one.notes?.[i] ?? ""]),
      );
    });
  return `${rows.join("\r\n")}\r\n`;
}
