import type { CsvFacts } from "../../../contract/csv.ts";
import { wrapText } from "../axes/categoryAxis.ts";
import type { ChartSeries } from "../chartTypes.ts";
import { markerPath } from "../marks/markerPath.ts";
import type { Look } from "./figure.ts";
import { plainColour } from "./plainColour.ts";
import { element, textAt, xmlText } from "./svgText.ts";

/** A picture in markup, and how large it is, px. */
export interface Drawing {
  markup: string;
  width: number;
  height: number;
}

/** A standalone SVG file around a drawing; what it is stands in its head. Text stays text, and nothing in it is loaded from elsewhere. */
export function svgFile({ markup, width, height }: Drawing, title: string, facts: CsvFacts, { ground }: Look): string {
  const described = facts.map(([name, value]) => `${name}: ${value.replace(/\s+/g, " ")}`).join("\n");
  const head = [
    element("title", {}, xmlText(title)),
    element("desc", {}, xmlText(described)),
    ground === "white" ? element("rect", { width: "100%", height: "100%", fill: "#ffffff" }) : "",
  ];
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    "font-family": "Inter, Helvetica, Arial, sans-serif",
  };
  return element("svg", attributes, `${head.join("")}${markup}`);
}

/** Mean width of a character of 12 px text, pixels. */
const character = 6.4;
const lineHeight = 17;

const maxColumns = 4;

/** The names of lines below a picture, each with a piece of its line; short ones side by side, long ones broken. */
export function drawLegend(
  lines: readonly Pick<ChartSeries, "label" | "style" | "draw">[],
  top: number,
  width: number,
  dark: boolean,
): Drawing {
  const longest = Math.max(0, ...lines.map(({ label }) => label.length));
  const columns = Math.max(1, Math.min(maxColumns, lines.length, Math.floor((width - 12) / (60 + character * longest))));
  const column = (width - 12) / columns;
  const perColumn = Math.ceil(lines.length / columns);
  const markup: string[] = [];
  const bottoms = Array.from({ length: columns }, (_, at) => {
    let y = top;
    const left = 12 + at * column;
    for (const { label, style, draw } of lines.slice(at * perColumn, (at + 1) * perColumn)) {
      const colour = plainColour(style.colour, dark);
      y += lineHeight;
      const line = { stroke: colour, fill: "none", "stroke-width": 1.75, "stroke-dasharray": style.dash };
      if (draw !== "dots") markup.push(element("path", { d: `M${left},${y - 4}h28`, ...line }));
      const transform = `translate(${left + 14},${y - 4})`;
      markup.push(element("path", { d: markerPath(style.marker, 3), transform, fill: colour, "fill-rule": "evenodd" }));
      for (const [index, part] of wrapText(label, Math.floor((column - 48) / character)).entries()) {
        if (index > 0) y += lineHeight - 2;
        markup.push(textAt(part, left + 36, y, { "font-size": 12, fill: plainColour("var(--ink)", dark) }));
      }
    }
    return y;
  });
  return { markup: markup.join(""), width, height: lines.length > 0 ? Math.max(...bottoms) - top + 10 : 0 };
}

/** The title in lines above a picture. */
export function drawTitle(title: string, width: number, dark: boolean): Drawing {
  const lines = wrapText(title, Math.floor((width - 24) / (1.15 * character)));
  const fill = plainColour("var(--ink)", dark);
  const markup = lines.map((line, index) => textAt(line, 12, 20 + 17 * index, { "font-size": 13, "font-weight": 600, fill }));
  return { markup: markup.join(""), width, height: 12 + 17 * lines.length };
}
