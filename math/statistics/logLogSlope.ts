import { MathError } from "../MathError.ts";
import { type Group, type LackOfFit, lackOfFit, meanOf, weightedLine } from "./lackOfFit.ts";
import { studentTQuantile } from "./studentT.ts";

/** One value at one depth (or any other positive x). */
export interface Point {
  x: number;
  y: number;
}

/** A straight line log10 y = intercept + slope · log10 x. */
export interface SlopeFit {
  slope: number;
  intercept: number;
  /** Standard error of the slope, from the scatter of the means of the places; null with two places, which leave nothing to judge it by. */
  standardError: number | null;
  /** Confidence interval of the slope by Student's t with `freedom` degrees of freedom; null with two places. */
  low: number | null;
  high: number | null;
  /** Places − 2. */
  freedom: number;
  /** Different x that have a value, and the first and the last of them. */
  places: number;
  from: number;
  to: number;
  /** Values used, over all places. */
  count: number;
  /** Values left out because x or y is not finite or not above 0. */
  omitted: number;
  /** The lack of fit of the line against the scatter of the values of one place; null where that cannot be judged. */
  lackOfFit: LackOfFit | null;
}

/**
 * The log-log slope of y against x by least squares through the mean of log10 y at each x (G places, each of weight 1):
 * slope = S_xy/S_xx, standard error √(SSR/(G − 2)/S_xx), interval slope ± t_{(1+level)/2, G−2} · standard error.
 * The values of one place (the seeds of a depth) share that depth's distance from the line. They are not independent about it, so an
 * error from all N values is too small; the means are, and with few places this is exact where a sandwich estimator clustered by place,
 * which needs many, is too small as well. Points with a value not above 0 are left out and counted.
 * @throws {MathError} if fewer than two different x are left or the level is not in (0, 1)
 * Source: Donald, Lang (2007), Inference with Difference-in-Differences and Other Panel Data, Rev. Econ. Statist. 89, § II;
 * on clustering with few clusters: Cameron, Miller (2015), J. Human Resources 50, § VI.
 */
export function logLogSlope(points: readonly Point[], level = 0.95): SlopeFit {
  if (!(level > 0 && level < 1)) throw new MathError(`level ${level} must be between 0 and 1`);
  const used = points.filter(({ x, y }) => x > 0 && y > 0 && Number.isFinite(x) && Number.isFinite(y));
  const omitted = points.length - used.length;
  const groups = groupsOf(used);
  const places = groups.length;
  if (places < 2) throw new MathError(`${places} different x values above 0 (${omitted} left out), at least 2 are needed`);
  const means = groups.map(({ x, ys }) => ({ x, y: meanOf(ys), weight: 1 }));
  const { slope, intercept, sxx } = weightedLine(means);
  const xs = used.map(({ x }) => x);
  const known = {
    slope,
    intercept,
    places,
    freedom: places - 2,
    from: Math.min(...xs),
    to: Math.max(...xs),
    count: used.length,
    omitted,
  };
  if (places === 2) return { ...known, standardError: null, low: null, high: null, lackOfFit: null };
  const residual = means.reduce((sum, { x, y }) => sum + (y - intercept - slope * x) ** 2, 0);
  const standardError = Math.sqrt(residual / (places - 2) / sxx);
  const reach = studentTQuantile((1 + level) / 2, places - 2) * standardError;
  return { ...known, standardError, low: slope - reach, high: slope + reach, lackOfFit: lackOfFit(groups) };
}

/** The log10 values at each log10 x, in order of x. Grouped by the logarithm, as two x that share one cannot span a line. */
function groupsOf(points: readonly Point[]): Group[] {
  const groups = new Map<number, number[]>();
  for (const { x, y } of points) {
    const at = Math.log10(x);
    groups.set(at, [...(groups.get(at) ?? []), Math.log10(y)]);
  }
  return [...groups].map(([x, ys]) => ({ x, ys })).sort((a, b) => a.x - b.x);
}
