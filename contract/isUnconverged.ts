import type { ConvergenceRule } from "./experimentConfig.ts";
import { seriesKey } from "./seriesKey.ts";
import type { RunStatus } from "./status.ts";

/** Whether a study's rule leaves a run out of means and slopes: it has finished with a training accuracy below the bound. */
export function isUnconverged(
  run: { status: RunStatus; last: Record<string, number> },
  rule: ConvergenceRule | undefined,
): boolean {
  if (rule === undefined || run.status !== "finished") return false;
  const accuracy = run.last[seriesKey("train", "accuracy")];
  return accuracy !== undefined && accuracy < rule.minTrainAccuracy;
}
