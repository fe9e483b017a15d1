import { expect, test } from "vitest";
import { occasionsText } from "../../../../app/notifications/HookList.tsx";
import { metricsOf } from "../../../../app/notifications/NotifyDialog.tsx";
import { look, newsBetween, type Scene, type Wanted } from "../../../../app/notifications/news.ts";

const wanted: Wanted = { onEnd: true, onFailure: true, bound: { key: "train/nc1.pinv", passes: "below", value: 0.01 } };
const scene = (status: Scene["status"], ...runs: [string, Scene["runs"][number]["status"], number?][]): Scene => ({
  status,
  runs: runs.map(([id, of, nc1]) => ({
    id,
    status: of,
    last: (nc1 === undefined ? {} : { "train/nc1.pinv@3": nc1 }) as Record<string, number>,
  })),
});
const between = (before: Scene, after: Scene, of = wanted) => newsBetween(look(before, of), look(after, of), of);

test("what changed is told, and what was so before is not", () => {
  const before = scene("running", ["a", "running", 0.5], ["b", "failed"], ["c", "running", 0.001]);
  expect(between(before, before)).toEqual([]);
  expect(between(before, scene("running", ["a", "running", 0.009], ["b", "failed"], ["c", "running", 0.001]))).toEqual([
    "A run: train/nc1.pinv below 0.01",
  ]);
  expect(between(before, scene("incomplete", ["a", "failed", 0.5], ["b", "failed"], ["c", "finished", 0.0001]))).toEqual([
    "A run failed for good",
    "It has ended, 2 failed",
  ]);
  expect(between(scene("running", ["a", "running"]), scene("finished", ["a", "finished"]))).toEqual(["It has ended"]);
});

test("only what was asked for is told", () => {
  const [before, after] = [scene("running", ["a", "running", 0.5]), scene("incomplete", ["a", "failed", 0.001])];
  expect(between(before, after, { onEnd: false, onFailure: false, bound: null })).toEqual([]);
  expect(between(before, after, { ...wanted, onFailure: false, bound: null })).toEqual(["It has ended, 1 failed"]);
  expect(occasionsText(wanted)).toBe("end, failed runs, train/nc1.pinv below 0.01");
});

test("metrics of layers are offered without their layer", () => {
  expect(metricsOf([{ last: { "train/nc1.pinv@1": 1, "train/nc1.pinv@2": 1, "test/accuracy": 1 } }])).toEqual([
    ...["test/accuracy", "train/loss", "train/nc1.pinv"],
  ]);
});
