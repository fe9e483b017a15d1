import { expect, test } from "vitest";
import { CrashCounts } from "../../../../server/supervisor/crashCounts.ts";

test("runs that crash one by one at a worker are counted, each once", () => {
  const counts = new CrashCounts();
  expect(counts.add("w", "a")).toEqual({ inARow: 1, cleared: [] });
  expect(counts.add("w", "a")).toEqual({ inARow: 0, cleared: [] });
  expect(counts.add("w", "b")).toEqual({ inARow: 2, cleared: [] });
});

test("runs of a pack that crash together count once, also where some of them crash again in smaller packs", () => {
  const counts = new CrashCounts();
  const rows = ["a", "b", "c", "d"].map((run) => counts.add("w", run, "pack 1").inARow);
  expect(rows).toEqual([1, 0, 0, 0]);
  expect([counts.add("w", "c", "pack 2").inARow, counts.add("w", "d", "pack 2").inARow]).toEqual([0, 0]);
  expect(counts.add("w", "c").inARow).toBe(0);
  expect(counts.add("w", "e", "pack 3").inARow).toBe(2);
});

test("a run of a pack that crashes elsewhere too speaks for the worker", () => {
  const counts = new CrashCounts();
  counts.add("w", "a", "pack 1");
  counts.add("w", "b");
  expect(counts.add("v", "a")).toEqual({ inARow: 0, cleared: ["w"] });
});
