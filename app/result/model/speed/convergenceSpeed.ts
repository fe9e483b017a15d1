import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { isDerived, type Metric, metricInfo, type StudyMetric } from "../../../../contract/metrics/metricInfo.ts";
import { studyMetrics } from "../../../../contract/metrics/metricPlaces.ts";
import { isTerminal, type RunStatus } from "../../../../contract/status.ts";
import type { LeaveOutRule } from "../../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { type SurvivalCurve, survivalCurve } from "../../../../math/statistics/survivalCurve.ts";
import { countOf, formatCount } from "../../../text/formatNumber.ts";
import type { DataTag } from "../grid/dataVersions.ts";
import { type GridAxisId, groupCells, varyingAxes } from "../grid/gridAxes.ts";
import { convergedRuns } from "../runs/convergenceRule.ts";
import { type Course, crossingOf } from "./reaching.ts";

/** Metrics with a course over training for which less is better: they can fall to a threshold. */
export const speedMetrics = studyMetrics.filter(
  (metric): metric is Metric => metricInfo[metric].direction === "less" && !isDerived(metric),
);

export const speedMetric = (chosen: StudyMetric): Metric => speedMetrics.find((metric) => metric === chosen) ?? "nc1.ratio";

/** Whether the view of convergence speed is open: as chosen, else where the regularizer varies. */
export const speedIsOpen = (view: { speed: boolean | null }, rows: readonly RunRow[]): boolean =>
  view.speed ?? varyingAxes(rows.map((row) => row.config)).includes("regularizer");

/** A run that can no longer reach a goal: it diverged, failed or was cancelled, at its last step. */
export interface Ended {
  step: number;
  status: RunStatus;
}

/** One goal of one line: how long its runs take to a threshold. */
export interface Speed {
  /** Runs still going are censored at their last measurement; those that ended without the goal stay at risk to `end`. */
  curve: SurvivalCurve;
  /** Steps of the fastest and of the slowest of the runs that reach it. */
  fastest: number | null;
  slowest: number | null;
  /** Of the runs that reach it, how many times later than the measurement before it the farthest reached; null: none has one after step 0. */
  resolution: number | null;
  /** Last measurements of the runs still going that have not reached it. */
  open: number[];
  ended: Ended[];
  /** First steps at or below the threshold of runs that were above it again after, in order. */
  returned: number[];
  /** The greatest number of steps that any run was to take. */
  end: number;
}

export interface SpeedLine {
  key: string;
  label: string;
  config: RunConfig;
  data: DataTag;
  runs: RunRow[];
  /** null: no run has the series. */
  metric: Speed | null;
  gap: Speed | null;
  unfinished: boolean;
}

interface SpeedChoice {
  metric: Metric;
  tau: number;
  gap: number;
  lines: readonly GridAxisId[];
  rule?: LeaveOutRule;
}

type Trained = Pick<RunRow, "status" | "attempt" | "totalSteps">;

interface Watch {
  run: Trained;
  course: Course;
}

const endedBadly = ({ status }: Trained) => isTerminal(status) && status !== "finished";

/**
 * How long some runs take to a threshold; null where none has the series. A run without it is not watched, but for one that ended badly
 * before its first measurement, as it was to have it.
 */
export function speedOf<T extends Trained>(members: readonly T[], courseOf: (run: T) => Course, threshold: number): Speed | null {
  const watched = members
    .map((run): Watch => ({ run, course: courseOf(run) }))
    .filter(({ run, course }) => course.steps.length > 0 || (endedBadly(run) && run.attempt > 0));
  if (watched.every(({ course }) => course.steps.length === 0)) return null;
  const lastOf = ({ course }: Watch) => course.steps.at(-1) ?? 0;
  const end = Math.max(...watched.map((one) => Math.max(one.run.totalSteps, lastOf(one))));
  const seen = watched.map((one) => ({ ...one, crossing: crossingOf(one.course, threshold) }));
  const there = seen.flatMap(({ run, crossing }) =>
    crossing.reached === null || endedBadly(run) ? [] : [{ ...crossing, reached: crossing.reached }],
  );
  const short = seen.filter(({ run, crossing }) => crossing.reached === null || endedBadly(run));
  const open = short.filter(({ run }) => !isTerminal(run.status)).map(lastOf);
  const steps = there.map(({ reached }) => reached);
  const ratios = there.flatMap(({ reached, before }) => (before === null || before === 0 ? [] : [reached / before]));
  return {
    curve: survivalCurve([
      ...steps.map((time) => ({ time, reached: true })),
      ...short.map((one) => ({ time: isTerminal(one.run.status) ? end : lastOf(one), reached: false })),
    ]),
    fastest: steps.length > 0 ? Math.min(...steps) : null,
    slowest: steps.length > 0 ? Math.max(...steps) : null,
    resolution: ratios.length > 0 ? Math.max(...ratios) : null,
    open,
    ended: short.filter(({ run }) => endedBadly(run)).map((one) => ({ step: lastOf(one), status: one.run.status })),
    returned: seen
      .flatMap(({ crossing }) => (crossing.first === null || crossing.first === crossing.reached ? [] : [crossing.first]))
      .sort((a, b) => a - b),
    end,
  };
}

/**
 * How fast the runs of each line reach two goals: a metric ≤ τ, and the gap to the UFM optimum ≤ g. A goal is reached at the measured
 * step from which the value stays there to the end. A run that diverged, failed or was cancelled never reaches it, wherever its value
 * was, and stays at risk to the end of the training; runs still going are censored at their last measurement; those that the study's
 * rule leaves out do not count.
 */
export function convergenceSpeed(
  rows: readonly RunRow[],
  courseOf: (run: RunRow, metric: Metric) => Course,
  { metric, tau, gap, lines, rule }: SpeedChoice,
): SpeedLine[] {
  return groupCells(convergedRuns(rows, rule), lines).flatMap((cell): SpeedLine[] => {
    const toMetric = speedOf(cell.members, (run) => courseOf(run, metric), tau);
    const toGap = speedOf(cell.members, (run) => courseOf(run, "gap.total"), gap);
    if (toMetric === null && toGap === null) return [];
    return [
      {
        key: cell.key,
        label: cell.label,
        config: cell.config,
        data: cell.data,
        runs: cell.members,
        metric: toMetric,
        gap: toGap,
        unfinished: cell.members.some((run) => !isTerminal(run.status)),
      },
    ];
  });
}

const rangeText = (steps: readonly number[]) =>
  steps[0] === steps.at(-1)
    ? formatCount(steps[0] as number)
    : `${formatCount(steps[0] as number)}–${formatCount(steps.at(-1) as number)}`;

/** "350 [200–630]": median steps and range; words where no run, or less than half of them, reaches the goal. */
export function speedText(speed: Speed | null): string {
  if (speed === null) return "–";
  const { median, reached } = speed.curve;
  if (reached === 0) return "not reached";
  const range =
    speed.fastest === null || speed.slowest === null ? "" : ` [${formatCount(speed.fastest)}–${formatCount(speed.slowest)}]`;
  return `${median === null ? "not reached by half" : formatCount(median)}${range}`;
}

/** "8 runs, first at step 1–10": those that were at the goal before and left it again; null where there is none. */
export function returnedText(speed: Speed | null): string | null {
  if (speed === null || speed.returned.length === 0) return null;
  return `${countOf(speed.returned.length, "run")}, first at step ${rangeText(speed.returned)}`;
}

/** "10 measurements per decade" of logarithmic steps, "a measurement every 100 steps". */
const scheduleText = ({ measuring }: RunConfig) =>
  measuring.name === "log"
    ? `${measuring.perDecade} measurements per decade`
    : `a measurement every ${formatCount(measuring.steps)} steps`;

/** How exactly the steps of a goal are known, from the schedule and from the measurements before them. */
export function resolutionText(lines: readonly SpeedLine[], goal: "metric" | "gap"): string | null {
  const ratios = lines.flatMap((line) => line[goal]?.resolution ?? []);
  if (ratios.length === 0) return null;
  const most = Math.max(...ratios);
  const schedules = new Set(lines.flatMap((line) => line.runs.map(({ config }) => scheduleText(config))));
  const factor = most < 10 ? most.toFixed(2) : formatCount(Math.ceil(most));
  return `${[...schedules].join(", ")}: a goal may have been reached up to ${factor} times earlier than the step given here`;
}
