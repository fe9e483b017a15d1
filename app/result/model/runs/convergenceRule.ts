import type { ConvergenceRule } from "../../../../contract/config/experimentConfig.ts";
import { isTerminal } from "../../../../contract/status.ts";
import {
  askedAccuracy,
  isUnconverged,
  type JudgedRun,
  type LeaveOutRule,
  leaveOutRule,
} from "../../../../contract/theory/isUnconverged.ts";
import { countOf } from "../../../text/formatNumber.ts";
import { shortNumber } from "../../../text/shortNumber.ts";

/** The rule that the page goes by: none where a person has all runs counted. */
export const ruleInEffect = (
  detail: { config: { convergence?: ConvergenceRule | undefined } } | null,
  view: { countAll: boolean },
): LeaveOutRule | undefined => (detail === null || view.countAll ? undefined : leaveOutRule(detail.config.convergence));

/** The runs that count in means and slopes. */
export const convergedRuns = <T extends JudgedRun>(rows: readonly T[], rule: LeaveOutRule | undefined): readonly T[] =>
  rule === undefined ? rows : rows.filter((row) => !isUnconverged(row, rule));

/** What a mean is of: the finished runs that count; while none is finished, those that are on their way. */
export function meanRuns<T extends JudgedRun>(rows: readonly T[], rule: LeaveOutRule | undefined): readonly T[] {
  const finished = convergedRuns(rows, rule).filter((row) => row.status === "finished");
  return finished.length > 0 ? finished : rows.filter((row) => !isTerminal(row.status));
}

/**
 * "2 of 18 runs left out: training accuracy below 0.9", with what was asked of those; null where the rule leaves out none. A run that
 * waits for its first measurement is not left out.
 */
export function leftOutOfRows(rows: readonly JudgedRun[], rule: LeaveOutRule | undefined): string | null {
  if (rule === undefined) return null;
  const leftOut = rows.filter((row) => isUnconverged(row, rule));
  if (leftOut.length === 0) return null;
  const asked = leftOut.map((row) => askedAccuracy(row, rule));
  const [least, most] = [Math.min(...asked), Math.max(...asked)].map(shortNumber);
  const bound = least === most ? least : `${least} to ${most}, by run`;
  return `${leftOut.length} of ${countOf(rows.length, "run")} left out: training accuracy below ${bound}`;
}
