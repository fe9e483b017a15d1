import { describe, expect, test } from "vitest";
import { ExperimentStore } from "../../../../app/live/ExperimentStore.ts";
import { profileSteps } from "../../../../app/result/model/runs/layerProfiles.ts";
import { seriesKey } from "../../../../contract/metrics/seriesKey.ts";
import { presets } from "../../../../contract/presets/presets.ts";
import type { RunStatus } from "../../../../contract/status.ts";
import type { ExperimentDetail, RunRow } from "../../../../contract/wire/views.ts";
import type { WatchItem } from "../../../../contract/wire/watchProtocol.ts";
import { aRow } from "../builders.ts";

const key = "train/loss";
const detailOf = (runs: RunRow[]): ExperimentDetail => ({
  id: "experiment",
  name: "study",
  tags: [],
  status: "running",
  counts: {} as Record<RunStatus, number>,
  progress: 0,
  timeLeftMs: null,
  nc1: null,
  kind: "trained",
  sample: false,
  launchedBy: null,
  priority: "normal",
  archived: false,
  createdAt: "",
  updatedAt: "",
  note: "",
  config: presets[0].config,
  runs,
  readOnly: false,
  namesHidden: false,
  configDigest: "",
  program: "0.1.0+abc1234",
});
const point = (runId: string, step: number, value: number, attempt = 1): WatchItem => ({
  kind: "points",
  runId,
  attempt,
  step,
  measuredAt: 0,
  values: { [key]: value },
});

function started() {
  const row = aRow({}, {}, "running");
  const store = new ExperimentStore();
  store.joined();
  store.setDetail(detailOf([row]));
  return { store, id: row.id };
}
const series = (store: ExperimentStore, id: string) => {
  const { steps, values } = store.series(id, key);
  return steps.map((step, i) => [step, values[i]]);
};

describe("points merge by run and step", () => {
  test("whatever their order, and however often they come", () => {
    const { store, id } = started();
    const items = [point(id, 2, 0.2), point(id, 0, 1), point(id, 1, 0.5), point(id, 2, 0.2), point(id, 0, 1)];
    store.apply(items);
    store.apply([...items].reverse());
    expect(series(store, id)).toEqual([
      [0, 1],
      [1, 0.5],
      [2, 0.2],
    ]);
    expect(store.pointCount(id)).toBe(3);
  });
  test("whether read or live, counting each once", () => {
    const { store, id } = started();
    store.apply([point(id, 3, 0.3)]);
    store.addSeries([{ runId: id, key, steps: [0, 1, 3], values: [1, 0.5, 0.3], total: 4 }]);
    store.apply([point(id, 4, 0.1)]);
    expect(series(store, id).map(([step]) => step)).toEqual([0, 1, 3, 4]);
    expect(store.series(id, key).total).toBe(5);
  });
  test("tells its listeners once a batch", () => {
    const { store, id } = started();
    let told = 0;
    store.subscribe(() => told++);
    store.apply([point(id, 1, 1), point(id, 2, 1), point(id, 3, 1)]);
    expect(told).toBe(1);
    store.apply([{ kind: "changed", list: "workers" }]);
    expect(told).toBe(1);
  });
  test("ignores runs of other experiments", () => {
    const { store } = started();
    store.apply([point("stranger", 1, 1)]);
    expect(store.pointCount("stranger")).toBe(0);
  });
});

describe("the row's last values", () => {
  test("follow the newest step, not the newest message", () => {
    const { store, id } = started();
    store.apply([point(id, 5, 0.5), point(id, 3, 0.9)]);
    expect(store.rows[0]?.last[key]).toBe(0.5);
    expect(store.lastStep(id)).toBe(5);
  });
  test("keep what came live while the detail was being read", () => {
    const { store, id } = started();
    store.apply([point(id, 7, 0.7)]);
    store.setDetail(detailOf([{ ...aRow({}, { [key]: 0.9 }, "running"), id }]));
    expect(store.rows[0]?.last[key]).toBe(0.7);
  });
  test("take the server's word after a reconnect over what came before it", () => {
    const { store, id } = started();
    store.apply([point(id, 7, 0.7)]);
    store.joined();
    store.setDetail(detailOf([{ ...aRow({}, { [key]: 0.1 }, "running"), id }]));
    expect(store.rows[0]?.last[key]).toBe(0.1);
  });
});

describe("attempts", () => {
  test("void what earlier ones measured after the step of resuming", () => {
    const { store, id } = started();
    store.apply([point(id, 10, 1), point(id, 20, 0.8), point(id, 30, 0.6)]);
    const readAgain = store.apply([{ kind: "attempt", runId: id, attempt: 2, resumedFromStep: 20 }]);
    expect(readAgain).toBe(true);
    expect(series(store, id).map(([step]) => step)).toEqual([10, 20]);
    store.apply([point(id, 30, 0.65, 2)]);
    expect(series(store, id)).toEqual([
      [10, 1],
      [20, 0.8],
      [30, 0.65],
    ]);
  });
  test("void late points too, in whatever order they come", () => {
    const { store, id } = started();
    store.apply([
      point(id, 30, 0.65, 2),
      { kind: "attempt", runId: id, attempt: 2, resumedFromStep: 20 },
      point(id, 30, 0.6, 1),
      point(id, 40, 0.5, 1),
      point(id, 10, 1, 1),
    ]);
    expect(series(store, id)).toEqual([
      [10, 1],
      [30, 0.65],
    ]);
  });
  test("void everything when nothing was kept", () => {
    const { store, id } = started();
    store.apply([
      point(id, 0, 2),
      point(id, 10, 1),
      { kind: "attempt", runId: id, attempt: 2, resumedFromStep: 0 },
      point(id, 0, 3, 2),
    ]);
    expect(series(store, id)).toEqual([[0, 3]]);
  });
  test("let the later attempt win at the same step", () => {
    const { store, id } = started();
    store.apply([point(id, 5, 0.2, 2), point(id, 5, 0.9, 1)]);
    expect(series(store, id)).toEqual([[5, 0.2]]);
  });
});

describe("rows", () => {
  test("ask for another reading when an unknown run appears", () => {
    const { store } = started();
    const { last: _last, config: _config, ...unknown } = aRow({}, {}, "queued");
    expect(store.apply([{ kind: "run", row: unknown }])).toBe(true);
  });
  test("never go back in step within an attempt", () => {
    const { store, id } = started();
    store.apply([{ kind: "progress", runId: id, step: 50, stepMs: 3, at: 0 }]);
    store.apply([{ kind: "progress", runId: id, step: 40, stepMs: null, at: 0 }]);
    expect(store.rows[0]?.step).toBe(50);
    expect(store.rows[0]?.stepMs).toBe(3);
  });
  test("keep memory bounded on very long series, with both ends", () => {
    const { store, id } = started();
    for (let from = 0; from < 20_000; from += 1_000)
      store.apply(Array.from({ length: 1_000 }, (_, i) => point(id, from + i, 1 / (1 + from + i))));
    expect(store.pointCount(id)).toBeLessThanOrEqual(6_000);
    const { steps } = store.series(id, key);
    expect(steps[0]).toBe(0);
    expect(steps.at(-1)).toBe(19_999);
  });
});

test("knows the steps of a layer profile where the first layer has no values, as of a token that is alike in all texts", () => {
  const { store, id } = started();
  const row = store.rows[0];
  const last = seriesKey("train", "nc1.ratio", row.config.depth);
  store.addSeries([{ runId: id, key: last, steps: [0, 10, 20], values: [3, 2, 1], total: 3 }]);
  expect(profileSteps(store, store.rows, "nc1.ratio", "train")).toEqual([0, 10, 20]);
});

describe("what was missed while the page was cut off", () => {
  test("an attempt that took over then: what was known of the earlier one may be void, and goes until it is read again", () => {
    const { store, id } = started();
    store.apply([point(id, 10, 0.5), point(id, 20, 0.4)]);
    const [row] = store.rows as [RunRow];
    store.joined();
    store.setDetail(detailOf([{ ...row, attempt: 2, step: 12 }]));
    expect(series(store, id)).toEqual([]);
    store.addSeries([{ runId: id, key, steps: [10, 12], values: [0.5, 0.45], total: 2 }]);
    expect(series(store, id)).toEqual([
      [10, 0.5],
      [12, 0.45],
    ]);
    store.setDetail(detailOf([{ ...row, attempt: 2, step: 12 }]));
    expect(series(store, id).length).toBe(2);
  });

  test("a reading that was asked for before an attempt took over brings back none of the points that this one voids", () => {
    const { store, id } = started();
    const asked = store.attempts;
    store.apply([{ kind: "attempt", runId: id, attempt: 2, resumedFromStep: 10 }, point(id, 15, 0.45, 2)]);
    store.addSeries([{ runId: id, key, steps: [0, 10, 20], values: [0.6, 0.5, 0.4], total: 3 }], true, asked);
    expect(series(store, id)).toEqual([
      [0, 0.6],
      [10, 0.5],
      [15, 0.45],
    ]);
    expect(store.series(id, key).total).toBe(3);
  });

  test("its database was restored: the attempt is an earlier one, and its points are taken", () => {
    const { store, id } = started();
    const [row] = store.rows as [RunRow];
    store.apply([{ kind: "attempt", runId: id, attempt: 3, resumedFromStep: 10 }, point(id, 20, 0.1, 3)]);
    store.joined();
    store.setDetail(detailOf([{ ...row, attempt: 2, step: 10 }]));
    expect(store.rows[0]?.attempt).toBe(2);
    store.addSeries([{ runId: id, key, steps: [10], values: [0.5], total: 1 }]);
    store.apply([point(id, 20, 0.4, 2)]);
    expect(series(store, id)).toEqual([
      [10, 0.5],
      [20, 0.4],
    ]);
  });

  test("an attempt that is known to have taken over: what is valid stays", () => {
    const { store, id } = started();
    store.apply([point(id, 10, 0.5), point(id, 20, 0.4), { kind: "attempt", runId: id, attempt: 2, resumedFromStep: 10 }]);
    store.setDetail(detailOf([{ ...store.rows[0], attempt: 2 }]));
    expect(series(store, id)).toEqual([[10, 0.5]]);
  });
});

describe("runs of a form that the page does not know", () => {
  test("are set apart and named, and the others stay", () => {
    const good = aRow({}, { [key]: 1 });
    const foreign = { ...aRow({}, {}), config: { ...aRow({}, {}).config, architecture: "rn9" } } as unknown as RunRow;
    const damaged = { ...aRow({}, {}), last: null } as unknown as RunRow;
    const later = { ...aRow({}, {}), status: "hibernating" } as unknown as RunRow;
    const store = new ExperimentStore();
    store.setDetail(detailOf([good, foreign, damaged, later]));
    expect(store.rows.map((row) => row.id)).toEqual([good.id]);
    expect(store.unshown.map((row) => row.id)).toEqual([foreign.id, damaged.id, later.id]);
  });
});

describe("a deleted experiment", () => {
  test("is marked and keeps its last state; when it is restored it is read again", () => {
    const { store } = started();
    expect(store.apply([{ kind: "removed", experimentId: "experiment" }])).toBe(false);
    expect(store.removed).toBe(true);
    expect(store.rows.length).toBe(1);
    expect(store.apply([{ kind: "restored", experimentId: "experiment" }])).toBe(true);
    store.setDetail(detailOf(store.rows));
    expect(store.removed).toBe(false);
  });

  test("a deleted run alone makes the page read again", () => {
    const { store, id } = started();
    expect(store.apply([{ kind: "removed", experimentId: "experiment", runId: id }])).toBe(true);
    expect(store.removed).toBe(false);
  });
});
