import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { experimentProgress } from "../../../contract/experimentProgress.ts";
import {
  countStatuses,
  type ExperimentStatus,
  experimentStatus,
  isOnWorker,
  isTerminal,
  mayBecome,
  type RunStatus,
  runStatuses,
} from "../../../contract/status.ts";

const status = fc.constantFrom(...runStatuses);
/** A life: from queued on, each step to one of what may follow. */
const life = fc.array(fc.nat(), { maxLength: 40 }).map((choices) => {
  const lived: RunStatus[] = ["queued"];
  for (const choice of choices) {
    const next = runStatuses.filter((to) => mayBecome(lived.at(-1) as RunStatus, to));
    if (next.length > 0) lived.push(next[choice % next.length] as RunStatus);
  }
  return lived;
});

describe("whatever happens to a run", () => {
  test("it never stays as it is, ends for good only when finished, and begins again only in the queue", () => {
    const seen = { again: 0, taken: 0, left: 0 };
    fc.assert(
      fc.property(life, (lived) => {
        const steps = lived.slice(1).map((to, at) => ({ from: lived[at] as RunStatus, to }));
        for (const { from, to } of steps) {
          expect(to).not.toBe(from);
          expect(from).not.toBe("finished");
        }
        const again = steps.filter(({ from }) => isTerminal(from));
        for (const { to } of again) expect(to).toBe("queued");
        // A run takes a slot only from the queue, and a worker that has it never parts with it but by queueing, pausing or an end.
        const taken = steps.filter(({ from, to }) => isOnWorker(to) && !isOnWorker(from));
        for (const { from } of taken) expect(from).toBe("queued");
        const left = steps.filter(({ from, to }) => isOnWorker(from) && !isOnWorker(to));
        for (const { to } of left) expect(to === "queued" || to === "paused" || isTerminal(to)).toBe(true);
        seen.again += again.length;
        seen.taken += taken.length;
        seen.left += left.length;
      }),
    );
    // Each kind of step has come up.
    expect(Object.values(seen)).not.toContain(0);
  });

  test("it can always come to an end, in at most three steps", () => {
    fc.assert(
      fc.property(life, (lived) => {
        let reached = new Set([lived.at(-1) as RunStatus]);
        let steps = 0;
        for (; ![...reached].some(isTerminal); steps++)
          reached = new Set(runStatuses.filter((to) => [...reached].some((from) => mayBecome(from, to))));
        expect(steps).toBeLessThanOrEqual(3);
      }),
    );
  });
});

describe("the status of an experiment of any runs", () => {
  /** By the sentences of the documentation, not by counts. */
  function model(runs: readonly RunStatus[]): ExperimentStatus {
    if (runs.some(isOnWorker)) return "running";
    if (runs.every(isTerminal)) return runs.length > 0 && runs.every((one) => one === "finished") ? "finished" : "incomplete";
    if (!runs.includes("queued")) return "paused";
    return runs.some(isTerminal) ? "running" : "queued";
  }

  test("follows from them, in whatever order", () => {
    fc.assert(
      fc.property(fc.array(status, { maxLength: 12 }), (runs) => {
        expect(experimentStatus(countStatuses(runs.map((one) => ({ status: one }))))).toBe(model(runs));
      }),
      { numRuns: 500 },
    );
  });

  test("has a progress of 0 to 1, which is 1 only if nothing waits or is left, and never falls when a run ends", () => {
    const run = fc.record({ status, step: fc.nat(120), totalSteps: fc.integer({ min: 1, max: 100 }) });
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 12 }), fc.nat(), (runs, pick) => {
        const progress = experimentProgress(runs);
        expect(progress).toBeGreaterThanOrEqual(0);
        expect(progress).toBeLessThanOrEqual(1);
        expect(progress === 1).toBe(runs.every((one) => isTerminal(one.status) || one.step >= one.totalSteps));
        const ended = runs.map((one, at) => (at === pick % runs.length ? { ...one, status: "failed" as const } : one));
        expect(experimentProgress(ended)).toBeGreaterThanOrEqual(progress);
      }),
      { numRuns: 500 },
    );
  });
});
