import { MathError } from "../MathError.ts";
import { studentTQuantile } from "./studentT.ts";

/** A mean over seeds and its confidence band; low and high are null where fewer than two values leave no band. */
export interface Band {
  /** Values used. */
  count: number;
  mean: number;
  low: number | null;
  high: number | null;
  /** Sample standard deviation (divides by count − 1), of log10 values in `geometricBand`; null for one value. */
  standardDeviation: number | null;
  /** Values left out: not finite or, in `geometricBand`, not above 0. */
  omitted: number;
}

/**
 * Mean and confidence band of the mean over seeds: mean ± t_{(1+level)/2, N−1} · std/√N.
 * Values that are not finite are left out and counted; null where none is left.
 * @throws {MathError} if the level is not in (0, 1)
 * Source: Student (1908), Biometrika 6.
 */
export function meanBand(values: readonly number[], level = 0.95): Band | null {
  if (!(level > 0 && level < 1)) throw new MathError(`level ${level} must be between 0 and 1`);
  const used = values.filter((value) => Number.isFinite(value));
  const count = used.length;
  const omitted = values.length - count;
  if (count === 0) return null;
  const mean = used.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { count, mean, low: null, high: null, standardDeviation: null, omitted };
  const standardDeviation = Math.sqrt(used.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1));
  const reach = (studentTQuantile((1 + level) / 2, count - 1) * standardDeviation) / Math.sqrt(count);
  return { count, mean, low: mean - reach, high: mean + reach, standardDeviation, omitted };
}

/**
 * Mean and band on the log10 scale, given back on the plain scale: 10^(band of log10 values), so `mean` is the geometric mean.
 * Values that are not finite or not above 0 are left out and counted; null where none is left.
 * @throws {MathError} if the level is not in (0, 1)
 */
export function geometricBand(values: readonly number[], level = 0.95): Band | null {
  const band = meanBand(
    values.map((value) => (value > 0 ? Math.log10(value) : Number.NaN)),
    level,
  );
  if (!band) return null;
  const back = (value: number | null) => (value === null ? null : 10 ** value);
  return { ...band, mean: 10 ** band.mean, low: back(band.low), high: back(band.high) };
}
