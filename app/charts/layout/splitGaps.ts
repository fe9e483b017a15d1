import { countOf, formatCount } from "../../text/formatNumber.ts";
import { type AxisKind, smallestDrawn, toPlot } from "../axes/plotCoordinates.ts";

type GapReason = "missing" | "not above 0" | "below 10⁻¹²" | "beyond ±10³⁰⁰";

/** A point in plot coordinates; `y` null breaks the line there. */
export interface PlotPoint {
  x: number;
  y: number | null;
  /** The measured numbers, for the crosshair and the tables. */
  rawX: number;
  rawY: number | null;
}

export interface DrawnSeries {
  points: PlotPoint[];
  /** Plot x of every point that became a gap, with the reason. */
  gaps: { x: number; reason: GapReason }[];
  /** Points without a place on the x axis: step 0 on a logarithmic one. */
  offAxis: number;
}

/**
 * Turns a series into what an axis can draw. A value that cannot be drawn (missing, not finite, ≤ 0 or < 1e-12 on a
 * logarithmic axis) becomes a gap that is counted, never a number.
 */
export function splitGaps(xs: readonly number[], ys: readonly (number | null)[], xKind: AxisKind, yKind: AxisKind): DrawnSeries {
  const drawn: DrawnSeries = { points: [], gaps: [], offAxis: 0 };
  for (let i = 0; i < xs.length; i++) {
    const rawX = xs[i] as number;
    const rawY = ys[i] ?? null;
    const x = toPlot(rawX, xKind);
    if (x === null) {
      drawn.offAxis++;
      continue;
    }
    const tooSmall = yKind === "log10" && rawY !== null && rawY > 0 && rawY < smallestDrawn;
    const y = tooSmall ? null : toPlot(rawY, yKind);
    drawn.points.push({ x, y, rawX, rawY });
    if (y !== null) continue;
    drawn.gaps.push({ x, reason: tooSmall ? "below 10⁻¹²" : gapReason(rawY, yKind) });
  }
  return drawn;
}

function gapReason(value: number | null, kind: AxisKind): GapReason {
  if (value === null || !Number.isFinite(value)) return "missing";
  return kind === "linear" ? "beyond ±10³⁰⁰" : "not above 0";
}

/** "3 points not above 0: crosses on the axis", "4 crosses on the axis: 3 not above 0, 1 missing", or null when nothing is left out. */
export function describeGaps(series: readonly DrawnSeries[]): string | null {
  const counts = new Map<string, number>();
  for (const { gaps } of series) for (const { reason } of gaps) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  if (counts.size === 0) return null;
  if (counts.size === 1) {
    const [[reason, count]] = [...counts] as [[string, number]];
    return `${countOf(count, "point")} ${reason}: ${count === 1 ? "a cross" : "crosses"} on the axis`;
  }
  const parts = [...counts].map(([reason, count]) => `${formatCount(count)} ${reason}`);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return `${formatCount(total)} crosses on the axis: ${parts.join(", ")}`;
}
