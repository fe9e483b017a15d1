import { MathError } from "./MathError.ts";
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
  /** Standard error of the slope; null with two points, which leave nothing to judge it by. */
  standardError: number | null;
  /** Confidence interval of the slope by Student's t with count − 2 degrees of freedom; null with two points. */
  low: number | null;
  high: number | null;
  /** Points used. */
  count: number;
  /** Points left out because x or y is not finite or not above 0. */
  omitted: number;
}

/**
 * The log-log slope of y against x by least squares over all points (every depth and seed one point):
 * slope = S_xy/S_xx of the log10 values, standard error √(SSR/(n−2)/S_xx). Points with a value not above 0 are left out and counted.
 * @throws {MathError} if fewer than two different x are left or the level is not in (0, 1)
 * Source: ordinary least squares; Draper, Smith (1998), Applied Regression Analysis, ch. 1.
 */
export function logLogSlope(points: readonly Point[], level = 0.95): SlopeFit {
  if (!(level > 0 && level < 1)) throw new MathError(`level ${level} must be between 0 and 1`);
  const used = points.filter(({ x, y }) => x > 0 && y > 0 && Number.isFinite(x) && Number.isFinite(y));
  const omitted = points.length - used.length;
  const distinct = new Set(used.map(({ x }) => x)).size;
  if (distinct < 2)
    throw new MathError(`${distinct} different x values above 0 (${omitted} points left out), at least 2 are needed`);
  const xs = used.map(({ x }) => Math.log10(x));
  const ys = used.map(({ y }) => Math.log10(y));
  const count = used.length;
  const meanX = xs.reduce((sum, x) => sum + x, 0) / count;
  const meanY = ys.reduce((sum, y) => sum + y, 0) / count;
  const sxx = xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0);
  const slope = xs.reduce((sum, x, i) => sum + (x - meanX) * (ys[i] - meanY), 0) / sxx;
  const intercept = meanY - slope * meanX;
  if (count === 2) return { slope, intercept, standardError: null, low: null, high: null, count, omitted };
  const residual = xs.reduce((sum, x, i) => sum + (ys[i] - meanY - slope * (x - meanX)) ** 2, 0);
  const standardError = Math.sqrt(residual / (count - 2) / sxx);
  const reach = studentTQuantile((1 + level) / 2, count - 2) * standardError;
  return { slope, intercept, standardError, low: slope - reach, high: slope + reach, count, omitted };
}
