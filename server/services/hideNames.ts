import type { Evaluation, ResolvedDataset } from "../../contract/runEvents.ts";
import type { AttemptView, RunRow } from "../../contract/views.ts";
import type { WatchItem } from "../../contract/watchProtocol.ts";

/** Messages of failures, warnings and logs may quote a machine's paths: a reader from whom names are hidden sees the code alone. */
export const hidden = "(hidden)";

export function hideNamesInRun<T extends Pick<RunRow, "workerName" | "failure" | "evaluation">>(row: T): T {
  const { failure, evaluation } = row;
  return {
    ...row,
    workerName: null,
    failure: failure && { ...failure, message: hidden },
    evaluation: evaluation && hideNamesInEvaluation(evaluation),
  };
}

function hideNamesInEvaluation({ transfer, missing, ...rest }: Evaluation): Evaluation {
  return {
    ...rest,
    transfer: transfer && { ...transfer, dataset: hideNamesInDataset(transfer.dataset) },
    missing: Object.fromEntries(Object.keys(missing).map((part) => [part, hidden])),
  };
}

/** Where it came from, and what of its files was passed over. */
export const hideNamesInDataset = (dataset: ResolvedDataset): ResolvedDataset => ({
  ...dataset,
  source: "",
  ...(dataset.warnings && { warnings: [hidden] }),
});

export function hideNamesInAttempt(attempt: AttemptView): AttemptView {
  const { started, outcome } = attempt;
  return {
    ...attempt,
    workerName: null,
    outcome: outcome && { ...outcome, message: hidden },
    started: started && {
      ...started,
      dataset: hideNamesInDataset(started.dataset),
      // Why other devices were not taken quotes where their libraries were looked for.
      device: { ...started.device, provider: "", reason: hidden },
    },
  };
}

/** @returns null if the item is not for such a reader */
export function hideNamesInItem(item: WatchItem): WatchItem | null {
  if (item.kind === "log") return null;
  if (item.kind === "experiment") return { ...item, summary: { ...item.summary, launchedBy: null } };
  return item.kind === "run" ? { ...item, row: hideNamesInRun(item.row) } : item;
}
