import type { ConvergenceRule } from "../../contract/experimentConfig.ts";
import type { RunRow } from "../../contract/views.ts";
import { countOf } from "../text/formatNumber.ts";
import { lastValue } from "./lastValue.ts";

/** Whether the study's rule leaves a run out: finished, and its last training accuracy is below the bound. */
export function isUnconverged(row: Pick<RunRow, "status" | "last" | "config">, rule: ConvergenceRule | undefined): boolean {
  if (rule === undefined || row.status !== "finished") return false;
  const accuracy = lastValue(row, "accuracy", "train");
  return accuracy !== null && accuracy < rule.minTrainAccuracy;
}

/** The runs that count. */
export const convergedRuns = <T extends Pick<RunRow, "status" | "last" | "config">>(
  rows: readonly T[],
  rule: ConvergenceRule | undefined,
): readonly T[] => (rule === undefined ? rows : rows.filter((row) => !isUnconverged(row, rule)));

/** "2 of 18 runs left out: training accuracy below 0.9"; null where the rule leaves out none. */
export function leftOutText(leftOut: number, of: number, rule: ConvergenceRule | undefined): string | null {
  if (rule === undefined || leftOut === 0) return null;
  return `${leftOut} of ${countOf(of, "run")} left out: training accuracy below ${rule.minTrainAccuracy}`;
}
