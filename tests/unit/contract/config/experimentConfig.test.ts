import { describe, expect, test } from "vitest";
import {
  countGrid,
  type ExperimentConfig,
  expandGrid,
  experimentConfig,
  launchInput,
} from "../../../../contract/config/experimentConfig.ts";
import { gridOfRun } from "../../../../contract/config/gridOfRun.ts";
import { runConfig } from "../../../../contract/config/runConfig.ts";
import { Failure } from "../../../../contract/failure.ts";
import { limits } from "../../../../contract/limits.ts";
import { presets } from "../../../../contract/presets/presets.ts";

const base = presets[0].config;
const range = (count: number) => Array.from({ length: count }, (_, index) => index);

describe("the grid of an experiment", () => {
  test("has one run for every combination of the axes, all different and valid", () => {
    const config: ExperimentConfig = { ...base, widths: [16, 32], losses: ["ce", "mse"], seeds: [3, 4, 5] };
    const runs = expandGrid(config);
    expect(runs).toHaveLength(base.depths.length * 2 * 2 * 3);
    expect(countGrid(config)).toBe(runs.length);
    expect(new Set(runs.map((run) => JSON.stringify(run))).size).toBe(runs.length);
    for (const run of runs) expect(runConfig.safeParse(run).success).toBe(true);
  });

  test("has losses by name, or by name with a number; a run of each gives its own cell back", () => {
    const losses = ["ce", "mse", { name: "ce", smoothing: 0.1 }, { name: "ce", smoothing: 0 }, { name: "focal", gamma: 2 }];
    const config = experimentConfig.parse({ ...base, depths: [2], seeds: [0], losses });
    const runs = expandGrid(config);
    expect(runs.map(({ loss, smoothing, gamma }) => ({ loss, smoothing, gamma }))).toEqual([
      { loss: "ce" },
      { loss: "mse" },
      { loss: "ce", smoothing: 0.1 },
      { loss: "ce", smoothing: 0 },
      { loss: "focal", gamma: 2 },
    ]);
    for (const run of runs) {
      expect(runConfig.parse(run)).toEqual(run);
      expect(expandGrid(experimentConfig.parse(gridOfRun(run)))).toEqual([run]);
    }
  });

  test.each([
    [{ name: "ce", smoothing: 1 }, "label smoothing ε must be at most 0.99"],
    [{ name: "focal", gamma: -1 }, "γ of the focal loss must be at least 0"],
    ["hinge", '"hinge" is no loss: choose "ce", "mse"'],
    [{ name: "mse", smoothing: 0.1 }, 'is no loss: choose "ce", "mse"'],
  ])("refuses the loss %j", (loss, message) => {
    const { error } = experimentConfig.safeParse({ ...base, losses: [loss] });
    expect(error?.issues.map((issue) => issue.message).join()).toContain(message);
  });

  test("what growing and polishing do not go with is said beside other wrong values", () => {
    const training = { ...base.training, learningRate: Number.NaN, batch: 10, grown: {}, polish: {} };
    const { error } = experimentConfig.safeParse({ ...base, architectures: [{ name: "resnet" }], depths: [18], training });
    const said = error?.issues.map((issue) => issue.message).join();
    expect(said).toContain("there is no identity block of ResNet networks");
    expect(said).toContain("these runs train on batches of 10: choose the full batch");
  });

  test("has a classifier axis; dot regression brings its own classifier, and one linear layer is what is meant unsaid", () => {
    const classifiers = [{ name: "linear" }, { name: "linear", layers: 2 }, { name: "normalized", temperature: 5 }];
    const config = experimentConfig.parse({ ...base, depths: [2], seeds: [0], losses: ["ce", "dot-regression"], classifiers });
    const runs = expandGrid(config);
    expect(countGrid(config)).toBe(4);
    expect(runs.map(({ loss, classifier }) => [loss, classifier?.name])).toEqual([
      ["ce", undefined],
      ["ce", "linear"],
      ["ce", "normalized"],
      ["dot-regression", undefined],
    ]);
    for (const run of runs) expect(expandGrid(experimentConfig.parse(gridOfRun(run)))).toEqual([run]);
  });

  test.each([
    [{ classifiers: [{ name: "fixed-simplex" }], headBias: true }, "headBias", "has no bias"],
    [{ losses: ["dot-regression"], headBias: true }, "headBias", "which dot regression has, has no bias"],
    [
      { classifiers: [{ name: "linear", layers: 2 }], regularizers: [{ family: "slack" }] },
      "regularizers",
      "single trained matrix",
    ],
    [{ losses: ["dot-regression"], regularizers: [{ family: "slack" }] }, "regularizers", "single trained matrix"],
    [{ classifiers: [{ name: "normalized" }], regularizers: [{ family: "features" }] }, "regularizers", "has no minimum"],
    [{ classifiers: [{ name: "linear", layers: 9 }] }, "classifiers", "at most 8 layers"],
  ])("refuses %j", (change, path, message) => {
    const { error } = experimentConfig.safeParse({ ...base, ...change });
    expect(error?.issues[0]?.path[0]).toBe(path);
    expect(error?.issues[0]?.message).toContain(message);
  });

  test("completes the first seed's depths before it begins the second seed", () => {
    const runs = expandGrid({ ...base, depths: [2, 3], seeds: [7, 8] });
    expect(runs.map((run) => [run.seed, run.depth])).toEqual([
      [7, 2],
      [7, 3],
      [8, 2],
      [8, 3],
    ]);
  });

  test("is refused above the limit by a message with the count and the limit, without being made", () => {
    const depths = range(63).map((index) => index + 2);
    const config = { ...base, depths, widths: range(60).map((index) => index + 8), seeds: range(64) };
    let failure: unknown;
    try {
      expandGrid(config);
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(Failure);
    expect((failure as Failure).code).toBe("GRID_TOO_LARGE");
    expect((failure as Failure).message).toContain((63 * 60 * 64).toLocaleString("en"));
    expect((failure as Failure).message).toContain(limits.gridRuns.toLocaleString("en"));
  });

  test.each([
    ["a depth below the bound", { depths: [1] }, /at least 2/],
    ["a width above the bound", { widths: [2048] }, /at most 1024/],
    ["a value twice", { seeds: [1, 1] }, /each seed once/],
    ["an empty axis", { depths: [] }, /at least one depth/],
    ["a fraction", { depths: [2.5] }, /whole number/],
    ["an unknown key", { colour: "red" }, /colour/],
  ])("refuses %s", (_, change, message) => {
    const result = experimentConfig.safeParse({ ...base, ...change });
    expect(result.success).toBe(false);
    expect(result.error?.issues.map((issue) => issue.message).join("\n")).toMatch(message);
  });

  test("names the field of an error", () => {
    const result = launchInput.safeParse({ name: " ", config: { ...base, depths: [2, 99] } });
    expect(result.error?.issues.map((issue) => issue.path.join("."))).toEqual(["name", "config.depths.1"]);
  });
});

describe("presets", () => {
  test.each(presets.map((preset) => [preset.id, preset] as const))(
    "%s is a valid grid under the limit that survives parsing unchanged",
    (_, preset) => {
      expect(experimentConfig.parse(preset.config)).toEqual(preset.config);
      expect(countGrid(preset.config)).toBeLessThanOrEqual(limits.gridRuns);
    },
  );

  test("have different ids", () => {
    expect(new Set(presets.map((preset) => preset.id)).size).toBe(presets.length);
  });
});
