import { quantile } from "../../math/statistics/quantile.ts";

/** "p50 12 ms, p95 40 ms, max 55 ms (n = 1,000)" of times, ms. */
export function quantileText(times: readonly number[]): string {
  const at = (share: number) => Math.round(quantile(times, share));
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms (n = ${times.length.toLocaleString("en")})`;
}
