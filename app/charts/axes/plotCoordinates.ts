/** Axes live in plot coordinates: log10(value) on a logarithmic axis (log2 for depth), the value itself on a linear one. */
export type AxisKind = "linear" | "log10" | "log2";

/** Smallest value a logarithmic axis shows. */
export const smallestDrawn = 1e-12;
/** Largest magnitude that a linear axis shows: the difference of two such values is still finite. */
const largestDrawn = 1e300;

/** @returns plot coordinate, or null for what the axis cannot show (not finite; ≤ 0 on a logarithmic axis, beyond ±1e300 on a linear one). */
export function toPlot(value: number | null | undefined, kind: AxisKind): number | null {
  if (value === null || value === undefined || !Number.isFinite(value)) return null;
  if (kind === "linear") return Math.abs(value) > largestDrawn ? null : value;
  if (value <= 0) return null;
  return kind === "log10" ? Math.log10(value) : Math.log2(value);
}

export function fromPlot(at: number, kind: AxisKind): number {
  if (kind === "linear") return at;
  // The margin of an axis may lie beyond the largest number.
  return Math.min(Number.MAX_VALUE, kind === "log10" ? 10 ** at : 2 ** at);
}

/**
 * Domain in plot coordinates around the drawn values, with a margin; a log10 axis ends at 1e-12 and shows at least half
 * a decade, so that noise does not fill a panel.
 */
export function paddedDomain(values: Iterable<number>, kind: AxisKind, margin = 0.05): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return kind === "log10" ? [-3, 0] : [0, 1];
  const least = kind === "linear" ? Math.max(Math.abs(high) * 1e-3, 1e-9) : 0.5;
  if (high - low < least) {
    const middle = (high + low) / 2;
    low = middle - least / 2;
    high = middle + least / 2;
  }
  const pad = (high - low) * margin;
  const floor = Math.log10(smallestDrawn);
  if (kind === "log10") return [Math.max(low - pad, floor), Math.max(high + pad, floor + 0.5)];
  return [low - pad, high + pad];
}
