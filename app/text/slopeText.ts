import type { SlopeFit } from "../../math/statistics/logLogSlope.ts";
import { fixed, intervalText, plusMinus } from "./plusMinus.ts";
import { shortNumber } from "./shortNumber.ts";

/** "−0.505 ± 0.064" (standard error), or "−0.505" where two places leave nothing to judge it by. */
export const slopeText = (fit: Pick<SlopeFit, "slope" | "standardError">): string => {
  if (fit.standardError === null) return fixed(fit.slope, 2);
  return plusMinus(fit.slope, fit.standardError);
};

/** The 95 % interval of the slope, "−0.681…−0.328"; null where two places leave none. */
export const slopeInterval = ({ slope, standardError, low, high }: SlopeFit): string | null =>
  standardError === null || low === null || high === null ? null : intervalText(low, high, slope, standardError);

/** Which places the slope is from: "2…21". */
export const slopeRange = ({ from, to }: Pick<SlopeFit, "from" | "to">): string => `${shortNumber(from)}…${shortNumber(to)}`;

/** "−0.505 ± 0.064 (95 %: −0.681…−0.328; depth 2…21)". */
export function slopeInFull(fit: SlopeFit, axis: string): string {
  const interval = slopeInterval(fit);
  const error = interval === null ? "two points, no error" : `95 %: ${interval}`;
  return `${slopeText(fit)} (${error}; ${axis} ${slopeRange(fit)})`;
}

/** "F(4, 12) = 27.8, p = 5.5×10⁻⁶", or why the misfit of the line cannot be judged. */
export function misfitText(fit: SlopeFit): string {
  const { lackOfFit } = fit;
  if (lackOfFit !== null) {
    const { f, numerator, denominator, p } = lackOfFit;
    return `F(${numerator}, ${denominator}) = ${plusMinus(f, null)}, ${probabilityText(p)}`;
  }
  if (fit.places < 3) return "two points: always a line";
  return fit.count === fit.places ? "one run at each point: cannot be judged" : "runs at a point agree exactly: cannot be judged";
}

/** "p = 0.018", "p = 5.52×10⁻⁶", "p < 10⁻¹²". */
export const probabilityText = (p: number): string =>
  p < 1e-12 ? "p < 10⁻¹²" : `p = ${p < 1e-3 ? plusMinus(p, null) : fixed(p, 3)}`;

type BandClaim = "within" | "steeper" | "flatter" | "open";

/** Where a slope's interval lies relative to a band of slopes; "open" if it contains an edge, or there is no interval. */
export function bandClaim(
  { low, high }: Pick<SlopeFit, "low" | "high">,
  [steepest, flattest]: readonly [number, number],
): BandClaim {
  if (low === null || high === null) return "open";
  if (low >= steepest && high <= flattest) return "within";
  if (high < steepest) return "steeper";
  return low > flattest ? "flatter" : "open";
}
