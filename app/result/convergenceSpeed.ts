import type { ConvergenceRule } from "../../contract/experimentConfig.ts";
import type { RunConfig } from "../../contract/runConfig.ts";
import type { Metric } from "../../contract/seriesKey.ts";
import { isTerminal } from "../../contract/status.ts";
import type { RunRow } from "../../contract/views.ts";
import { type SurvivalCurve, survivalCurve, type Watched } from "../../math/survivalCurve.ts";
import { convergedRuns } from "./convergenceRule.ts";
import { type GridAxisId, groupCells, varyingAxes } from "./gridAxes.ts";
import type { ResultView } from "./resultView.ts";
import { isBetterSmall, isDerived, type StudyMetric, studyMetrics } from "./studyMetrics.ts";

/** Metrics with a course over training for which less is better: they can fall to a threshold. */
export const speedMetrics = studyMetrics.filter((metric): metric is Metric => isBetterSmall(metric) && !isDerived(metric));

export const speedMetric = (chosen: StudyMetric): Metric => speedMetrics.find((metric) => metric === chosen) ?? "nc1.ratio";

/** Whether the view of convergence speed is open: as chosen, else where the regularizer varies. */
export const speedIsOpen = (view: Pick<ResultView, "speed">, rows: readonly RunRow[]): boolean =>
  view.speed ?? varyingAxes(rows.map((row) => row.config)).includes("regularizer");

interface Course {
  steps: readonly number[];
  values: readonly number[];
}

/** First measured step at which a series is at most a threshold; null if it never is. */
export function firstReaching({ steps, values }: Course, threshold: number): number | null {
  const index = values.findIndex((value) => value <= threshold);
  return index < 0 ? null : (steps[index] as number);
}

/** One goal of one line: how long its runs take to a threshold. */
export interface Speed {
  curve: SurvivalCurve;
  /** Steps of the fastest and of the slowest of the runs that reach it. */
  fastest: number | null;
  slowest: number | null;
  /** Greatest step at which any run was still watched. */
  lastStep: number;
}

export interface SpeedLine {
  key: string;
  label: string;
  config: RunConfig;
  runs: RunRow[];
  /** null: no run has the series. */
  metric: Speed | null;
  gap: Speed | null;
  unfinished: boolean;
}

export interface SpeedChoice {
  metric: Metric;
  tau: number;
  gap: number;
  lines: readonly GridAxisId[];
  rule?: ConvergenceRule;
}

/** A run that never reaches the threshold is watched until its last measurement. */
function watch(course: Course, threshold: number): Watched[] {
  const last = course.steps.at(-1);
  if (last === undefined) return [];
  const reached = firstReaching(course, threshold);
  return [reached === null ? { time: last, reached: false } : { time: reached, reached: true }];
}

function speedOf(courses: readonly Course[], threshold: number): Speed | null {
  const watched = courses.flatMap((course) => watch(course, threshold));
  if (watched.length === 0) return null;
  const reached = watched.filter((one) => one.reached).map((one) => one.time);
  return {
    curve: survivalCurve(watched),
    fastest: reached.length > 0 ? Math.min(...reached) : null,
    slowest: reached.length > 0 ? Math.max(...reached) : null,
    lastStep: Math.max(...courses.map((course) => course.steps.at(-1) ?? 0)),
  };
}

/**
 * How fast the runs of each line reach two goals: a metric ≤ τ, and the gap to the UFM optimum ≤ g. Runs that diverged, failed or
 * still train count as not having reached a goal until their last measurement; those that the study's rule leaves out do not count.
 */
export function convergenceSpeed(
  rows: readonly RunRow[],
  courseOf: (run: RunRow, metric: Metric) => Course,
  { metric, tau, gap, lines, rule }: SpeedChoice,
): SpeedLine[] {
  return groupCells(convergedRuns(rows, rule), lines).flatMap((cell): SpeedLine[] => {
    const toMetric = speedOf(
      cell.members.map((run) => courseOf(run, metric)),
      tau,
    );
    const toGap = speedOf(
      cell.members.map((run) => courseOf(run, "gap.total")),
      gap,
    );
    if (toMetric === null && toGap === null) return [];
    return [
      {
        key: cell.key,
        label: cell.label,
        config: cell.config,
        runs: cell.members,
        metric: toMetric,
        gap: toGap,
        unfinished: cell.members.some((run) => !isTerminal(run.status)),
      },
    ];
  });
}

/** "350 [200–630]": median steps and range; words where no run, or less than half of them, reaches the goal. */
export function speedText(speed: Speed | null): string {
  if (speed === null) return "–";
  const { median, reached } = speed.curve;
  if (reached === 0) return "not reached";
  const count = (steps: number) => steps.toLocaleString("en");
  const range = speed.fastest === null || speed.slowest === null ? "" : ` [${count(speed.fastest)}–${count(speed.slowest)}]`;
  return `${median === null ? "not reached by half" : count(median)}${range}`;
}
