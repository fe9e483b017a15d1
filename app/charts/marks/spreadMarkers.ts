import type { PlotPoint } from "../layout/splitGaps.ts";

/** Indices of about `count` points spread over the drawn width. */
export function spreadMarkers(points: readonly PlotPoint[], count: number): number[] {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return [];
  const step = (last.x - first.x) / count || 1;
  const picked: number[] = [];
  let next = first.x + step / 2;
  points.forEach((point, index) => {
    if (point.x < next || point.y === null) return;
    picked.push(index);
    next = point.x + step;
  });
  const end = points.length - 1;
  if (last.y !== null && !picked.includes(end)) picked.push(end);
  return picked;
}
