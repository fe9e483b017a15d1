import { powerOfTen } from "./shortNumber.ts";

/** A number with some decimals and a true minus; what rounds to 0 has no sign. */
export function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return /[1-9]/.test(text) ? text.replace("-", "−") : text.replace("-", "");
}

const exponentOf = (value: number): number => Number(value.toExponential(2).split("e")[1]);

/** A number without a factor 10^exponent. The text is shifted, as 10^−324 is 0. */
function scaled(value: number, exponent: number): number {
  const [mantissa, own] = value.toExponential().split("e") as [string, string];
  return Number(`${mantissa}e${Number(own) - exponent}`);
}

/** So many that the spread has two significant digits, or the value three where there is none; at most five of the value. */
function commonDecimals(value: number, spread: number | null): number {
  const own = 2 - (value === 0 ? 0 : exponentOf(value));
  const wanted = spread === null || spread === 0 ? own : Math.min(1 - exponentOf(Number(spread.toPrecision(2))), own + 2);
  return Math.max(0, wanted);
}

function joined(value: number, spread: number | null, decimals: number): string {
  if (spread === null) return fixed(value, decimals);
  const shown = fixed(spread, decimals);
  const vanishes = spread > 0 && !/[1-9]/.test(shown);
  return `${fixed(value, decimals)} ± ${vanishes ? `<${fixed(10 ** -decimals, decimals)}` : shown}`;
}

/**
 * A value and its spread (a standard deviation or error) with the same decimals: "−0.505 ± 0.064", "1.00 ± 0.00",
 * "(1.29 ± 0.15)×10⁻⁵"; without a spread three significant digits. "–" for a value that is not finite.
 */
export function plusMinus(value: number, spread: number | null): string {
  if (!Number.isFinite(value)) return "–";
  if (spread !== null && !Number.isFinite(spread)) return plusMinus(value, null);
  const size = Math.max(Math.abs(value), spread ?? 0);
  if (size === 0 || (size >= 1e-3 && size < 1e6)) return joined(value, spread, commonDecimals(value, spread));
  const exponent = exponentOf(size);
  const [mantissa, beside] = [scaled(value, exponent), spread === null ? null : scaled(spread, exponent)];
  const text = joined(mantissa, beside, commonDecimals(mantissa, beside));
  return `${spread === null ? text : `(${text})`}×${powerOfTen(exponent)}`;
}

/** The same of shares, in percent: "99.1 ± 0.4 %". */
export function plusMinusPercent(share: number, spread: number | null): string {
  if (!Number.isFinite(share)) return "–";
  // A hundred times the largest numbers overflows: those are shown unscaled.
  if (!Number.isFinite(share * 100)) return plusMinus(share, spread);
  return `${plusMinus(share * 100, spread === null ? null : spread * 100)} %`;
}

/** A confidence interval with the decimals that its spread has in `plusMinus`: "−0.681…−0.328". */
export function intervalText(low: number, high: number, value: number, spread: number): string {
  const decimals = commonDecimals(value, spread);
  return `${fixed(low, decimals)}…${fixed(high, decimals)}`;
}
