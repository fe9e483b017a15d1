import { describe, expect, test } from "vitest";
import {
  countStatuses,
  experimentStatus,
  isOnWorker,
  isTerminal,
  mayBecome,
  type RunStatus,
  runStatuses,
} from "../../../contract/status.ts";

/** Every transition that there is; all others are refused. */
const table: Record<RunStatus, RunStatus[]> = {
  queued: ["leased", "running", "paused", "cancelled"],
  leased: ["queued", "running", "pausing", "cancelling", "failed", "cancelled"],
  running: ["queued", "pausing", "cancelling", "finished", "diverged", "failed"],
  pausing: ["leased", "running", "paused", "cancelling", "finished", "diverged", "failed"],
  paused: ["queued", "cancelled"],
  cancelling: ["finished", "diverged", "failed", "cancelled"],
  finished: [],
  diverged: ["queued"],
  failed: ["queued"],
  cancelled: ["queued"],
};

describe("a run's life", () => {
  test("has ten statuses", () => expect([...runStatuses].sort()).toEqual(Object.keys(table).sort()));

  test.each(runStatuses.flatMap((from) => runStatuses.map((to) => [from, to] as const)))("%s → %s", (from, to) => {
    expect(mayBecome(from, to)).toBe(table[from].includes(to));
  });

  test("takes a slot while a worker has it, and ends in four ways", () => {
    expect(runStatuses.filter(isOnWorker)).toEqual(["leased", "running", "pausing", "cancelling"]);
    expect(runStatuses.filter(isTerminal)).toEqual(["finished", "diverged", "failed", "cancelled"]);
  });
});

describe("an experiment's status", () => {
  test.each<[Partial<Record<RunStatus, number>>, string]>([
    [{}, "incomplete"],
    [{ queued: 3 }, "queued"],
    [{ queued: 3, running: 1 }, "running"],
    [{ queued: 1, finished: 2 }, "running"],
    [{ finished: 3 }, "finished"],
    [{ finished: 3, failed: 1 }, "incomplete"],
    [{ paused: 2 }, "paused"],
    [{ paused: 2, finished: 1, failed: 1 }, "paused"],
    [{ paused: 2, queued: 1 }, "queued"],
    [{ paused: 1, pausing: 1 }, "running"],
    [{ paused: 1, running: 1 }, "running"],
    [{ paused: 1, queued: 1, finished: 1 }, "running"],
    [{ cancelling: 1, finished: 1 }, "running"],
  ])("of %o is %s", (some, status) => expect(experimentStatus({ ...countStatuses([]), ...some })).toBe(status));
});
