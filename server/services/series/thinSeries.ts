import { createLTTB } from "downsample";
import { type Points, pointsOf } from "../../../db/seriesCodec.ts";

interface Place {
  value: number;
  x: number;
  y: number;
}

const largestTriangles = createLTTB<Place>({ x: "x", y: "y" });

/** Points from which on the extremes of equal parts are chosen first: largest triangles of a million points take half a second. */
const manyPoints = 50_000;
/** Of those extremes, how many for each point that is wanted (Van Der Donckt et al. 2023, MinMaxLTTB). */
const extremesEach = 4;

/**
 * At most `maxPoints` of a series' points, the first and the last among them, chosen so that its line keeps its looks
 * (largest triangles, Steinarsson 2013). A series of positive values over more than two decades is judged as its log axis draws it.
 */
export function thinSeries({ steps, values }: Points, maxPoints: number): Points {
  if (values.length <= maxPoints) return { steps, values };
  if (values.length > manyPoints && values.length > extremesEach * maxPoints)
    return thinSeries(extremesOf({ steps, values }, extremesEach * maxPoints), maxPoints);
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  const onLog = least > 0 && most / least > 100;
  const places: Place[] = [];
  for (const [step, value] of pointsOf({ steps, values })) places.push({ value, x: step, y: onLog ? Math.log10(value) : value });
  const kept = largestTriangles(places, maxPoints) as Place[];
  return { steps: kept.map(({ x }) => x), values: kept.map(({ value }) => value) };
}

/** The first and the last point, and the least and the greatest of each of about count/2 equal parts, in their order. */
function extremesOf({ steps, values }: Points, count: number): Points {
  const kept: Points = { steps: [], values: [] };
  const keep = (at: number) => {
    kept.steps.push(steps[at]!);
    kept.values.push(values[at]!);
  };
  keep(0);
  const parts = Math.floor(count / 2) - 1;
  const last = values.length - 1;
  for (let part = 0; part < parts; part++) {
    const from = 1 + Math.floor((part * (last - 1)) / parts);
    const until = 1 + Math.floor(((part + 1) * (last - 1)) / parts);
    let [least, most] = [from, from];
    for (let at = from + 1; at < until; at++) {
      if (values[at]! < values[least]!) least = at;
      if (values[at]! > values[most]!) most = at;
    }
    keep(Math.min(least, most));
    if (least !== most) keep(Math.max(least, most));
  }
  keep(last);
  return kept;
}
