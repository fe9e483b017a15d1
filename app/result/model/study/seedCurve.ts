import { isTerminal, type RunStatus } from "../../../../contract/status.ts";
import { logLogSlope, type SlopeFit } from "../../../../math/statistics/logLogSlope.ts";
import { geometricBand, meanBand } from "../../../../math/statistics/seedBand.ts";
import { type MeanKind, meanKind } from "../../../text/meanText.ts";
import { slopeInFull } from "../../../text/slopeText.ts";

/** What curves need to know of a run, wherever it was trained. */
export interface CurveRun {
  id: string;
  status: RunStatus;
}

/** A mean over runs that differ in their seed alone. */
export interface SeedMean<Run extends CurveRun> {
  /** Runs behind the mean. */
  runs: Run[];
  mean: number | null;
  low: number | null;
  high: number | null;
  /** Runs with a value the mean cannot use (not above 0 on a logarithmic scale). */
  omitted: number;
  /** The mean is of runs that are still training. */
  unfinished: boolean;
}

export interface CurvePoint<Run extends CurveRun> extends SeedMean<Run> {
  x: number;
}

/** A run with its value, before it has a place. */
export interface CurveValue<Run extends CurveRun> {
  run: Run;
  value: number;
  unfinished: boolean;
  /** Left out of means and slopes by the study's rule. */
  unconverged: boolean;
}

export interface CurveDot<Run extends CurveRun> extends CurveValue<Run> {
  x: number;
}

/** Means over the seeds at each place, and the slope through them. */
export interface SeedCurve<Run extends CurveRun> {
  key: string;
  label: string;
  points: CurvePoint<Run>[];
  /** Every run with a value, finished or not, for the dots. */
  dots: CurveDot<Run>[];
  /** How runs of one place are averaged; null where no place has two. */
  mean: MeanKind | null;
  /** null: fewer than two places with a value above 0 in the range, or a linear scale. */
  fit: SlopeFit | null;
  /** Runs in the means. */
  count: number;
  unfinished: boolean;
}

/** Runs without a place on the x axis, drawn across it with their band. */
export interface AcrossCurve<Run extends CurveRun> extends SeedMean<Run> {
  kind: MeanKind;
  key: string;
  label: string;
}

export const endedBadly = ({ status }: CurveRun): boolean => isTerminal(status) && status !== "finished";

/** Mean of the finished runs; while none is finished, of the running ones, and says so. */
export function seedMean<Run extends CurveRun>(
  here: readonly CurveValue<Run>[],
  log: boolean,
): SeedMean<Run> & { values: number[] } {
  const finished = here.filter(({ unfinished }) => !unfinished);
  const chosen = finished.length > 0 ? finished : here;
  const values = chosen.map(({ value }) => value);
  const band = log ? geometricBand(values) : meanBand(values);
  return {
    values,
    runs: chosen.map(({ run }) => run),
    mean: band?.mean ?? null,
    low: band?.low ?? null,
    high: band?.high ?? null,
    omitted: band?.omitted ?? values.length,
    unfinished: finished.length === 0,
  };
}

interface CurveScale {
  /** Means are of logarithms. */
  log: boolean;
  /** Whether the x axis is logarithmic as well, so that the curve has a slope. */
  sloped: boolean;
  /** Places that slopes are from; absent or null = all. */
  fit?: { from: number; to: number } | null;
}

/** The means of some runs at each of their places, and the slope through them. */
export function seedCurve<Run extends CurveRun>(
  dots: CurveDot<Run>[],
  { log, sloped, fit }: CurveScale,
): Omit<SeedCurve<Run>, "key" | "label"> {
  const usable = dots.filter((dot) => !dot.unconverged);
  const used: { x: number; y: number; unfinished: boolean }[] = [];
  const xs = [...new Set(usable.map((dot) => dot.x))].sort((a, b) => a - b);
  const points = xs.map((at): CurvePoint<Run> => {
    const { values, ...mean } = seedMean(
      usable.filter((dot) => dot.x === at),
      log,
    );
    if (fit && (at < fit.from || at > fit.to)) return { x: at, ...mean };
    for (const y of values) used.push({ x: at, y, unfinished: mean.unfinished });
    return { x: at, ...mean };
  });
  // Unfinished training would tilt the slope: it counts only while fewer than two places are finished.
  const settled = used.filter(({ unfinished }) => !unfinished);
  const basis = slopeOf(settled) === null ? used : settled;
  return {
    points,
    dots,
    mean: points.some((point) => point.runs.length > 1) ? meanKind(log) : null,
    fit: log && sloped ? slopeOf(basis) : null,
    count: points.reduce((sum, point) => sum + point.runs.length, 0),
    unfinished: points.some((point) => point.unfinished),
  };
}

function slopeOf(points: readonly { x: number; y: number }[]): SlopeFit | null {
  const places = new Set(points.filter(({ x, y }) => x > 0 && y > 0).map(({ x }) => x));
  return places.size < 2 ? null : logLogSlope(points);
}

/** "RN1, geometric mean, N = 18, slope −0.505 ± 0.064 (95 %: −0.681…−0.328; depth 2…21), so far": a curve's entry in the legend. */
export function seedCurveLegend<Run extends CurveRun>(curve: SeedCurve<Run>, axis: string): string {
  const parts = [curve.label, curve.mean === null ? "" : `${curve.mean} mean`, `N = ${curve.count}`];
  if (curve.fit) parts.push(`slope ${slopeInFull(curve.fit, axis)}`);
  const text = parts.filter((part) => part !== "").join(", ");
  return curve.unfinished ? `${text}, so far` : text;
}

/** "UFM, geometric mean, N = 3, drawn across". */
export const baselineLegend = <Run extends CurveRun>(baseline: AcrossCurve<Run>): string =>
  `${baseline.label}${baseline.runs.length > 1 ? `, ${baseline.kind} mean` : ""}, N = ${baseline.runs.length}, drawn across${baseline.unfinished ? ", so far" : ""}`;
