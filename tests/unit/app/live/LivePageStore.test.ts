import { describe, expect, test } from "vitest";
import { LivePageStore } from "../../../../app/live/LivePageStore.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import type { WatchItem } from "../../../../contract/wire/watchProtocol.ts";
import { aRow } from "../builders.ts";

const key = "train/loss";
const point = (step: number, value: number, attempt = 1): WatchItem => ({
  kind: "points",
  runId: "a",
  attempt,
  step,
  measuredAt: 0,
  values: { [key]: value },
});
/** The store of a page of one run, "a". */
function opened(): LivePageStore {
  const store = new LivePageStore();
  store.joined();
  store.setRows([{ ...aRow({}, {}, "running"), id: "a" }]);
  return store;
}
const read = (steps: number[], values: number[]) => [{ runId: "a", key, steps, values, total: steps.length }];

test("a point that comes both live and by reading is drawn once, in any order", () => {
  const store = opened();
  store.apply([point(2, 0.5), point(1, 0.7), point(2, 0.5)]);
  store.replaceSeries("a", [key], read([0, 1], [1, 0.7]));
  store.apply([point(1, 0.7)]);
  expect(store.series("a", key)).toEqual({ steps: [0, 1, 2], values: [1, 0.7, 0.5], total: 3 });
});

test("a later attempt replaces the points after the step it resumes from; a late point of the earlier one is dropped", () => {
  const store = opened();
  store.replaceSeries("a", [key], read([0, 10, 20], [3, 2, 1]));
  store.apply([point(30, 0.5), { kind: "attempt", runId: "a", attempt: 2, resumedFromStep: 10 }, point(40, 9, 1)]);
  store.apply([point(20, 1.5, 2)]);
  expect(store.series("a", key).steps).toEqual([0, 10, 20]);
  expect(store.series("a", key).values).toEqual([3, 2, 1.5]);
});

test("an attempt from step 0 measures everything again", () => {
  const store = opened();
  store.replaceSeries("a", [key], read([0, 10], [3, 2]));
  store.apply([{ kind: "attempt", runId: "a", attempt: 2, resumedFromStep: 0 }, point(0, 3, 2)]);
  expect(store.series("a", key)).toEqual({ steps: [0], values: [3], total: 1 });
});

test("a zoomed window takes only its own points, and points of other runs never", () => {
  const store = opened();
  store.replaceSeries("a", [key], read([10], [1]));
  store.apply([point(12, 2), point(20, 3), { ...point(13, 4), runId: "b" } as WatchItem]);
  expect(store.series("a", key, { from: 5, to: 15 }).steps).toEqual([10, 12]);
  expect(store.series("a", key).steps).toEqual([10, 12, 20]);
});

test("after a time away, points that became void in between are gone: only what came since the room was joined is added", () => {
  const store = opened();
  store.apply([point(10, 3), point(20, 2), point(30, 1)]);
  store.joined();
  store.apply([point(15, 2.5, 2)]);
  store.replaceSeries("a", [key, "test/loss"], read([10], [3]));
  expect(store.series("a", key)).toEqual({ steps: [10, 15], values: [3, 2.5], total: 2 });
});

test("a series that was asked for and has no points left is empty", () => {
  const store = opened();
  store.replaceSeries("a", [key], read([0, 10], [3, 2]));
  store.replaceSeries("a", [key], []);
  expect(store.series("a", key).steps).toEqual([]);
});

const attempt = (number: number, resumedFromStep: number): WatchItem => ({
  kind: "attempt",
  runId: "a",
  attempt: number,
  resumedFromStep,
});

test("a reading from before a later attempt took over shows none of the points that this one voids", () => {
  const store = opened();
  const asked = store.attempts;
  store.apply([attempt(2, 10), point(15, 2.5, 2)]);
  store.replaceSeries("a", [key], read([0, 10, 20, 30], [3, 2, 1, 0.5]), asked);
  expect(store.series("a", key)).toEqual({ steps: [0, 10, 15], values: [3, 2, 2.5], total: 3 });
});

describe("a later attempt that a worker has claimed and that has not started", () => {
  const claimedRow = (status: "leased" | "running"): RunRow => ({ ...aRow({}, {}, status), id: "a", attempt: 2 });
  const openedThen = () => {
    const store = new LivePageStore();
    store.joined();
    store.setRows([claimedRow("leased")]);
    store.addSeries(read([0, 10, 20, 30], [3, 2, 1, 0.5]));
    return store;
  };

  test("what a page read then is of the earlier attempt, and void where the later one goes on before it", () => {
    const store = openedThen();
    expect(store.apply([attempt(2, 10), point(15, 2.5, 2)])).toBe(true);
    expect(store.series("a", key)).toEqual({ steps: [0, 10, 15], values: [3, 2, 2.5], total: 3 });
  });

  test("what a page read then goes until it is read again, if the later one started while the page was cut off", () => {
    const store = openedThen();
    store.joined();
    expect(store.setRows([claimedRow("running")])).toBe(true);
    store.addSeries(read([0, 10, 15], [3, 2, 2.5]));
    expect(store.series("a", key)).toEqual({ steps: [0, 10, 15], values: [3, 2, 2.5], total: 3 });
  });

  test("given back by its worker and taken up again, it voids what a page read in between", () => {
    const store = new LivePageStore();
    store.joined();
    store.setRows([{ ...claimedRow("leased"), status: "queued" }]);
    store.addSeries(read([0, 10, 20, 30], [3, 2, 1, 0.5]));
    expect(store.apply([attempt(2, 10), point(15, 2.5, 2)])).toBe(true);
    expect(store.series("a", key)).toEqual({ steps: [0, 10, 15], values: [3, 2, 2.5], total: 3 });
  });

  test("it makes nothing void: what is known stays, and is not asked for again", () => {
    const store = openedThen();
    expect(store.setRows([claimedRow("leased")])).toBe(false);
    expect(store.series("a", key).steps).toEqual([0, 10, 20, 30]);
  });

  test("once its start was told, what is asked for is its own, whatever the row said before", () => {
    const store = openedThen();
    store.apply([attempt(2, 10)]);
    store.addSeries(read([0, 10, 15], [3, 2, 2.5]), true, store.attempts);
    expect(store.series("a", key).steps).toEqual([0, 10, 15]);
  });
});

test("of a database that was restored while the page was away, an earlier attempt's points are taken", () => {
  const store = opened();
  store.apply([attempt(3, 10), point(20, 1, 3)]);
  store.joined();
  // Points were dropped: the series are to be read again.
  expect(store.setRows([{ ...aRow({ depth: 2 }, {}, "running"), id: "a", attempt: 2 }])).toBe(true);
  store.replaceSeries("a", [key], read([0, 10], [3, 2]));
  store.apply([point(20, 1.5, 2), point(30, 1.2, 2)]);
  expect(store.series("a", key)).toEqual({ steps: [0, 10, 20, 30], values: [3, 2, 1.5, 1.2], total: 4 });
});

test("all that came live while a reading was under way stays, however much it was", () => {
  const store = opened();
  const points = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => point(from + index, 1));
  store.apply(points(1, 4_500), 5_000);
  store.replaceSeries("a", [key], read([0], [1]));
  expect(store.series("a", key).steps).toHaveLength(4_501);
  // What is older than any reading takes is in the next one.
  store.apply(points(4_501, 5_000), 70_000);
  store.replaceSeries("a", [key], read([0], [1]));
  expect(store.series("a", key).steps).toHaveLength(4_001);
});

test("a point that comes while the first row is being read is not lost, unless the row's attempt made it void", () => {
  const store = new LivePageStore();
  store.joined();
  store.apply([point(30, 0.5)]);
  expect(store.setRows([{ ...aRow({}, {}, "running"), id: "a" }])).toBe(false);
  expect(store.rows[0]?.last[key]).toBe(0.5);
  expect(store.series("a", key)).toEqual({ steps: [30], values: [0.5], total: 1 });

  const resumed = new LivePageStore();
  resumed.joined();
  resumed.apply([point(10, 0.7), point(30, 0.5), { kind: "attempt", runId: "a", attempt: 2, resumedFromStep: 10 }]);
  expect(resumed.setRows([{ ...aRow({}, {}, "running"), id: "a" }])).toBe(true);
  expect(resumed.series("a", key).steps).toEqual([10]);
});

test("what came before the room was joined again is in what is read after, and not put on top of it", () => {
  const store = new LivePageStore();
  store.joined();
  store.apply([point(30, 0.5)]);
  store.joined();
  store.setRows([{ ...aRow({}, { [key]: 0.4 }, "running"), id: "a" }]);
  expect(store.rows[0]?.last[key]).toBe(0.4);
});

test("charts are drawn again for a value or a status, not for mere progress", () => {
  const store = opened();
  const { chartVersion, version } = store;
  store.apply([{ kind: "progress", runId: "a", step: 12, stepMs: 2, at: 0 }]);
  expect([store.chartVersion - chartVersion, store.version - version, store.rows[0]?.step]).toEqual([0, 1, 12]);
  store.apply([point(8, 0.5)]);
  expect([store.chartVersion - chartVersion, store.version - version]).toEqual([1, 2]);
});
