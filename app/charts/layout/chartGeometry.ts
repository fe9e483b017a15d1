import type { AxisOptions } from "../axes/axisOptions.ts";
import { type AxisKind, paddedDomain, toPlot } from "../axes/plotCoordinates.ts";
import type { ChartSeries, ReferenceMark } from "../chartTypes.ts";
import { type DrawnSeries, splitGaps } from "./splitGaps.ts";

interface DrawnChart {
  /** One for each series, in order. */
  drawn: DrawnSeries[];
  /** Domains in plot coordinates. */
  xDomain: [number, number];
  yDomain: [number, number];
  /** Drawn values that lie within the x range. */
  shownPoints: number;
}

const within = (x: number, domain: [number, number] | null) => domain === null || (x >= domain[0] && x <= domain[1]);

function fixedDomain(axis: AxisOptions): [number, number] | null {
  if (!axis.range) return null;
  const low = toPlot(axis.range[0], axis.kind);
  const high = toPlot(axis.range[1], axis.kind);
  if (low === null || high === null) return null;
  // A window narrower than numbers can tell apart shows nothing.
  const least = Math.max(1e-290, 1e-12 * Math.max(Math.abs(low), Math.abs(high)));
  return high - low > least ? [low, high] : null;
}

/** Pixels that are drawn: what is far outside the plot is clipped, and a path cannot hold an infinite number. */
const farthest = 1e6;
export const heldPixel = (pixel: number | undefined): number => Math.min(farthest, Math.max(-farthest, pixel ?? 0));

/** Where everything lies: gaps taken out, and domains around what is seen, bands and references included. */
export function layoutChart(
  series: readonly ChartSeries[],
  x: AxisOptions,
  y: AxisOptions,
  references: readonly ReferenceMark[] = [],
): DrawnChart {
  const drawn = series.map((one) => splitGaps(one.xs, one.ys, x.kind, y.kind));
  const xFixed = fixedDomain(x);
  const xs: number[] = [];
  const ys: number[] = [];
  let shownPoints = 0;
  series.forEach((one, index) => {
    if (one.hidden) return;
    for (const point of drawn[index]?.points ?? []) {
      xs.push(point.x);
      if (!within(point.x, xFixed)) continue;
      if (point.y === null) continue;
      ys.push(point.y);
      shownPoints++;
    }
    if (!one.band) return;
    for (let i = 0; i < one.xs.length; i++) {
      const at = toPlot(one.xs[i], x.kind);
      if (at === null || !within(at, xFixed)) continue;
      for (const edge of [one.band.low[i], one.band.high[i]]) {
        const plotted = toPlot(edge, y.kind);
        if (plotted !== null) ys.push(plotted);
      }
    }
  });
  for (const reference of references)
    for (const value of (reference.pieces ?? reference.points)?.map((point) => point.y) ?? [reference.y]) {
      const plotted = toPlot(value, y.kind);
      if (plotted !== null) ys.push(plotted);
    }
  const yDomain = fixedDomain(y) ?? paddedDomain(ys, y.kind, 0.06);
  if (x.categories) return { drawn, xDomain: [-0.5, Math.max(1, x.categories.length) - 0.5], yDomain, shownPoints };
  // The values of the grid have their places before the first point comes.
  for (const value of x.tickValues ?? []) {
    const at = toPlot(value, x.kind);
    if (at !== null) xs.push(at);
  }
  const margin = x.tickValues !== undefined || xs.length <= 1 ? 0.05 : 0;
  return { drawn, xDomain: xFixed ?? widened(paddedDomain(xs, x.kind, margin), x.kind), yDomain, shownPoints };
}

/** Domain of an x axis without data: something that shows what will be drawn. */
const widened = (domain: [number, number], kind: AxisKind): [number, number] =>
  kind === "log2" && domain[1] - domain[0] < 1 ? [domain[0] - 0.5, domain[1] + 0.5] : domain;

/** A series' band as a bar at each point that has one, in plot coordinates. */
export const bandBars = (series: ChartSeries, xKind: AxisKind, yKind: AxisKind): { x: number; low: number; high: number }[] =>
  series.xs.flatMap((raw, i) => {
    const [x, low, high] = [toPlot(raw, xKind), toPlot(series.band?.low[i], yKind), toPlot(series.band?.high[i], yKind)];
    return x === null || low === null || high === null ? [] : [{ x, low, high }];
  });

/** A series' band in plot coordinates, in pieces between the places where it has none. */
export function bandPieces(series: ChartSeries, xKind: AxisKind, yKind: AxisKind): { x: number; low: number; high: number }[][] {
  const pieces: { x: number; low: number; high: number }[][] = [[]];
  series.xs.forEach((raw, i) => {
    const [x, low, high] = [toPlot(raw, xKind), toPlot(series.band?.low[i], yKind), toPlot(series.band?.high[i], yKind)];
    if (x === null || low === null || high === null) pieces.push([]);
    else pieces.at(-1)?.push({ x, low, high });
  });
  return pieces.filter((piece) => piece.length > 1);
}
