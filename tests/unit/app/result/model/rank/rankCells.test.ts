import { describe, expect, test } from "vitest";
import {
  collapseValue,
  isDeepFree,
  lowSolutions,
  type RankCell,
  rankAnswer,
  rankCells,
  rankCounts,
} from "../../../../../../app/result/model/rank/rankCells.ts";
import { collapseSeries, rankSeries } from "../../../../../../app/result/model/rank/rankSeries.ts";
import { regularizer } from "../../../../../../contract/config/regularizer.ts";
import type { RunConfig } from "../../../../../../contract/config/runConfig.ts";
import { datasetConfig } from "../../../../../../contract/data/datasetConfig.ts";
import { aRow } from "../../../builders.ts";

const dataset = datasetConfig.parse({ id: "gaussian-clusters", classes: 3, trainPerClass: 4 });
const ridge = (lambda: number) =>
  regularizer.parse({ family: "features", lambdaW: lambda, lambdaH: lambda, lambdaHidden: lambda });
const deep = (more: Partial<RunConfig>, rank: number | null, objective: number) =>
  aRow(
    {
      dataset,
      architecture: "dufm",
      activation: "relu",
      loss: "mse",
      headBias: false,
      width: 8,
      depth: 2,
      regularizer: ridge(0.01),
      ...more,
    },
    { "train/loss": objective, ...(rank === null ? {} : { "train/solution.rank": rank }) },
  );
const value = 0.0702804163; // of the check values: K = 3, n = 4, λ = .01 throughout, two layers

describe("the value of deep neural collapse", () => {
  const config = (more: Partial<RunConfig> = {}) => deep(more, 3, 1).config;
  test("is the linear closed form, under ReLU too", () => {
    expect(collapseValue(config())).toBeCloseTo(value, 9);
    expect(collapseValue(config({ activation: "linear" }))).toBeCloseTo(value, 9);
    expect(collapseValue(config({ activation: "linear", headBias: true }))).toBeCloseTo((value * 2) / 3, 9);
  });
  test("is not known under cross entropy, of ReLU with a bias, and without a decay", () => {
    expect(collapseValue(config({ loss: "ce" }))).toBeNull();
    expect(collapseValue(config({ headBias: true }))).toBeNull();
    expect(collapseValue(config({ regularizer: regularizer.parse({ family: "features" }) }))).toBeNull();
    expect(collapseValue(config({ regularizer: regularizer.parse({ family: "weights" }) }))).toBeNull();
  });
});

describe("the ranks of solutions", () => {
  const rows = [
    ...[3, 2, 2].map((rank, seed) => deep({ seed }, rank, rank === 2 ? 0.9 * value : value * 1.00001)),
    deep({ depth: 4 }, null, 0.5),
    deep({ activation: "linear" }, 3, value),
    deep({ regularizer: ridge(0.02), seed: 7 }, 1, 0.01),
    aRow({ architecture: "ufm", depth: 1 }, { "train/loss": 1 }),
    aRow({ architecture: "dufm", seed: 9 }, {}),
  ];
  const cells = rankCells(rows);

  test("are told by line and depth, over the seeds that have been measured", () => {
    expect(isDeepFree(rows)).toBe(true);
    expect(isDeepFree(rows.slice(-2, -1))).toBe(false);
    expect(cells.map(({ activation, depth, solutions }) => [activation, depth, solutions.length])).toEqual([
      ["linear", 2, 1],
      ["relu", 2, 3],
      ["relu", 4, 1],
      ["relu", 2, 1],
    ]);
    expect(new Set(cells.map(({ line }) => line)).size).toBe(3);
  });

  test("are counted beside K, and their objectives beside that of collapse", () => {
    const cell = cells[1] as RankCell;
    expect(rankCounts(cell)).toEqual([
      { rank: 2, count: 2 },
      { rank: 3, count: 1 },
    ]);
    expect(lowSolutions(cell)).toEqual({ ofLowRank: 2, belowCollapse: 2 });
    expect(rankCounts(cells[2] as RankCell)).toEqual([{ rank: 0, count: 1 }]);
    expect(rankAnswer([cell])).toBe(
      "2 of 3 solutions have a rank below K, the least 2; 2 of 3 reach less than deep neural collapse.",
    );
    expect(rankAnswer([cells[0] as RankCell])).toBe(
      "no solution has a rank below K; none reaches less than deep neural collapse.",
    );
  });

  test("are drawn as dots about their depth, with the median of the seeds", () => {
    const series = rankSeries(cells.slice(1, 2));
    expect(series.map(({ draw, ys }) => [draw, ys])).toEqual([
      ["dots", [3, 2, 2]],
      ["line", [2]],
    ]);
    expect(series[0]?.trueXs).toEqual([2, 2, 2]);
    expect(collapseSeries(cells.slice(1, 2))[1]?.ys[0]).toBeCloseTo(0.9, 6);
  });
});
