import type { CsvFacts } from "../../../contract/csv.ts";
import { wrapText } from "../axes/categoryAxis.ts";
import type { LineStyle } from "../lineStyle.ts";
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

/** The names of lines below a picture, each with a piece of its line; broken where they are long. */
export function drawLegend(
  lines: readonly { label: string; style: LineStyle }[],
  top: number,
  width: number,
  dark: boolean,
): Drawing {
  let y = top;
  const markup: string[] = [];
  for (const { label, style } of lines) {
    const colour = plainColour(style.colour, dark);
    y += lineHeight;
    markup.push(
      element("path", {
        d: `M12,${y - 4}h28`,
        stroke: colour,
        fill: "none",
        "stroke-width": 1.75,
        "stroke-dasharray": style.dash,
      }),
      element("path", {
        d: markerPath(style.marker, 3),
        transform: `translate(26,${y - 4})`,
        fill: colour,
        "fill-rule": "evenodd",
      }),
    );
    for (const [index, part] of wrapText(label, Math.floor((width - 60) / character)).entries()) {
      if (index > 0) y += lineHeight - 2;
      markup.push(textAt(part, 48, y, { "font-size": 12, fill: plainColour("var(--ink)", dark) }));
    }
  }
  return { markup: markup.join(""), width, height: y - top + (lines.length > 0 ? 10 : 0) };
}

/** The title in lines above a picture. */
export function drawTitle(title: string, width: number, dark: boolean): Drawing {
  const lines = wrapText(title, Math.floor((width - 24) / (1.15 * character)));
  const fill = plainColour("var(--ink)", dark);
  const markup = lines.map((line, index) => textAt(line, 12, 20 + 17 * index, { "font-size": 13, "font-weight": 600, fill }));
  return { markup: markup.join(""), width, height: 12 + 17 * lines.length };
}
