import type { CsvFacts } from "../../../contract/csv.ts";
import { categoryAt } from "../axes/categoryAxis.ts";
import type { ChartSeries } from "../chartTypes.ts";
import type { ChartFigure, Figure } from "./figure.ts";

/** A figure's numbers as JSON, each as it is stored, −0 too; null is a gap. */
export function figureJson(figure: Figure, facts: CsvFacts): string {
  const head: Record<string, string | string[]> = {};
  for (const [name, value] of facts) {
    const before = head[name];
    head[name] = before === undefined ? value : [...[before].flat(), value];
  }
  const { title, panelId, notes, table } = figure;
  const numbers =
    figure.kind === "chart"
      ? {
          axes: { x: axisOf(figure.x), y: axisOf(figure.y) },
          series: figure.series.map((one) => seriesOf(figure, one)),
          references: figure.references,
          wedges: figure.wedges,
          ...(figure.floor && { floor: figure.floor }),
        }
      : { maps: figure.maps };
  return `${write({ format: "collapsar-figure", version: 1, about: head, title, panel: panelId, notes, ...numbers, ...(table && { points: table }) })}\n`;
}

const axisOf = ({ label, kind, categories }: ChartFigure["x"]) => ({ label, scale: kind, ...(categories && { categories }) });

function seriesOf({ x: { categories } }: ChartFigure, one: ChartSeries) {
  const places = one.xs.map((x, index) => one.trueXs?.[index] ?? x);
  const { label, ys, band, notes, samples, slope, minor, hidden } = one;
  return {
    label,
    x: categories ? places.map((place) => categoryAt(place, categories)) : places,
    y: ys,
    ...(band && { low: band.low, high: band.high }),
    ...(notes && { notes }),
    ...(samples && { runs: samples }),
    ...(slope && { slope }),
    ...(minor && { minor }),
    ...(hidden && { hidden }),
  };
}

/** JSON as the language writes it, but for −0, whose sign that drops; a number that is not finite is null. */
function write(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => write(item ?? null)).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${write(item)}`).join(",")}}`;
}
