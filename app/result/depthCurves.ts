import type { RunConfig } from "../../contract/runConfig.ts";
import type { Metric, Split } from "../../contract/seriesKey.ts";
import { isTerminal } from "../../contract/status.ts";
import type { RunRow } from "../../contract/views.ts";
import { logLogSlope, type SlopeFit } from "../../math/logLogSlope.ts";
import { geometricBand, meanBand } from "../../math/seedBand.ts";
import { type GridAxisId, groupCells, varyingAxes } from "./gridAxes.ts";
import { lastValue } from "./lastValue.ts";

/** Between which the theory puts the slope of NC1, NC2, NC3 over depth (Súkeník, Lampert, Mondelli 2025). */
export const theorySlopes: [number, number] = [-1 / 2, -1 / 4];
export const hasTheorySlope = (metric: Metric): boolean => /^nc[123]\./.test(metric);

/** What the curve's x axis counts. */
export type CurveX = "depth" | "width";

export interface DepthPoint {
  /** Depth, or width. */
  x: number;
  /** Runs behind the mean. */
  runs: RunRow[];
  mean: number | null;
  low: number | null;
  high: number | null;
  /** Runs with a value the mean cannot use (not above 0 on a logarithmic scale). */
  omitted: number;
  /** The mean is of runs that are still training. */
  unfinished: boolean;
}

export interface DepthCurve {
  key: string;
  label: string;
  config: RunConfig;
  points: DepthPoint[];
  /** Every run with a value, finished or not, for the dots. */
  dots: { run: RunRow; value: number; unfinished: boolean }[];
  /** null: fewer than two depths with a value above 0, or a linear scale. */
  fit: SlopeFit | null;
  /** First and last x of the points behind the fit. */
  fitRange: [number, number];
  /** Runs in the means. */
  count: number;
  unfinished: boolean;
  /** Runs left out because they ended without a result (diverged, failed, cancelled). */
  leftOut: number;
}

/** Axes that make a line each when nothing else is chosen: all that vary but x and seed. */
export const defaultSplit = (runs: readonly RunRow[], xAxis: CurveX = "depth"): GridAxisId[] =>
  varyingAxes(runs.map((run) => run.config)).filter((axis) => axis !== xAxis && axis !== "seed");

const endedBadly = (run: RunRow) => isTerminal(run.status) && run.status !== "finished";

/**
 * One curve over depth (or width) for each value of the split. A place's mean is over its finished runs; while none is finished, over
 * the running ones, and the point says so. Runs that ended without a result are left out and counted.
 */
export function depthCurves(
  runs: readonly RunRow[],
  metric: Metric,
  split: Split,
  axes: readonly GridAxisId[],
  log: boolean,
  xAxis: CurveX = "depth",
): DepthCurve[] {
  return groupCells(runs, axes).map((cell) => {
    const valued = cell.members.flatMap((run) => {
      const value = lastValue(run, metric, split);
      return value === null ? [] : [{ run, value, unfinished: !isTerminal(run.status) }];
    });
    const usable = valued.filter(({ run }) => !endedBadly(run));
    const xs = [...new Set(usable.map(({ run }) => run.config[xAxis]))].sort((a, b) => a - b);
    const used: { x: number; y: number; unfinished: boolean }[] = [];
    const points = xs.map((x): DepthPoint => {
      const here = usable.filter(({ run }) => run.config[xAxis] === x);
      const finished = here.filter(({ unfinished }) => !unfinished);
      const chosen = finished.length > 0 ? finished : here;
      const values = chosen.map(({ value }) => value);
      const band = log ? geometricBand(values) : meanBand(values);
      for (const y of values) used.push({ x, y, unfinished: finished.length === 0 });
      return {
        x,
        runs: chosen.map(({ run }) => run),
        mean: band?.mean ?? null,
        low: band?.low ?? null,
        high: band?.high ?? null,
        omitted: band?.omitted ?? values.length,
        unfinished: finished.length === 0,
      };
    });
    // Unfinished training would tilt the slope: it counts only while fewer than two places are finished.
    const settled = used.filter(({ unfinished }) => !unfinished);
    const basis = slopeOf(settled) === null ? used : settled;
    const fit = log ? slopeOf(basis) : null;
    const fitted = basis.map(({ x }) => x);
    return {
      key: cell.key,
      label: cell.label,
      config: cell.config,
      points,
      dots: usable,
      fit,
      fitRange: [Math.min(...fitted), Math.max(...fitted)],
      count: points.reduce((sum, point) => sum + point.runs.length, 0),
      unfinished: points.some((point) => point.unfinished),
      leftOut: cell.members.filter(endedBadly).length,
    };
  });
}

function slopeOf(points: readonly { x: number; y: number }[]): SlopeFit | null {
  const places = new Set(points.filter(({ y }) => y > 0).map(({ x }) => x));
  return places.size < 2 ? null : logLogSlope(points);
}

const minus = (text: string) => text.replace("-", "−");

/** "−0.36 ± 0.04" (standard error), or "−0.36" where two points leave nothing to judge it by. */
export function slopeText(fit: SlopeFit): string {
  const slope = minus(fit.slope.toFixed(2));
  if (fit.standardError === null) return slope;
  const digits = fit.standardError < 0.005 ? 3 : 2;
  return `${minus(fit.slope.toFixed(digits))} ± ${fit.standardError.toFixed(digits)}`;
}

/** "RN1, N = 18, slope −0.36 ± 0.04 so far": a curve's entry in the legend. */
export function curveLegend(curve: DepthCurve): string {
  const parts = [curve.label, `N = ${curve.count}`];
  if (curve.fit) parts.push(`slope ${slopeText(curve.fit)}`);
  const text = parts.filter((part) => part !== "").join(", ");
  return curve.unfinished ? `${text}, so far` : text;
}
