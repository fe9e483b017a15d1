import { fixed } from "../../../text/plusMinus.ts";
import { wrapText } from "../../axes/categoryAxis.ts";
import { type Drawing, drawTitle } from "../drawing.ts";
import type { FigureMap, Look, MapsFigure } from "../figure.ts";
import { cosineColour, plainColour } from "../plainColour.ts";
import { element, textAt } from "../svgText.ts";

const side = 210;
const gap = 24;
/** Matrices in a row where the figure does not say. */
export const usualRow = 3;
/** With more classes their names would touch. */
export const maxNamed = 12;

/** Matrices of colours side by side, each with its title; few classes are named and numbered. */
export function drawMaps({ title, maps, perRow = usualRow }: MapsFigure, look: Look): Drawing {
  const dark = look.dark && look.ground !== "white";
  const columns = Math.min(perRow, Math.max(1, maps.length));
  const left = Math.max(gap, ...maps.map((map) => (map.names.length <= maxNamed ? 16 + 5.4 * longest(map) : 0)));
  const below = Math.max(44, ...maps.map((map) => 30 + 14 * captionOf(map).length));
  const width = Math.ceil(columns * (left + side) + gap);
  const head = drawTitle(title, width, dark);
  const markup = maps.map((map, index) => {
    const [column, row] = [index % columns, Math.floor(index / columns)];
    const place = `translate(${(left + column * (left + side)).toFixed(1)},${(head.height + 8 + row * (side + below)).toFixed(1)})`;
    return element("g", { transform: place }, drawMap(map, dark));
  });
  const rows = Math.ceil(maps.length / columns);
  const scale = element("g", { transform: `translate(${left},${head.height + 8 + rows * (side + below)})` }, drawScale(dark));
  return {
    markup: `${head.markup}${markup.join("")}${scale}`,
    width,
    height: Math.ceil(head.height + 8 + rows * (side + below) + 36),
  };
}

const shortName = (name: string) => (name.length > 14 ? `${name.slice(0, 13)}…` : name);
const longest = ({ names }: FigureMap) => Math.max(1, ...names.map((name) => shortName(name).length));
const captionOf = ({ title, note }: FigureMap): string[] => [...wrapText(title, 34), ...(note === undefined ? [] : [note])];

function drawMap(map: FigureMap, dark: boolean): string {
  const { cosines, names, block = 0 } = map;
  const classes = names.length;
  const cell = side / Math.max(1, classes);
  const words = { "font-size": 10, fill: plainColour("var(--ink-soft)", dark) };
  const cells = cosines.map((value, index) => {
    const [x, y] = [(index % classes) * cell, Math.floor(index / classes) * cell];
    const fill = cosineColour(value, dark);
    const square = element("rect", { x, y, width: cell + 0.05, height: cell + 0.05, fill });
    if (classes > 5) return square;
    return `${square}${textAt(fixed(value, 2), x + cell / 2, y + cell / 2 + 4, { ...words, "text-anchor": "middle" })}`;
  });
  const named =
    classes > maxNamed
      ? []
      : names.map((name, index) => textAt(shortName(name), -5, (index + 0.5) * cell + 3.5, { ...words, "text-anchor": "end" }));
  const edge = { fill: "none", stroke: plainColour("var(--chart-axis)", dark) };
  const frame = element("rect", { x: 0, y: 0, width: side, height: side, ...edge });
  const inner = { x: side - block * cell, y: side - block * cell, width: block * cell - 1, height: block * cell - 1 };
  const framed =
    block > 0 ? element("rect", { ...inner, fill: "none", stroke: plainColour("var(--ink)", dark), "stroke-width": 2 }) : "";
  const caption = captionOf(map).map((line, index) =>
    textAt(line, side / 2, side + 18 + 14 * index, { ...words, "font-size": 11, "text-anchor": "middle" }),
  );
  return [...cells, frame, framed, ...named, ...caption].join("");
}

/** The colours from cosine −1 to 1. */
function drawScale(dark: boolean): string {
  const steps = 64;
  const squares = Array.from({ length: steps }, (_, index) =>
    element("rect", {
      x: (index * side) / steps,
      y: 0,
      width: side / steps + 0.3,
      height: 8,
      fill: cosineColour((2 * index) / (steps - 1) - 1, dark),
    }),
  );
  const words = { "font-size": 10, fill: plainColour("var(--ink-soft)", dark) };
  return [
    ...squares,
    textAt("−1", 0, 21, words),
    textAt("0", side / 2, 21, { ...words, "text-anchor": "middle" }),
    textAt("cosine 1", side, 21, { ...words, "text-anchor": "end" }),
  ].join("");
}
