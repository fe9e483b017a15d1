import { expect, test } from "vitest";
import { externalNetwork } from "../../../../../app/r/[id]/external/externalNetwork.ts";
import { planPanels } from "../../../../../app/r/[id]/runPanels.ts";
import { ExternalStore } from "../../../../../app/result/external/ExternalStore.ts";
import { configKeys } from "../../../../../app/result/external/model/configKeys.ts";
import { trainingLines } from "../../../../../app/result/external/model/trainingLines.ts";
import { externalPanels, panelKeys, shownExternal } from "../../../../../app/result/external/model/trainingPanels.ts";
import type { ExternalExperimentDetail } from "../../../../../contract/wire/externalViews.ts";
import { depthsAndSeeds, externalRow } from "./builders.ts";

test("Panels are of what some run has: metrics first, then so many of the logged names", () => {
  const rows = [
    externalRow(
      { depth: 2 },
      { "train/nc1.ratio@2": 1, "test/accuracy": 0.5, "log/b": 1, "log/a, %": 2 },
      { layers: ["x", "y"] },
    ),
    externalRow({ depth: 4 }, { "log/c": 3 }),
  ];
  const panels = externalPanels(rows, 2);
  expect(panels.map(({ id, title }) => [id, title])).toEqual([
    ["nc1-ratio", "NC1, last layer"],
    ["accuracy", "Accuracy"],
    ["log-2fa-2c-20-25", "a, %"],
    ["log-2fb", "b"],
  ]);
  expect(panelKeys(rows[0]!, panels)).toEqual([
    "train/nc1.ratio@2",
    "test/nc1.ratio@2",
    "train/accuracy",
    "test/accuracy",
    "log/a, %",
    "log/b",
  ]);
  // Before its first measurement a run has no last layer to ask for.
  expect(panelKeys(rows[1]!, panels)).toEqual(["train/accuracy", "test/accuracy", "log/a, %", "log/b"]);
});

test("One run of each set of repetitions is shown, or all, or those that are chosen; by value, not by order of coming", () => {
  const rows = depthsAndSeeds();
  const failed = { ...externalRow({ depth: 1, seed: 0 }, {}, { status: "failed" }), ordinal: 90 };
  const all = [...rows, failed, { ...externalRow({ depth: 1, seed: 1 }), ordinal: 91 }];
  const keys = configKeys(all);
  const shown = (choice: Parameters<typeof shownExternal>[2]) =>
    shownExternal(all, keys, choice).runs.map(({ config }) => `${config.values.depth}/${config.values.seed}`);
  expect(shown({ runs: null, seed: null })).toEqual(["1/1", "2/0", "4/0", "8/0"]);
  expect(shown({ runs: null, seed: "all" })).toEqual(["1/0", "1/1", "2/0", "2/1", "4/0", "4/1", "8/0", "8/1"]);
  expect(shown({ runs: [90], seed: null })).toEqual(["1/0"]);
  const many = Array.from({ length: 50 }, (_, lr) => externalRow({ lr }));
  expect(shownExternal(many, configKeys(many), { runs: null, seed: null })).toMatchObject({ more: 10 });
});

test("A run's line is called by what differs between the runs, and looks the same in all panels", () => {
  const rows = depthsAndSeeds({ optimizer: "adam" });
  const [first] = trainingLines(rows, configKeys(rows));
  expect(first?.label).toBe("depth 2, seed 0");
  expect(trainingLines(rows.slice(3, 4), configKeys(rows))[0]?.style).toEqual(trainingLines(rows, configKeys(rows))[3]?.style);
});

test("A run's page has its layers by name, and what was logged in a group of its own", () => {
  const network = externalNetwork({ kind: "external", values: {}, layers: ["layer1", "encoder.block.0"] });
  const groups = planPanels(["train/nc1.ratio@1", "train/nc1.ratio@2", "log/lr"], network, [1, 2], "train");
  expect(
    groups.map(({ title, panels }) => [title, panels.map((panel) => [panel.title, panel.lines.map(({ label }) => label)])]),
  ).toEqual([
    ["Neural collapse by layer", [["NC1", ["layer1", "encoder.block.0"]]]],
    ["Logged by its own program", [["lr", ["lr"]]]],
  ]);
  expect(groups[0]?.panels[0]?.lines.map(({ endLabel }) => endLabel)).toEqual(["1", "2"]);
});

test("A live point of layers that have no name yet has the study read again", () => {
  const store = new ExternalStore();
  const [run] = [externalRow({ depth: 2 }, {}, { status: "running" })];
  store.setDetail({ id: "experiment", runs: [run] } as unknown as ExternalExperimentDetail);
  expect(store.rows).toHaveLength(1);
  const point = (key: string) =>
    store.apply([{ kind: "points", runId: run!.id, attempt: 1, step: 20, measuredAt: 0, values: { [key]: 0.5 } }]);
  expect(point("log/lr")).toBe(false);
  expect(point("train/nc1.ratio@2")).toBe(true);
  store.setDetail({
    id: "experiment",
    runs: [externalRow({ depth: 2 }, {}, { layers: ["a", "b"] }), { ...externalRow({}), config: { kind: "newer" } }],
  } as unknown as ExternalExperimentDetail);
  expect([store.rows.length, store.unshown.length]).toEqual([1, 1]);
});
