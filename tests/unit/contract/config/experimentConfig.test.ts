import { describe, expect, test } from "vitest";
import {
  countGrid,
  type ExperimentConfig,
  expandGrid,
  experimentConfig,
  launchInput,
} from "../../../../contract/config/experimentConfig.ts";
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
