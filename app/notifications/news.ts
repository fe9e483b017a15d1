import type { ExperimentStatus, RunStatus } from "../../contract/status.ts";
import { boundText, boundValue, hasPassed, type MetricBound } from "../../contract/wire/notifications.ts";

/** What a person wants to hear of an experiment. */
export interface Wanted {
  onEnd: boolean;
  onFailure: boolean;
  bound: MetricBound | null;
}

/** Of an experiment, as a page knows it. */
export interface Scene {
  status: ExperimentStatus;
  runs: readonly { id: string; status: RunStatus; last: Record<string, number> }[];
}

export interface Seen {
  ended: boolean;
  failed: ReadonlySet<string>;
  passed: ReadonlySet<string>;
}

/** What there is to hear of now. */
export function look({ status, runs }: Scene, { bound }: Wanted): Seen {
  const idsOf = (chosen: typeof runs) => new Set(chosen.map(({ id }) => id));
  const passes = (last: Record<string, number>) => {
    const measured = bound && boundValue(last, bound.key);
    return bound !== null && measured !== null && hasPassed(bound, measured);
  };
  return {
    ended: status === "finished" || status === "incomplete",
    failed: idsOf(runs.filter((run) => run.status === "failed")),
    passed: idsOf(runs.filter((run) => passes(run.last))),
  };
}

/** What is new since, a line each: of what was so already nobody is told. */
export function newsBetween(before: Seen, now: Seen, { onEnd, onFailure, bound }: Wanted): string[] {
  const fresh = (all: ReadonlySet<string>, known: ReadonlySet<string>) => [...all].filter((id) => !known.has(id)).length;
  const runsText = (count: number) => (count === 1 ? "A run" : `${count} runs`);
  const failed = fresh(now.failed, before.failed);
  const passed = fresh(now.passed, before.passed);
  return [
    ...(bound !== null && passed > 0 ? [`${runsText(passed)}: ${boundText(bound)}`] : []),
    ...(onFailure && failed > 0 ? [`${runsText(failed)} failed for good`] : []),
    ...(onEnd && now.ended && !before.ended
      ? [now.failed.size > 0 ? `It has ended, ${now.failed.size} failed` : "It has ended"]
      : []),
  ];
}
