import { fisherTail } from "./fisherF.ts";

/** The values (log10 y) found at one place (log10 x). */
export interface Group {
  x: number;
  ys: readonly number[];
}

/** Whether the places lie on a line as closely as the values of one place lie together. */
export interface LackOfFit {
  /** Mean square of the lack of fit over that of the pure error; about 1 where the line holds. */
  f: number;
  /** Degrees of freedom: places − 2, values − places. */
  numerator: number;
  denominator: number;
  /** P(F > f) if the line holds. */
  p: number;
  /** Standard deviation of the values of one place, pooled: the pure error. */
  pureError: number;
}

/** The line through points with weights w by weighted least squares; x must not all be equal. */
export function weightedLine(points: readonly { x: number; y: number; weight: number }[]): {
  slope: number;
  intercept: number;
  sxx: number;
} {
  const total = points.reduce((sum, { weight }) => sum + weight, 0);
  const meanX = points.reduce((sum, { x, weight }) => sum + weight * x, 0) / total;
  const meanY = points.reduce((sum, { y, weight }) => sum + weight * y, 0) / total;
  const sxx = points.reduce((sum, { x, weight }) => sum + weight * (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, { x, y, weight }) => sum + weight * (x - meanX) * (y - meanY), 0) / sxx;
  return { slope, intercept: meanY - slope * meanX, sxx };
}

/**
 * The F test of a straight line against the pure error: with n_g values at place g of G, N in all,
 * F = [Σ n_g (ȳ_g − ŷ_g)²/(G − 2)] / [ΣΣ (y − ȳ_g)²/(N − G)], ŷ the least-squares line through all values.
 * null where it is not defined: fewer than three places, no place with two values, or values that agree at every place to rounding.
 * Source: Fisher (1922), J. Royal Statist. Soc. 85; Draper, Smith (1998), Applied Regression Analysis, § 2.1.
 */
export function lackOfFit(groups: readonly Group[]): LackOfFit | null {
  const means = groups.map(({ x, ys }) => ({ x, y: meanOf(ys), weight: ys.length }));
  const count = means.reduce((sum, { weight }) => sum + weight, 0);
  const numerator = groups.length - 2;
  const denominator = count - groups.length;
  if (numerator < 1 || denominator < 1) return null;
  const pure = groups.reduce(
    (sum, { ys }, g) => sum + ys.reduce((all, y) => all + (y - (means[g] as { y: number }).y) ** 2, 0),
    0,
  );
  const largest = Math.max(...groups.flatMap(({ ys }) => ys.map(Math.abs)));
  if (pure <= count * (4 * Number.EPSILON * largest) ** 2) return null;
  const { slope, intercept } = weightedLine(means);
  const lackSquares = means.reduce((sum, { x, y, weight }) => sum + weight * (y - intercept - slope * x) ** 2, 0);
  const f = lackSquares / numerator / (pure / denominator);
  return { f, numerator, denominator, p: fisherTail(f, numerator, denominator), pureError: Math.sqrt(pure / denominator) };
}

export const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
