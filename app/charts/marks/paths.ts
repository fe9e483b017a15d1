import { heldPixel } from "../layout/chartGeometry.ts";

/** Edges of a band in plot coordinates; null is a gap. */
export type DrawnBand = readonly { x: number; low: number; high: number }[][];

/** A band at one point, in plot coordinates. */
export interface DrawnBar {
  x: number;
  low: number;
  high: number;
}

export type Scale = (value: number) => number | undefined;

/** "M…L…" through the points, broken where a value cannot be drawn. */
export function linePath(points: readonly { x: number; y: number | null }[], px: Scale, py: Scale): string {
  let path = "";
  let pen = "M";
  for (const point of points) {
    if (point.y === null) {
      pen = "M";
      continue;
    }
    path += `${pen}${heldPixel(px(point.x)).toFixed(1)},${heldPixel(py(point.y)).toFixed(1)}`;
    pen = "L";
  }
  return path;
}

export function bandPath(pieces: DrawnBand, px: Scale, py: Scale): string {
  return pieces
    .map((piece) => {
      const high = piece.map((edge) => ({ x: edge.x, y: edge.high }));
      const low = piece.map((edge) => ({ x: edge.x, y: edge.low })).reverse();
      return `${linePath([...high, ...low], px, py)}Z`;
    })
    .join("");
}

/** Bars with a short stroke at each end. */
export const barsPath = (bars: readonly DrawnBar[], px: Scale, py: Scale): string =>
  bars
    .map(({ x, low, high }) => {
      const [at, from, to] = [heldPixel(px(x)), heldPixel(py(low)).toFixed(1), heldPixel(py(high)).toFixed(1)];
      const [left, right] = [(at - 4).toFixed(1), (at + 4).toFixed(1)];
      return `M${at.toFixed(1)},${from}V${to}M${left},${from}H${right}M${left},${to}H${right}`;
    })
    .join("");
