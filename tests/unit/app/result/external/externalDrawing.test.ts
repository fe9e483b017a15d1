import { describe, expect, test } from "vitest";
import { configKeys } from "../../../../../app/result/external/model/configKeys.ts";
import { type ExternalChoice, externalDrawing } from "../../../../../app/result/external/model/externalDrawing.ts";
import { externalGroups, measureColumns, sortExternal } from "../../../../../app/result/external/model/externalTable.ts";
import { mergeLayers, namedLayerDrawing } from "../../../../../app/result/external/model/namedLayers.ts";
import { spreadSteps } from "../../../../../app/result/external/model/stepCurves.ts";
import { leftOutOfRows } from "../../../../../app/result/model/runs/convergenceRule.ts";
import { depthsAndSeeds, externalRow, storeWith } from "./builders.ts";

const choice: ExternalChoice = { measure: null, split: "train", over: null, lines: null, log: null, logX: false, fit: null };
const none = storeWith({});

describe("The curve over a key", () => {
  test("is of NC1 over depth, with the geometric mean and a band over seeds, and a slope", () => {
    const drawing = externalDrawing(none, depthsAndSeeds(), choice, undefined);
    expect(drawing.heading).toBe("NC1 over depth");
    expect(drawing.x).toMatchObject({ label: "depth", kind: "log2", tickValues: [2, 4, 8] });
    const [curve] = drawing.curves;
    // √(2·0.5) = 1 over depth
    expect(curve?.points.map(({ x, mean, runs }) => [x, Number(mean?.toFixed(12)), runs.length])).toEqual([
      [2, 0.5, 2],
      [4, 0.25, 2],
      [8, 0.125, 2],
    ]);
    expect(curve?.fit?.slope).toBeCloseTo(-1, 12);
    expect(curve?.points[0]?.low).toBeLessThan(0.5);
    expect(drawing.series.map(({ id }) => id)).toEqual(["[]/runs", "[]/fit", "[]"]);
    expect(drawing.series[0]?.notes).toEqual(["seed 0", "seed 0", "seed 0", "seed 1", "seed 1", "seed 1"]);
    expect(drawing.notices).toContain("geometric mean with 95 % band over seeds");
  });
  test("has a line for each other key, and runs without a place are drawn across", () => {
    const rows = [
      ...depthsAndSeeds({ optimizer: "adam" }),
      ...depthsAndSeeds({ optimizer: "sgd" }),
      externalRow({ optimizer: "sgd", seed: 0 }, { "train/nc1.ratio@2": 1 }, { layers: ["stem", "pool"] }),
    ];
    const drawing = externalDrawing(none, rows, choice, undefined);
    expect(drawing.curves.map(({ label, count }) => [label, count])).toEqual([
      ["adam", 6],
      ["sgd", 6],
    ]);
    const across = drawing.series.find(({ id }) => id.startsWith("across"));
    expect(across).toMatchObject({ shortLabel: "sgd, no depth", xs: [2, 8], ys: [1, 1] });
    expect(drawing.notices).toContain("drawn across: runs without depth");
    const styles = drawing.series.filter(({ minor, id }) => !minor && !id.startsWith("across")).map(({ style }) => style.colour);
    expect(new Set(styles).size).toBe(2);
  });
  test("can be over categories, and of what the runs' own program logged", () => {
    const rows = ["sgd", "adam"].flatMap((optimizer) =>
      [0, 1].map((seed) => externalRow({ optimizer, seed }, { "log/lr": seed + 1 })),
    );
    const drawing = externalDrawing(none, rows, { ...choice, over: { of: "key", key: "optimizer" } }, undefined);
    expect(drawing.measure).toBe("log/lr");
    expect(drawing.x).toMatchObject({ label: "optimizer", kind: "linear", categories: ["adam", "sgd"] });
    expect(drawing.curves[0]?.points.map(({ x, mean }) => [x, mean])).toEqual([
      [0, 1.5],
      [1, 1.5],
    ]);
    expect(drawing.placeText(1)).toBe("sgd");
  });
  test("leaves out what failed and, by the rule, what did not fit its data; and says so", () => {
    const rows = [
      externalRow({ depth: 2, seed: 0 }, { "log/a": 1, "train/accuracy": 0.95 }),
      externalRow({ depth: 4, seed: 0 }, { "log/a": 2, "train/accuracy": 0.2 }),
      externalRow({ depth: 8, seed: 0 }, { "log/a": 3 }, { status: "failed" }),
    ];
    const rule = { minTrainAccuracy: 0.9, byTheory: true } as const;
    const drawing = externalDrawing(none, rows, { ...choice, measure: "log/a" }, rule);
    expect(drawing.curves[0]?.points.map(({ x, mean }) => [x, mean])).toEqual([[2, 1]]);
    expect(leftOutOfRows(rows, rule)).toBe("1 of 3 runs left out: training accuracy below 0.9");
    expect(drawing.notices).toContain("1 run ended without a result, left out");
  });
  test("draws the optimum of the runs that have one, and no theory", () => {
    const optimum = {
      method: "closed-form",
      loss: 0.2,
      fit: 0.1,
      ridge: 0.1,
      scale: 1,
      geometry: "simplex",
      reason: "",
    } as never;
    const rows = [2, 4].map((depth) => ({ ...externalRow({ depth }, { "train/loss": 1 / depth }), optimum }));
    const drawing = externalDrawing(none, rows, { ...choice, measure: "loss" }, undefined);
    expect(drawing.references).toMatchObject([{ y: 0.2, label: "L* = 0.200" }]);
    expect(externalDrawing(none, depthsAndSeeds(), { ...choice, measure: "loss" }, undefined).references).toEqual([]);
  });
  test("falls back to what there is where the address asks for what there is not", () => {
    const drawing = externalDrawing(
      none,
      depthsAndSeeds(),
      { ...choice, over: { of: "key", key: "nope" }, lines: ["depth", "nope"] },
      undefined,
    );
    expect([drawing.over, drawing.lines]).toEqual([{ of: "key", key: "depth" }, []]);
  });
});

describe("The curve over steps", () => {
  const rows = [0, 1].map((seed) => externalRow({ seed }, { "log/loss": 1 }));
  const [first, second] = rows as [(typeof rows)[0], (typeof rows)[0]];
  const store = storeWith({
    [first.id]: [
      {
        key: "log/loss",
        points: [
          [0, 4],
          [10, 2],
          [20, 1],
        ],
      },
    ],
    [second.id]: [
      {
        key: "log/loss",
        points: [
          [0, 2],
          [15, 3],
        ],
      },
    ],
  });
  test("averages each run's last value until a step, up to its own end", () => {
    const drawing = externalDrawing(store, rows, choice, undefined);
    expect(drawing.heading).toBe("loss over step");
    expect(drawing.curves[0]?.points.map(({ x, mean, runs }) => [x, mean, runs.length])).toEqual([
      [0, 3, 2],
      [10, 2, 2],
      [15, 2.5, 2],
      [20, 1, 1],
    ]);
    expect(drawing.curves[0]?.count).toBe(2);
    expect(drawing.series).toMatchObject([{ draw: "line", label: "loss, arithmetic mean, N = 2" }]);
  });
  test("keeps the first and the last of many steps", () => {
    const many = spreadSteps(
      Array.from({ length: 1000 }, (_, step) => step),
      5,
    );
    expect(many).toEqual([0, 250, 500, 749, 999]);
  });
});

describe("The layer profile", () => {
  test("keeps every network's own order of layers", () => {
    expect(mergeLayers([["layer1", "layer4", "avgpool"], ["layer1", "layer2", "layer3", "layer4", "avgpool"], []])).toEqual([
      "layer1",
      "layer2",
      "layer3",
      "layer4",
      "avgpool",
    ]);
    expect(
      mergeLayers([
        ["a", "c"],
        ["a", "b", "c", "d"],
        ["z", "a"],
      ]),
    ).toEqual(["z", "a", "b", "c", "d"]);
  });
  test("has the layers' names on its axis, and the mean over seeds at each", () => {
    const runs = [0, 1].map((seed) => externalRow({ depth: 18, seed }, {}, { layers: ["layer1", "avgpool"] }));
    const at = (layer: number, value: number) => ({
      key: `train/nc1.ratio@${layer}`,
      points: [[5, value]] as [number, number][],
    });
    const store = storeWith({
      [(runs[0] as (typeof runs)[0]).id]: [at(1, 4), at(2, 0.1)],
      [(runs[1] as (typeof runs)[0]).id]: [at(1, 1), at(2, 0.4)],
    });
    const drawing = namedLayerDrawing(store, runs, { metric: "nc1.ratio", split: "train", at: null, log: true }, undefined);
    expect(drawing.x).toEqual({ label: "layer", kind: "linear", categories: ["layer1", "avgpool"] });
    const [line] = drawing.series;
    expect(line?.xs).toEqual([0, 1]);
    expect(line?.ys.map((y) => Number(y?.toFixed(12)))).toEqual([2, 0.2]);
    expect(line?.notes).toEqual(["layer1, geometric mean of 2 runs", "avgpool, geometric mean of 2 runs"]);
    expect(drawing.layerText(1)).toBe("avgpool");
  });
});

describe("The table", () => {
  const rows = [
    ...depthsAndSeeds({ optimizer: "adam" }),
    externalRow({ depth: 16, seed: 0, optimizer: "sgd" }, { "log/lr": 0.1 }, { status: "failed" }),
  ];
  const keys = configKeys(rows);
  const seedsOf = (filter: string) => externalGroups(rows, keys, filter).map(({ label, members }) => [label, members.length]);
  test("groups over seeds, and finds runs by their config and state", () => {
    expect(seedsOf("")).toEqual([
      ["depth 2, adam", 2],
      ["depth 4, adam", 2],
      ["depth 8, adam", 2],
      ["depth 16, sgd", 1],
    ]);
    expect(seedsOf("depth 2")).toEqual([["depth 2, adam", 2]]);
    expect(seedsOf("adam, seed 1")).toEqual([
      ["depth 2, adam", 1],
      ["depth 4, adam", 1],
      ["depth 8, adam", 1],
    ]);
    expect(seedsOf("failed")).toEqual([["depth 16, sgd", 1]]);
    expect(seedsOf("depth 1")).toEqual([]);
    expect(seedsOf("(")).toEqual([]);
  });
  test("has columns of what there is, and sorts by them with missing values last", () => {
    const columns = measureColumns(rows);
    expect(columns.map(({ id, title }) => [id, title])).toEqual([
      ["nc1", "NC1"],
      ["log/lr", "lr"],
    ]);
    const sorted = (sort: string) =>
      sortExternal(externalGroups(rows, keys, ""), sort, columns, undefined).map(({ label }) => label);
    expect(sorted("nc1:asc")).toEqual(["depth 8, adam", "depth 4, adam", "depth 2, adam", "depth 16, sgd"]);
    expect(sorted("nc1:desc")).toEqual(["depth 2, adam", "depth 4, adam", "depth 8, adam", "depth 16, sgd"]);
    expect(sorted("key:depth:desc")[0]).toBe("depth 16, sgd");
  });
});
