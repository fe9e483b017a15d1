"use client";
import { readable, shortNumber } from "../../text/shortNumber.ts";
import type { AxisOptions } from "../axes/axisOptions.ts";
import { categoryAt } from "../axes/categoryAxis.ts";
import type { ChartSeries } from "../chartTypes.ts";

const maxRows = 300;

/** The chart's numbers as a table, for eyes and readers that a picture does not serve. */
export function ChartTable({
  series,
  x: { label: xLabel, categories },
  yLabel,
  title,
}: {
  series: readonly ChartSeries[];
  x: Pick<AxisOptions, "label" | "categories">;
  yLabel: string;
  title: string;
}) {
  const rows = series.flatMap((one) =>
    one.xs.map((x, i) => ({
      label: one.label,
      x: one.trueXs?.[i] ?? x,
      y: one.ys[i] ?? null,
      low: one.band?.low[i],
      high: one.band?.high[i],
      note: one.notes?.[i],
    })),
  );
  const banded = series.some((one) => one.band);
  const noted = series.some((one) => one.notes);
  const head = "sticky top-0 bg-surface px-2 py-1 font-medium text-ink-faint";
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
    <section className="max-h-80 overflow-auto text-xs" tabIndex={0} aria-label={`${title}: table`}>
      <table className="w-full border-collapse text-left">
        <caption className="sr-only">{title}</caption>
        <thead>
          <tr>
            <th scope="col" className={head}>
              Line
            </th>
            <th scope="col" className={categories ? head : `${head} text-right`}>
              {xLabel}
            </th>
            <th scope="col" className={`${head} text-right`}>
              {yLabel}
            </th>
            {banded && (
              <th scope="col" className={`${head} text-right`}>
                95 % band
              </th>
            )}
            {noted && (
              <th scope="col" className={head}>
                Run
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, maxRows).map((row, index) => (
            <tr key={index} className="border-line border-t">
              <td className="px-2 py-0.5">{row.label}</td>
              <td className={categories ? "px-2 py-0.5" : "px-2 py-0.5 text-right"}>
                {categories
                  ? categoryAt(row.x, categories)
                  : Number.isInteger(row.x)
                    ? row.x.toLocaleString("en")
                    : shortNumber(row.x)}
              </td>
              <td className="px-2 py-0.5 text-right">{row.y === null ? "missing" : readable(row.y, 4)}</td>
              {banded && (
                <td className="px-2 py-0.5 text-right">
                  {row.low == null ? "" : `${readable(row.low)} … ${readable(row.high)}`}
                </td>
              )}
              {noted && <td className="px-2 py-0.5">{row.note}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > maxRows && (
        <p className="px-2 py-1 text-ink-faint">
          The first {maxRows} of {rows.length.toLocaleString("en")} rows; the CSV has all of them.
        </p>
      )}
    </section>
  );
}
