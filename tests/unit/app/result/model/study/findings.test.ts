import { describe, expect, test } from "vitest";
import { cellLabel, groupCells, varyingAxes } from "../../../../../../app/result/model/grid/gridAxes.ts";
import { sortGroups, tableGroups } from "../../../../../../app/result/model/runs/tableGroups.ts";
import { findings } from "../../../../../../app/result/model/study/findings.ts";
import type { RunConfig } from "../../../../../../contract/config/runConfig.ts";
import type { RunStatus } from "../../../../../../contract/status.ts";
import type { RunRow } from "../../../../../../contract/wire/views.ts";
import { aRow } from "../../../builders.ts";

/** NC1 = c·L^slope exactly, and a gap. */
const run = (
  depth: number,
  seed: number,
  slope: number,
  config: Partial<RunConfig> = {},
  status: RunStatus = "finished",
  factor = 1,
) =>
  aRow(
    { depth, seed, ...config },
    { [`train/nc1.ratio@${depth}`]: factor * depth ** slope, "train/gap.total": 2 / depth },
    status,
  );
const ladder = [2, 4, 8];

describe("grouping into cells", () => {
  test("names the axes that vary, and orders cells by value", () => {
    const rows = [run(8, 1, -0.5), run(2, 0, -0.5), run(8, 0, -0.5)];
    expect(varyingAxes(rows.map((row) => row.config))).toEqual(["depth", "seed"]);
    const cells = groupCells(rows, ["depth"]);
    expect(cells.map((cell) => [cell.label, cell.members.length])).toEqual([
      ["L = 2", 1],
      ["L = 8", 2],
    ]);
    expect(cells[1]?.members.map((row) => row.config.seed)).toEqual([0, 1]);
  });
  test("labels a cell by its values", () => {
    expect(cellLabel(run(2, 0, 0, { architecture: "rn2" }).config, ["architecture", "depth"])).toBe("RN2, L = 2");
  });
});

describe("findings", () => {
  test("give the gap at the deepest network, and the slope next to the theory's", () => {
    const rows = ladder.flatMap((depth) => [
      run(depth, 0, -0.4, {}, "finished", 1.1),
      run(depth, 1, -0.4, {}, "finished", 1 / 1.1),
    ]);
    const found = findings(rows);
    expect(found.state).toBeNull();
    expect(found.lines[0]?.text).toMatch(
      /^Depth 8: gap to the UFM optimum 25 %; slope of NC1 −0\.40000 ± <0\.00001 \(95 %: −0\.40000…−0\.40000; depth 2…8\), within the theory's −1\/2…−1\/4; N = 6 runs$/,
    );
  });
  test("say where the gap is, of shares of which one alone has an optimum", () => {
    const { training } = run(5, 0, 0).config;
    const rows = [0, 0.5, 1].map((share) =>
      aRow(
        { depth: 5, training: { ...training, optimizer: { ...training.optimizer, share } as never } },
        { "train/nc1.ratio@5": 0.2 / (1 + share), ...(share === 1 && { "train/gap.total": 0.25 }) },
      ),
    );
    const text = findings(rows).lines[0]?.text;
    expect(text).toContain("oupled share 0 to 1: NC1 0.20 → 0.10, gap 25 % at 1 alone");
  });
  test("claim no side of the theory's band that the whole interval is not on", () => {
    const text = (nc1: (depth: number) => number, config: Partial<RunConfig> = {}) =>
      findings(ladder.map((depth) => aRow({ depth, ...config }, { [`train/nc1.ratio@${depth}`]: nc1(depth) }))).lines[0]?.text;
    expect(text((depth) => depth ** -0.45 * (depth === 4 ? 1.05 : 1))).toMatch(
      /^Depth 8: NC1 0\.39; slope of NC1 −0\.450 ± 0\.041 \(95 %: −0\.966…0\.066; depth 2…8\), theory: −1\/2…−1\/4, undecided, as the interval contains one of its ends; N = 3 runs$/,
    );
    expect(text((depth) => depth ** -0.7)).toContain("steeper than the theory's −1/2…−1/4");
    expect(text((depth) => depth ** -0.1)).toContain("flatter than the theory's −1/2…−1/4");
    expect(text((depth) => depth ** -0.7, { architecture: "conv" })).not.toContain("theory");
    expect(text((depth) => depth ** -0.4, { regularizer: { family: "adamw", lambda: 0.005 } })).not.toContain("theory");
  });
  test("say where the depths do not lie on one line", () => {
    const rows = ladder.flatMap((depth) =>
      [1, 1.001].map((factor, seed) =>
        aRow({ depth, seed }, { [`train/nc1.ratio@${depth}`]: factor * (depth === 4 ? 0.9 : 1 / depth) }),
      ),
    );
    expect(findings(rows).lines[0]?.text).toMatch(/not on one line \(misfit p = 2\.41×10⁻¹⁰\)/);
  });
  test("do not claim more than is finished", () => {
    const rows = [run(2, 0, -0.4), run(4, 0, -0.4, {}, "running"), run(8, 0, -0.4, {}, "queued")];
    const found = findings(rows);
    expect(found.state).toBe("So far, 1 of 3 runs finished");
    expect(found.lines[0]?.text).toBe("Depth 2: gap to the UFM optimum 100 %; N = 1 run");
  });
  test("claim no slope from two depths, and name what is left out", () => {
    const found = findings([run(2, 0, -0.4), run(4, 0, -0.4), run(8, 0, -0.4, {}, "diverged")]);
    expect(found.lines[0]?.text).not.toContain("slope");
    expect(found.caveats).toEqual(["1 run ended without a result and is left out", "two depths are too few for a slope"]);
  });
  test("fall back on NC1 where there is no optimum, and say nothing without numbers", () => {
    expect(findings([aRow({ depth: 3 }, { "train/nc1.ratio@3": 0.0123 })]).lines[0]?.text).toBe("Depth 3: NC1 0.012; N = 1 run");
    expect(findings([aRow({}, {}, "queued")]).lines).toEqual([]);
  });
  test("make a sentence for each line of the study", () => {
    const rows = (["rn1", "rn2"] as const).flatMap((architecture) =>
      ladder.map((depth) => run(depth, 0, -0.3, { architecture })),
    );
    expect(findings(rows).lines.map((line) => line.text.slice(0, 13))).toEqual(["RN1, depth 8:", "RN2, depth 8:"]);
  });
});

describe("findings of other kinds of study", () => {
  test("give the slope of the total regularization next to that of NC1", () => {
    const rows = ladder.map((depth) => {
      const row = run(depth, 0, -0.4);
      return {
        ...row,
        last: { ...row.last, "train/ridge.head": 0.6 * depth ** -0.25, "train/ridge.hidden": 0.4 * depth ** -0.25 },
      };
    });
    expect(findings(rows).lines[0]?.text).toMatch(
      /; slope of the total regularization −0\.25000 ± <0\.00001 \(95 %: −0\.25000…−0\.25000; depth 2…8\); N = 3 runs$/,
    );
  });
  test("say the smallest width that collapses", () => {
    const rows = [8, 16, 32].map((width) => run(2, 0, 0, { width }, "finished", 1 / width));
    expect(findings(rows).lines[0]?.text).toBe(
      "Smallest width d that reaches NC1 ≤ 0.1 is 16 (0.0625; 1 of 1 seed at or below τ)",
    );
  });
  test("say what noise changes, and where free features end", () => {
    const noisy = (rate: number) =>
      ({ id: "fashion-mnist-mini", trainPerClass: null, testPerClass: null, labelNoise: { rate, seed: 0 } }) as const;
    const rows = [0, 0.4].map((rate) => run(2, 0, 0, { dataset: noisy(rate) }, "finished", 0.1 + rate));
    expect(findings(rows).lines[0]?.text).toBe("Label noise 0 to 0.4: NC1 0.10 → 0.50, gap 100 % → 100 %, N = 2 runs");
    const ufm = aRow({ architecture: "ufm", depth: 1 }, { "train/nc1.ratio@1": 1e-9, "train/gap.total": 1e-5 });
    expect(findings([...ladder.map((depth) => run(depth, 0, -0.4)), ufm]).lines.at(-1)?.text).toBe(
      "UFM: gap to the UFM optimum 0.001 %, N = 1 run",
    );
  });
  test("say how accuracy after training goes with collapse, from five runs on", () => {
    const probed = (seed: number) => ({
      ...run(2, seed, 0, {}, "finished", 0.1 + seed / 10),
      evaluation: {
        robustness: null,
        transfer: {
          dataset: { id: "mnist", source: "", hash: "", classes: 2, inputDimension: 1, trainCounts: [], testCounts: [] } as const,
          layers: [{ layer: 1, trainAccuracy: 1, testAccuracy: 0.5 + seed / 20 }],
        },
        missing: {},
      },
    });
    const rows = [0, 1, 2, 3, 4].map(probed) as unknown as RunRow[];
    expect(findings(rows).lines.at(-1)?.text).toBe("Transfer accuracy against NC1: Spearman's rank correlation 1.00, N = 5 runs");
    expect(findings(rows.slice(1)).lines.some((line) => line.text.includes("Spearman"))).toBe(false);
  });
  test("leave out what the study's rule leaves out, and say how many", () => {
    const rows = ladder.map((depth) => {
      const row = run(depth, 0, -0.4);
      return { ...row, last: { ...row.last, "train/accuracy": depth === 8 ? 0.2 : 1 } };
    });
    const found = findings(rows, { minTrainAccuracy: 0.9 });
    expect(found.lines[0]?.text).toMatch(/^Depth 4:/);
    expect(found.caveats).toContain("1 of 3 runs left out: training accuracy below 0.9");
  });
});

describe("run table", () => {
  const rows = [run(2, 0, -0.5), run(2, 1, -0.5), run(8, 0, -0.5), run(8, 1, -0.5, {}, "failed")];
  test("filters by words and by axis, every part at once", () => {
    const shown = (filter: string) =>
      tableGroups(rows, filter).flatMap((group) => group.members.map((row) => [row.config.depth, row.config.seed]));
    expect(shown("depth 8")).toEqual([
      [8, 0],
      [8, 1],
    ]);
    expect(shown("depth 8, failed")).toEqual([[8, 1]]);
    expect(shown("(((")).toEqual([]);
  });
  test("sorts groups by a metric's mean, either way", () => {
    const columns = [{ id: "nc1", metric: "nc1.ratio", split: "train" } as const];
    const depths = (sort: string | null) => sortGroups(tableGroups(rows, ""), sort, columns).map((group) => group.config.depth);
    expect(depths(null)).toEqual([2, 8]);
    expect(depths("nc1:asc")).toEqual([8, 2]);
    expect(depths("nc1:desc")).toEqual([2, 8]);
    expect(depths("depth:desc")).toEqual([8, 2]);
  });
});
