import { toPlot } from "../axes/plotCoordinates.ts";
import type { ChartSeries } from "../chartTypes.ts";
import { bandBars, bandPieces, heldPixel } from "../layout/chartGeometry.ts";
import { placeReferences } from "../layout/placeReferences.ts";
import { smoothSeries } from "../layout/smoothSeries.ts";
import type { DrawnSeries, PlotPoint } from "../layout/splitGaps.ts";
import { spreadApart } from "../layout/spreadApart.ts";
import { markerPath } from "../marks/markerPath.ts";
import { bandPath, barsPath, linePath } from "../marks/paths.ts";
import { spreadMarkers } from "../marks/spreadMarkers.ts";
import { isDrawable, wedgePath } from "../marks/wedgePath.ts";
import type { Frame } from "./drawAxes.ts";
import type { ChartFigure } from "./figure.ts";
import { plainColour } from "./plainColour.ts";
import { element, textAt } from "./svgText.ts";

export interface MarkLook {
  dark: boolean;
  /** What hollow markers are filled with. */
  inside: string;
  scale?: number;
  raise?: boolean;
}

/** Under the lines: the numeric floor, theory's sector of slopes, reference lines, marked places. */
export function drawUnder(
  { x, y, floor, wedges, references, drops }: ChartFigure,
  domains: { xDomain: [number, number]; yDomain: [number, number] },
  { area, px, py }: Frame,
  { dark, inside, scale = 1, raise = false }: MarkLook,
): string {
  const theory = plainColour("var(--chart-theory)", dark);
  const bottom = area.y + area.height;
  const label = (text: string, atX: number, atY: number, anchor: string, fill = theory) =>
    textAt(text, atX, atY, { "font-size": 10 * scale, fill, "text-anchor": anchor, ...halo(inside, scale) }, raise);
  const out: string[] = [];
  const floorAt = floor === null ? null : toPlot(floor.y, y.kind);
  if (floor !== null && floorAt !== null && y.kind === "log10" && floorAt > domains.yDomain[0]) {
    const top = Math.max(area.y, py(floorAt));
    const fill = plainColour("var(--chart-floor)", dark);
    out.push(element("rect", { x: area.x, y: top, width: area.width, height: Math.max(0, bottom - top), fill }));
    out.push(label(floor.label, area.x + 6 * scale, bottom - 6 * scale, "start"));
  }
  if (x.kind === "log2" && y.kind === "log10")
    for (const wedge of wedges.filter(isDrawable))
      out.push(
        element("path", {
          d: wedgePath(wedge, px, py),
          ...{ fill: theory, "fill-opacity": 0.16, stroke: theory, "stroke-opacity": 0.5 },
          ...{ "stroke-width": 0.75 * scale, "stroke-dasharray": "2 3" },
        }),
      );
  for (const [index, drop] of drops.entries()) {
    const [atX, atY] = [toPlot(drop.x, x.kind), toPlot(drop.y, y.kind)];
    if (atX === null || atY === null) continue;
    const [cx, cy, stroke] = [px(atX), py(atY), plainColour(drop.colour, dark)];
    const toLeft = cx > area.x + area.width - 60 * scale;
    out.push(
      element("path", {
        d: `M${cx.toFixed(1)},${cy.toFixed(1)}V${bottom}`,
        stroke,
        "stroke-dasharray": "1.5 2.5",
        "stroke-width": 1.5,
      }),
      element("path", { d: `M${(cx - 4).toFixed(1)},${bottom - 7}h8l-4,7Z`, fill: stroke }),
      label(drop.label, cx + (toLeft ? -6 : 6), bottom - 6 - 12 * index, toLeft ? "end" : "start"),
    );
  }
  const frame = { xKind: x.kind, yKind: y.kind, xDomain: domains.xDomain, area, px, py };
  for (const { label: words, path, x: atX, y: atY, anchor } of placeReferences(references, frame)) {
    out.push(element("path", { d: path, fill: "none", stroke: theory, "stroke-width": 1.25 * scale, "stroke-dasharray": "6 4" }));
    out.push(label(words, atX, atY, anchor));
  }
  return out.join("");
}

/** Under letters, so that a line behind them does not cut through. */
const halo = (inside: string, scale: number): Record<string, string | number> =>
  inside === "none" ? {} : { stroke: inside, "stroke-width": 3 * scale, "paint-order": "stroke" };

interface DrawnLine {
  one: ChartSeries;
  raw: readonly PlotPoint[];
  shown: readonly PlotPoint[];
  gaps: DrawnSeries["gaps"];
}

/** Each series with what is drawn of it: smoothed where it is a line and that was asked for. */
export const linesOf = ({ smoothing }: ChartFigure, series: readonly ChartSeries[], drawn: readonly DrawnSeries[]): DrawnLine[] =>
  series.map((one, index): DrawnLine => {
    const { points = [], gaps = [] } = drawn[index] ?? {};
    if (!(smoothing > 0) || one.draw !== "line") return { one, raw: points, shown: points, gaps };
    const smooth = smoothSeries(
      points.map((point) => point.y),
      smoothing,
    );
    return { one, raw: points, shown: points.map((point, at) => ({ ...point, y: smooth[at] ?? null })), gaps };
  });

/** Bands, bars and lines. */
export function drawLines(
  { x, y }: ChartFigure,
  lines: readonly DrawnLine[],
  { px, py }: Frame,
  { dark, scale = 1 }: MarkLook,
): string {
  const colourOf = ({ style }: ChartSeries) => plainColour(style.colour, dark);
  const bands = lines.map(({ one }) => {
    if (!one.band) return "";
    if (!one.bars)
      return element("path", { d: bandPath(bandPieces(one, x.kind, y.kind), px, py), fill: colourOf(one), "fill-opacity": 0.14 });
    const d = barsPath(bandBars(one, x.kind, y.kind), px, py);
    return element("path", { d, stroke: colourOf(one), fill: "none", "stroke-width": 1.25 * scale });
  });
  const paths = lines.map(({ one, raw, shown }) => {
    if (one.draw === "dots") return "";
    const line = { fill: "none", stroke: colourOf(one), "stroke-linejoin": "round" };
    const behind = raw === shown ? "" : element("path", { d: linePath(raw, px, py), ...line, "stroke-opacity": 0.28 });
    const dash = one.style.dash
      .split(" ")
      .filter(Boolean)
      .map((part) => Number(part) * scale)
      .join(" ");
    const over = { "stroke-width": (one.minor ? 1 : 1.75) * scale, "stroke-dasharray": dash };
    return `${behind}${element("path", { d: linePath(shown, px, py), ...line, ...over, "stroke-opacity": one.style.opacity })}`;
  });
  return [...bands, ...paths].join("");
}

const longSeries = 60;

/** Markers, crosses where a value cannot be drawn, and short names at the ends of lines. */
export function drawMarkers(lines: readonly DrawnLine[], { area, px, py }: Frame, look: MarkLook): string {
  const { dark, inside, scale = 1, raise = false } = look;
  const [right, bottom] = [area.x + area.width, area.y + area.height];
  const within = (cx: number) => cx >= area.x - 0.5 && cx <= right + 0.5;
  const out = lines.flatMap(({ one, shown, gaps }) => {
    if (one.bare) return [];
    const sparse = one.draw === "line" && shown.length > 0;
    const radius = scale * (one.strong ? 4 : one.minor ? 2.2 : sparse ? 2.6 : 3.6);
    const colour = plainColour(one.style.colour, dark);
    const opacity = one.minor && !one.strong ? 0.45 : one.style.opacity;
    const places = sparse ? spreadMarkers(shown, shown.length > longSeries ? 5 : 7) : shown.map((_, index) => index);
    const markers = places.flatMap((index) => {
      const point = shown[index];
      if (point === undefined || point.y === null) return [];
      const [cx, cy] = [heldPixel(px(point.x)), heldPixel(py(point.y))];
      if (!within(cx) || cy < area.y - 1 || cy > bottom + 1) return [];
      const hollow = one.hollow?.[index] ?? false;
      const transform = `translate(${cx.toFixed(1)},${cy.toFixed(1)})`;
      const filled = {
        fill: hollow ? inside : colour,
        "fill-rule": "evenodd",
        stroke: colour,
        "stroke-width": hollow ? 1.5 : 0.5,
      };
      return [element("path", { d: markerPath(one.style.marker, radius), transform, ...filled, opacity })];
    });
    const crosses = gaps.flatMap((gap) => {
      const cx = heldPixel(px(gap.x));
      const transform = `translate(${cx.toFixed(1)},${(bottom - 2).toFixed(1)})`;
      return within(cx) ? [element("path", { d: "M-3,-6L3,0M3,-6L-3,0", transform, stroke: colour, "stroke-width": 1.25 })] : [];
    });
    return [...markers, ...crosses];
  });
  const ends = lines.flatMap(({ one, shown }) => {
    const end = one.endLabel ? shown.findLast((point) => point.y !== null && px(point.x) <= right + 0.5) : undefined;
    const at = end?.y == null ? null : py(end.y);
    return at === null || at < area.y - 1 || at > bottom + 1 ? [] : [{ text: one.endLabel as string, at }];
  });
  const heights = spreadApart(
    ends.map((end) => end.at),
    11 * scale,
    area.y + 4,
    bottom - 2,
  );
  const words = { "font-size": 10 * scale, fill: plainColour("var(--ink-soft)", dark) };
  return [...out, ...ends.map(({ text }, index) => textAt(text, right + 6, (heights[index] as number) + 3.5, words, raise))].join(
    "",
  );
}
