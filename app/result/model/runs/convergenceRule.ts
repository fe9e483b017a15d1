import type { ConvergenceRule } from "../../../../contract/config/experimentConfig.ts";
import { isTerminal } from "../../../../contract/status.ts";
import { isUnconverged, type JudgedRun, type LeaveOutRule, leaveOutRule } from "../../../../contract/theory/isUnconverged.ts";
import { countOf } from "../../../text/formatNumber.ts";

/** The rule that the page goes by: none where a person has all runs counted. */
export const ruleInEffect = (
  detail: { config: { convergence?: ConvergenceRule | undefined } } | null,
  view: { countAll: boolean },
): LeaveOutRule | undefined => (detail === null || view.countAll ? undefined : leaveOutRule(detail.config.convergence));

/** The runs that count in means and slopes. */
export const convergedRuns = <T extends JudgedRun>(rows: readonly T[], rule: LeaveOutRule | undefined): readonly T[] =>
  rule === undefined ? rows : rows.filter((row) => !isUnconverged(row, rule));

/** The same for the runs of a study: those that the rule leaves out, not those that wait for their first measurement. */
export const leftOutOfRows = (rows: readonly JudgedRun[], rule: LeaveOutRule | undefined): string | null =>
  leftOutText(rows.length - convergedRuns(rows, rule).length, rows.length, rule);

/** What a mean is of: the finished runs that count; while none is finished, those that are on their way. */
export function meanRuns<T extends JudgedRun>(rows: readonly T[], rule: LeaveOutRule | undefined): readonly T[] {
  const finished = convergedRuns(rows, rule).filter((row) => row.status === "finished");
  return finished.length > 0 ? finished : rows.filter((row) => !isTerminal(row.status));
}

/** "2 of 18 runs left out: training accuracy below 0.9"; null where the rule leaves out none. */
export function leftOutText(leftOut: number, of: number, rule: LeaveOutRule | undefined): string | null {
  if (rule === undefined || leftOut === 0) return null;
  return `${leftOut} of ${countOf(of, "run")} left out: training accuracy below ${rule.minTrainAccuracy}`;
}
