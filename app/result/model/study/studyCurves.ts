import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import type { StudyMetric } from "../../../../contract/metrics/metricInfo.ts";
import type { Split } from "../../../../contract/metrics/seriesKey.ts";
import { isTerminal } from "../../../../contract/status.ts";
import { isUnconverged, type LeaveOutRule } from "../../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { meanKind } from "../../../text/meanText.ts";
import { type DataTag, withData } from "../grid/dataVersions.ts";
import { cellLabel, type GridAxisId, groupCells } from "../grid/gridAxes.ts";
import { studyValue } from "../metrics/studyMetrics.ts";
import {
  type AcrossCurve,
  type CurvePoint,
  type CurveValue,
  endedBadly,
  type SeedCurve,
  type SeedMean,
  seedCurve,
  seedCurveLegend,
  seedMean,
} from "./seedCurve.ts";
import { groupLines, lineAxes, type StudyAxisId, studyAxes } from "./studyAxes.ts";
import { placesOn } from "./studyPlaces.ts";

export type StudyPoint = CurvePoint<RunRow>;
export type StudyMean = SeedMean<RunRow>;

export interface StudyCurve extends SeedCurve<RunRow> {
  x: StudyAxisId;
  config: RunConfig;
  data: DataTag;
}

/** Runs without a place on the x axis: free features over depth, no decay over λ. */
export interface Baseline extends AcrossCurve<RunRow> {
  config: RunConfig;
  data: DataTag;
}

export interface StudyCurves {
  curves: StudyCurve[];
  baselines: Baseline[];
  /** Runs left out because they ended without a result (diverged, failed, cancelled). */
  endedBadly: number;
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

/**
 * A metric over an axis of the study: one curve for each value of the lines, and a baseline for runs without a place on the axis.
 * Runs that ended without a result, and those that the study's rule calls unconverged, are left out of means and slopes.
 */
export function studyCurves(rows: readonly RunRow[], { metric, split, x, lines, log, fit, rule }: CurveChoice): StudyCurves {
  const place = placesOn(x, rows);
  const dotOf = (run: RunRow): CurveValue<RunRow>[] => {
    const value = endedBadly(run) ? null : studyValue(run, metric, split);
    return value === null ? [] : [{ run, value, unfinished: !isTerminal(run.status), unconverged: isUnconverged(run, rule) }];
  };
  const placed = rows.filter((row) => place(row.config) !== null);
  const curves = groupLines(placed, lines, x).map((cell): StudyCurve => {
    const dots = cell.members.flatMap((run) => dotOf(run).map((dot) => ({ ...dot, x: place(run.config) as number })));
    const { key, label, config, data } = cell;
    return { key, label, x, config, data, ...seedCurve(dots, { log, sloped: studyAxes[x].kind !== "linear", fit }) };
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
  };
}

function baselinesOf(
  rows: readonly RunRow[],
  lines: readonly GridAxisId[],
  x: StudyAxisId,
  log: boolean,
  meanOf: (members: readonly RunRow[]) => StudyMean,
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

export const curveLegend = (curve: StudyCurve): string => seedCurveLegend(curve, studyAxes[curve.x].title);
