import { MathError } from "../MathError.ts";

/**
 * The quantile q_p of finite values, linear between order statistics: with h = (N−1)p, x_⌊h⌋ + (h − ⌊h⌋)(x_⌊h⌋₊₁ − x_⌊h⌋).
 * @throws {MathError} if there is no value, a value is not finite, or p is not in [0, 1]
 * Source: Hyndman, Fan (1996), The American Statistician 50, definition 7.
 */
export function quantile(values: readonly number[], probability: number): number {
  if (!(probability >= 0 && probability <= 1)) throw new MathError(`probability ${probability} must be from 0 to 1`);
  if (values.length === 0) throw new MathError("0 values, at least 1 is needed");
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new MathError(`value ${bad} must be finite`);
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * probability;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

/** The median, quantile ½. @throws {MathError} as `quantile` */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
