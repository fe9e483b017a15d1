import type { DrawnSeries, PlotPoint } from "../layout/splitGaps.ts";

/** Index of the point whose plot x is nearest, by bisection (points are in order of x); -1 if there is none. */
export function nearestIndex(points: readonly PlotPoint[], x: number): number {
  if (points.length === 0) return -1;
  let low = 0;
  let high = points.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((points[middle] as PlotPoint).x < x) low = middle;
    else high = middle;
  }
  const before = points[low] as PlotPoint;
  const after = points[high] as PlotPoint;
  return Math.abs(before.x - x) <= Math.abs(after.x - x) ? low : high;
}

/** The drawn point nearest to a place in pixels, at most `reach` away. */
export function nearestDrawn(
  drawn: readonly DrawnSeries[],
  place: { x: number; y: number },
  toPixel: (point: { x: number; y: number }) => { x: number; y: number },
  reach: number,
  skip: (seriesIndex: number) => boolean,
): { series: number; index: number } | null {
  let best: { series: number; index: number } | null = null;
  let bestDistance = reach;
  drawn.forEach(({ points }, series) => {
    if (skip(series)) return;
    points.forEach((point, index) => {
      if (point.y === null) return;
      const pixel = toPixel({ x: point.x, y: point.y });
      const distance = Math.hypot(pixel.x - place.x, pixel.y - place.y);
      if (distance <= bestDistance) {
        best = { series, index };
        bestDistance = distance;
      }
    });
  });
  return best;
}
