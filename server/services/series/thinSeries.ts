import { createLTTB } from "downsample";
import { type Points, pointsOf } from "../../../db/seriesCodec.ts";

interface Place {
  value: number;
  x: number;
  y: number;
}

const largestTriangles = createLTTB<Place>({ x: "x", y: "y" });

/**
 * At most `maxPoints` of a series' points, the first and the last among them, chosen so that its line keeps its looks
 * (largest triangles, Steinarsson 2013). A series of positive values over more than two decades is judged as its log axis draws it.
 */
export function thinSeries({ steps, values }: Points, maxPoints: number): Points {
  if (values.length <= maxPoints) return { steps, values };
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  const onLog = least > 0 && most / least > 100;
  const places: Place[] = [];
  for (const [step, value] of pointsOf({ steps, values })) places.push({ value, x: step, y: onLog ? Math.log10(value) : value });
  const kept = largestTriangles(places, maxPoints) as Place[];
  return { steps: kept.map(({ x }) => x), values: kept.map(({ value }) => value) };
}
