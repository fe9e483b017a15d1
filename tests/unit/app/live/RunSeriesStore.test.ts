import { expect, test } from "vitest";
import { RunSeriesStore } from "../../../../app/live/RunSeriesStore.ts";
import type { WatchItem } from "../../../../contract/wire/watchProtocol.ts";

const key = "train/loss";
const point = (step: number, value: number, attempt = 1): WatchItem => ({
  kind: "points",
  runId: "a",
  attempt,
  step,
  measuredAt: 0,
  values: { [key]: value },
});
const read = (steps: number[], values: number[]) => [{ runId: "a", key, steps, values, total: steps.length }];

test("a point that comes both live and by reading is drawn once, in any order", () => {
  const store = new RunSeriesStore();
  store.apply("a", [point(2, 0.5), point(1, 0.7), point(2, 0.5)]);
  store.setRead(read([0, 1], [1, 0.7]), null, [key]);
  store.apply("a", [point(1, 0.7)]);
  expect(store.get(key)).toEqual({ steps: [0, 1, 2], values: [1, 0.7, 0.5], total: 3 });
});

test("a later attempt replaces the points after the step from which it goes on; a late point of the earlier one is dropped", () => {
  const store = new RunSeriesStore();
  store.setRead(read([0, 10, 20], [3, 2, 1]), null, [key]);
  store.apply("a", [point(30, 0.5), { kind: "attempt", runId: "a", attempt: 2, resumedFromStep: 10 }, point(40, 9, 1)]);
  store.apply("a", [point(20, 1.5, 2)]);
  expect(store.get(key).steps).toEqual([0, 10, 20]);
  expect(store.get(key).values).toEqual([3, 2, 1.5]);
});

test("an attempt from step 0 measures everything again", () => {
  const store = new RunSeriesStore();
  store.setRead(read([0, 10], [3, 2]), null, [key]);
  store.apply("a", [{ kind: "attempt", runId: "a", attempt: 2, resumedFromStep: 0 }, point(0, 3, 2)]);
  expect(store.get(key)).toEqual({ steps: [0], values: [3], total: 1 });
});

test("a zoomed window takes only its own points, and points of other runs never", () => {
  const store = new RunSeriesStore();
  store.setRead(read([10], [1]), { from: 5, to: 15 }, [key]);
  store.apply("a", [point(12, 2), point(20, 3), { ...point(13, 4), runId: "b" } as WatchItem]);
  expect(store.get(key).steps).toEqual([10, 12]);
});

test("after a time away, points that became void meanwhile are gone: only what came since the room was joined goes on top", () => {
  const store = new RunSeriesStore();
  store.apply("a", [point(10, 3), point(20, 2), point(30, 1)]);
  store.joined();
  store.apply("a", [point(15, 2.5, 2)]);
  store.setRead(read([10], [3]), null, [key, "test/loss"]);
  expect(store.get(key)).toEqual({ steps: [10, 15], values: [3, 2.5], total: 2 });
});

test("a series that was asked for and has no points left is empty", () => {
  const store = new RunSeriesStore();
  store.setRead(read([0, 10], [3, 2]), null, [key]);
  store.setRead([], null, [key]);
  expect(store.get(key).steps).toEqual([]);
});

const attempt = (number: number, resumedFromStep: number): WatchItem => ({
  kind: "attempt",
  runId: "a",
  attempt: number,
  resumedFromStep,
});

test("a reading from before a later attempt took over shows none of the points that this one voids", () => {
  const store = new RunSeriesStore();
  store.joined();
  store.apply("a", [attempt(2, 10), point(15, 2.5, 2)]);
  store.setRead(read([0, 10, 20, 30], [3, 2, 1, 0.5]), null, [key]);
  expect(store.get(key)).toEqual({ steps: [0, 10, 15], values: [3, 2, 2.5], total: 3 });
});

test("of a database that was restored while the page was away, an earlier attempt's points are taken", () => {
  const store = new RunSeriesStore();
  store.apply("a", [attempt(3, 10), point(20, 1, 3)]);
  store.joined();
  store.setRead(read([0, 10], [3, 2]), null, [key]);
  store.apply("a", [point(20, 1.5, 2), point(30, 1.2, 2)]);
  expect(store.get(key)).toEqual({ steps: [0, 10, 20, 30], values: [3, 2, 1.5, 1.2], total: 4 });
});

test("all that came live while a reading was under way stays, however much it was", () => {
  const store = new RunSeriesStore();
  store.joined();
  const points = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => point(from + index, 1));
  store.apply("a", points(1, 4_500), 5_000);
  store.setRead(read([0], [1]), null, [key]);
  expect(store.get(key).steps).toHaveLength(4_501);
  // What is older than any reading takes is in the next one.
  store.apply("a", points(4_501, 5_000), 70_000);
  store.setRead(read([0], [1]), null, [key]);
  expect(store.get(key).steps).toHaveLength(4_001);
});
