import { MathError } from "../MathError.ts";

/** Ranks 1…n of values; equal values share the mean of their ranks. */
export function midRanks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => values[a] - values[b]);
  const ranks = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1]] === values[order[from]]) to++;
    for (let at = from; at <= to; at++) ranks[order[at]] = (from + to) / 2 + 1;
    from = to + 1;
  }
  return ranks;
}

/**
 * Spearman's rank correlation: the product-moment correlation of the mid-ranks of x and y, range [−1, 1].
 * @returns null where it does not exist: fewer than 3 pairs, or all x or all y equal
 * @throws {MathError} if the lists differ in length or a value is not finite
 * Source: Spearman (1904), Amer. J. Psychol. 15; ties by mid-ranks as in Kendall (1948), Rank Correlation Methods.
 */
export function rankCorrelation(xs: readonly number[], ys: readonly number[]): number | null {
  if (xs.length !== ys.length) throw new MathError(`${xs.length} values of x and ${ys.length} of y must be equally many`);
  const bad = [...xs, ...ys].find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new MathError(`value ${bad} must be finite`);
  if (xs.length < 3) return null;
  const middle = (xs.length + 1) / 2;
  const a = midRanks(xs).map((rank) => rank - middle);
  const b = midRanks(ys).map((rank) => rank - middle);
  const product = (p: readonly number[], q: readonly number[]) => p.reduce((sum, value, i) => sum + value * q[i], 0);
  const scale = Math.sqrt(product(a, a) * product(b, b));
  return scale === 0 ? null : Math.min(1, Math.max(-1, product(a, b) / scale));
}
