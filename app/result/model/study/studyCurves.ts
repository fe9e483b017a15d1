import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import type { StudyMetric } from "../../../../contract/metrics/metricInfo.ts";
import type { Split } from "../../../../contract/metrics/seriesKey.ts";
import { isTerminal } from "../../../../contract/status.ts";
import { isUnconverged, type LeaveOutRule } from "../../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { logLogSlope, type SlopeFit } from "../../../../math/statistics/logLogSlope.ts";
import { geometricBand, meanBand } from "../../../../math/statistics/seedBand.ts";
import { type MeanKind, meanKind } from "../../../text/meanText.ts";
import { slopeInFull } from "../../../text/slopeText.ts";
import { type DataTag, withData } from "../grid/dataVersions.ts";
import { cellLabel, type GridAxisId, groupCells } from "../grid/gridAxes.ts";
import { studyValue } from "../metrics/studyMetrics.ts";
import { groupLines, lineAxes, type StudyAxisId, studyAxes } from "./studyAxes.ts";
import { placesOn } from "./studyPlaces.ts";

/** A mean over runs that differ in their seed alone. */
export interface SeedMean {
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

export interface StudyPoint extends SeedMean {
  x: number;
}

export interface StudyDot {
  run: RunRow;
  x: number;
  value: number;
  unfinished: boolean;
  /** Left out of means and slopes by the study's rule. */
  unconverged: boolean;
}

export interface StudyCurve {
  key: string;
  label: string;
  x: StudyAxisId;
  config: RunConfig;
  data: DataTag;
  points: StudyPoint[];
  /** Every run with a value, finished or not, for the dots. */
  dots: StudyDot[];
  /** How runs of one place are averaged; null where no place has two. */
  mean: MeanKind | null;
  /** null: fewer than two places with a value above 0 in the range, or a linear scale. */
  fit: SlopeFit | null;
  /** Runs in the means. */
  count: number;
  unfinished: boolean;
}

/** Runs without a place on the x axis: free features over depth, no decay over λ. Drawn across, with their band. */
export interface Baseline extends SeedMean {
  kind: MeanKind;
  key: string;
  label: string;
  config: RunConfig;
  data: DataTag;
}

export interface StudyCurves {
  curves: StudyCurve[];
  baselines: Baseline[];
  /** Runs left out because they ended without a result (diverged, failed, cancelled). */
  endedBadly: number;
  /** Runs left out by the study's rule of convergence. */
  unconverged: number;
}

interface CurveChoice {
  metric: StudyMetric;
  split: Split;
  x: StudyAxisId;
  /** Axes that make a line each. */
  lines: readonly GridAxisId[];
  log: boolean;
  /** Places that slopes are from; absent or null = all. */
  fit?: { from: number; to: number } | null;
  rule?: LeaveOutRule;
}

/** Axes that make a line each when nothing else is chosen: all that vary but x and seed. */
export const defaultLines = (rows: readonly RunRow[], x: StudyAxisId): GridAxisId[] => lineAxes(rows, x);

const endedBadly = (run: RunRow) => isTerminal(run.status) && run.status !== "finished";

/** Mean of the finished runs; while none is finished, of the running ones, and says so. */
function seedMean(here: readonly Omit<StudyDot, "x">[], log: boolean): SeedMean & { values: number[] } {
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

/**
 * A metric over an axis of the study: one curve for each value of the lines, and a baseline for runs without a place on the axis.
 * Runs that ended without a result, and those that the study's rule calls unconverged, are left out of means and slopes and counted.
 */
export function studyCurves(rows: readonly RunRow[], { metric, split, x, lines, log, fit, rule }: CurveChoice): StudyCurves {
  const place = placesOn(x, rows);
  const dotOf = (run: RunRow): Omit<StudyDot, "x">[] => {
    const value = endedBadly(run) ? null : studyValue(run, metric, split);
    return value === null ? [] : [{ run, value, unfinished: !isTerminal(run.status), unconverged: isUnconverged(run, rule) }];
  };
  const placed = rows.filter((row) => place(row.config) !== null);
  const curves = groupLines(placed, lines, x).map((cell): StudyCurve => {
    const dots = cell.members.flatMap((run) => dotOf(run).map((dot) => ({ ...dot, x: place(run.config) as number })));
    const usable = dots.filter((dot) => !dot.unconverged);
    const used: { x: number; y: number; unfinished: boolean }[] = [];
    const xs = [...new Set(usable.map((dot) => dot.x))].sort((a, b) => a - b);
    const points = xs.map((at): StudyPoint => {
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
      key: cell.key,
      label: cell.label,
      x,
      config: cell.config,
      data: cell.data,
      points,
      dots,
      mean: points.some((point) => point.runs.length > 1) ? meanKind(log) : null,
      fit: log && studyAxes[x].kind !== "linear" ? slopeOf(basis) : null,
      count: points.reduce((sum, point) => sum + point.runs.length, 0),
      unfinished: points.some((point) => point.unfinished),
    };
  });
  return {
    curves,
    baselines: baselinesOf(
      rows.filter((row) => place(row.config) === null),
      lines,
      x,
      log,
      (members) =>
        seedMean(
          members.flatMap(dotOf).filter((dot) => !dot.unconverged),
          log,
        ),
    ),
    endedBadly: rows.filter(endedBadly).length,
    unconverged: rows.filter((row) => isUnconverged(row, rule)).length,
  };
}

function baselinesOf(
  rows: readonly RunRow[],
  lines: readonly GridAxisId[],
  x: StudyAxisId,
  log: boolean,
  meanOf: (members: readonly RunRow[]) => SeedMean,
): Baseline[] {
  const own: GridAxisId = x === "depth" ? "architecture" : studyAxes[x].grid;
  const axes = lines.includes(own) ? lines : [own, ...lines];
  return groupCells(rows, axes).flatMap((cell): Baseline[] => {
    const mean = meanOf(cell.members);
    if (mean.mean === null) return [];
    return [
      {
        ...mean,
        kind: meanKind(log),
        key: `across ${cell.key}`,
        label: withData(cellLabel(cell.config, axes), cell.data),
        config: cell.config,
        data: cell.data,
      },
    ];
  });
}

function slopeOf(points: readonly { x: number; y: number }[]): SlopeFit | null {
  const places = new Set(points.filter(({ x, y }) => x > 0 && y > 0).map(({ x }) => x));
  return places.size < 2 ? null : logLogSlope(points);
}

/** "RN1, geometric mean, N = 18, slope −0.505 ± 0.064 (95 %: −0.681…−0.328; depth 2…21), so far": a curve's entry in the legend. */
export function curveLegend(curve: StudyCurve): string {
  const parts = [curve.label, curve.mean === null ? "" : `${curve.mean} mean`, `N = ${curve.count}`];
  if (curve.fit) parts.push(`slope ${slopeInFull(curve.fit, studyAxes[curve.x].title)}`);
  const text = parts.filter((part) => part !== "").join(", ");
  return curve.unfinished ? `${text}, so far` : text;
}

/** "UFM, geometric mean, N = 3, drawn across". */
export const baselineLegend = (baseline: Baseline): string =>
  `${baseline.label}${baseline.runs.length > 1 ? `, ${baseline.kind} mean` : ""}, N = ${baseline.runs.length}, drawn across${baseline.unfinished ? ", so far" : ""}`;
