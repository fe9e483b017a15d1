import { describe, expect, test } from "vitest";
import { byFrequency } from "../../../../../../app/result/model/tasks/byFrequency.ts";
import { floorReferences } from "../../../../../../app/result/model/tasks/floorReferences.ts";
import {
  addsModulo,
  grokkingAnswer,
  linesOfSplits,
  readsTexts,
  stepsToKnow,
} from "../../../../../../app/result/model/tasks/taskRuns.ts";
import { datasetConfig } from "../../../../../../contract/data/datasetConfig.ts";
import type { RunRow } from "../../../../../../contract/wire/views.ts";
import { aRow } from "../../../builders.ts";

const dataset = datasetConfig.parse({ id: "next-token", tokens: 5 });
const ambiguity = { contexts: 9, ambiguous: 70, entropy: 1.25, accuracy: 0.5, squaredError: 0.375, language: 1.5 };
const base = aRow({}, {});
const row = (change: Partial<RunRow["config"]>, more: Partial<RunRow> = {}): RunRow => ({
  ...base,
  ambiguity,
  classes: 5,
  ...more,
  config: { ...base.config, dataset, ...change },
});

describe("what no network can pass", () => {
  const lines = (runs: RunRow[], metric: Parameters<typeof floorReferences>[1], split: "train" | "test" = "train") =>
    floorReferences(runs, metric, split).map(({ y, label }) => [y, label]);
  test("is drawn for fit, loss and accuracy on the training set, and for the fit on the test set", () => {
    const runs = [row({ loss: "ce" }), row({ loss: "ce" })];
    expect(lines(runs, "fit")).toEqual([[1.25, "entropy floor 1.25"]]);
    expect(lines(runs, "loss")).toEqual([[1.25, "entropy floor 1.25"]]);
    expect(lines(runs, "accuracy")).toEqual([[0.5, "largest possible 0.500"]]);
    expect(lines(runs, "fit", "test")).toEqual([[1.5, "entropy of the language 1.50"]]);
    expect(lines(runs, "nc1.ratio")).toEqual([]);
  });
  test("follows the loss", () => {
    expect(lines([row({ loss: "mse" })], "fit")).toEqual([[0.375, "floor 0.375"]]);
    expect(lines([row({ loss: "ce", smoothing: 0.2 })], "fit")[0]?.[0]).toBeCloseTo(0.8 * 1.25 + 0.2 * Math.log(5), 12);
    expect(lines([row({ loss: "focal", gamma: 2 })], "fit")).toEqual([]);
    expect(lines([row({ loss: "mse" })], "fit", "test")).toEqual([]);
    expect(lines([row({ loss: "ce" }), row({ loss: "mse" })], "fit")).toHaveLength(2);
  });
  test("is not there for data that can be told apart, or of which nothing is said", () => {
    expect(lines([row({}, { ambiguity: { ...ambiguity, ambiguous: 0, entropy: 0 } })], "fit")).toEqual([]);
    expect(lines([row({}, { ambiguity: undefined })], "fit")).toEqual([]);
  });
});

describe("a run of modular addition", () => {
  const series: Record<string, { steps: number[]; values: (number | null)[]; total: number }> = {
    "train/accuracy": { steps: [0, 10, 100, 1000], values: [0.1, 1, 1, 1], total: 4 },
    "test/accuracy": { steps: [0, 10, 100, 1000], values: [0.1, 0.1, null, 0.995], total: 4 },
  };
  const read = (_: string, key: string) => series[key] ?? { steps: [], values: [], total: 0 };
  const sums = row({ dataset: datasetConfig.parse({ id: "modular-addition" }) }, { ambiguity: undefined });

  test("knows each set from the first step with 0.99 of it right", () => {
    expect(stepsToKnow(sums, read)).toEqual({ train: 10, test: 1000 });
    expect(grokkingAnswer([sums], read)).toBe(
      "Of 1 shown run, 1 reached a training accuracy of 0.99 and 1 a test accuracy of 0.99, 1 of them only after twice as many steps.",
    );
    expect(grokkingAnswer([sums], () => ({ steps: [], values: [], total: 0 }))).toBeNull();
  });
  test("has a solid line of the training set and a dashed one of the test set, where they are measured", () => {
    const lines = linesOfSplits([sums], "accuracy", ["train", "test"], read);
    expect(lines.map(({ label, style }) => [label, style.dash])).toEqual([
      ["training", ""],
      ["test", "5 3"],
    ]);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(2);
    expect(linesOfSplits([sums], "flatness", ["train"], read)).toEqual([]);
  });
  test("is what the section is for", () => {
    expect([addsModulo([sums]), readsTexts([sums])]).toEqual([true, false]);
    expect([addsModulo([row({})]), readsTexts([row({})])]).toEqual([false, true]);
    expect([addsModulo([base]), readsTexts([base])]).toEqual([false, false]);
  });
});

test("classes by frequency come rarest first, without those that have no number or no count", () => {
  expect(byFrequency([0.5, null, 0.1, 0.2], [30, 20, 10])).toEqual([
    { token: 2, count: 10, value: 0.1 },
    { token: 0, count: 30, value: 0.5 },
  ]);
});
