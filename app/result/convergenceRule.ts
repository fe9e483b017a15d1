import type { ConvergenceRule } from "../../contract/experimentConfig.ts";
import { isUnconverged } from "../../contract/isUnconverged.ts";
import type { RunRow } from "../../contract/views.ts";
import { countOf } from "../text/formatNumber.ts";

/** The runs that count in means and slopes. */
export const convergedRuns = <T extends Pick<RunRow, "status" | "last">>(
  rows: readonly T[],
  rule: ConvergenceRule | undefined,
): readonly T[] => (rule === undefined ? rows : rows.filter((row) => !isUnconverged(row, rule)));

/** "2 of 18 runs left out: training accuracy below 0.9"; null where the rule leaves out none. */
export function leftOutText(leftOut: number, of: number, rule: ConvergenceRule | undefined): string | null {
  if (rule === undefined || leftOut === 0) return null;
  return `${leftOut} of ${countOf(of, "run")} left out: training accuracy below ${rule.minTrainAccuracy}`;
}
