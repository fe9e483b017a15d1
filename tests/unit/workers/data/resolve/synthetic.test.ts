import { describe, expect, test } from "vitest";
import { datasetConfig } from "../../../../../contract/data/datasetConfig.ts";
import { randomStream, shuffle } from "../../../../../math/statistics/randomStream.ts";
import { makeSynthetic } from "../../../../../workers/data/resolve/makeSynthetic.ts";

const make = (config: Record<string, unknown>) => {
  const parsed = datasetConfig.parse({ classes: 4, dimension: 6, trainPerClass: 500, testPerClass: 10, ...config });
  if (parsed.id !== "gaussian-clusters" && parsed.id !== "random-labels") throw new Error("synthetic only");
  return makeSynthetic(parsed);
};

describe("synthetic sets", () => {
  test.each(["gaussian-clusters", "random-labels"])("%s: the same seed gives the same bytes, another seed others", (id) => {
    expect(make({ id, dataSeed: 3 }).resolved).toEqual(make({ id, dataSeed: 3 }).resolved);
    expect(make({ id, dataSeed: 3 }).resolved.hash).not.toBe(make({ id, dataSeed: 4 }).resolved.hash);
  });

  test("clusters lie around centres at the given distance, with unit variance", () => {
    const { train, dimension } = make({ id: "gaussian-clusters", separation: 5 });
    for (let k = 0; k < 4; k++) {
      const rows = [...train.labels.keys()].filter((i) => train.labels[i] === k);
      const centre = Array.from(
        { length: dimension },
        (_, j) => rows.reduce((sum, i) => sum + train.inputs[i * dimension + j], 0) / rows.length,
      );
      const spread =
        rows.reduce((sum, i) => sum + centre.reduce((s, c, j) => s + (train.inputs[i * dimension + j] - c) ** 2, 0), 0) /
        rows.length;
      expect(Math.abs(Math.hypot(...centre) - 5)).toBeLessThan(0.2);
      expect(spread / dimension).toBeCloseTo(1, 0);
    }
  });

  test("class sizes fall geometrically; the test set stays balanced", () => {
    const { resolved } = make({ id: "gaussian-clusters", trainPerClass: 80, imbalance: 0.125 });
    expect(resolved.trainCounts).toEqual([80, 40, 20, 10]);
    expect(resolved.testCounts).toEqual([10, 10, 10, 10]);
  });

  test("random labels are balanced and say nothing about the inputs", () => {
    const { train, resolved, dimension } = make({ id: "random-labels" });
    expect(resolved.trainCounts).toEqual([500, 500, 500, 500]);
    for (let k = 0; k < 4; k++) {
      const rows = [...train.labels.keys()].filter((i) => train.labels[i] === k);
      for (let j = 0; j < dimension; j++)
        expect(Math.abs(rows.reduce((sum, i) => sum + train.inputs[i * dimension + j], 0) / rows.length)).toBeLessThan(
          5 / Math.sqrt(500),
        );
    }
    expect([...train.labels.subarray(0, 8)]).not.toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
  });
});

describe("random streams", () => {
  test("uniform and normal numbers have their moments; streams of other labels are others", () => {
    const random = randomStream(0, "a");
    const uniform = Array.from({ length: 20_000 }, () => random.uniform());
    const normal = Array.from({ length: 20_000 }, () => random.normal());
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    expect(Math.abs(mean(normal))).toBeLessThan(0.03);
    expect(Math.abs(mean(normal.map((x) => x * x)) - 1)).toBeLessThan(0.05);
    expect(Math.abs(mean(normal.map((x) => x ** 4)) - 3)).toBeLessThan(0.3);
    expect(randomStream(0, "a").uniform()).toBe(uniform[0]);
    expect(randomStream(0, "b").uniform()).not.toBe(uniform[0]);
    expect(randomStream(1, "a").uniform()).not.toBe(uniform[0]);
  });

  test("a shuffle keeps every element, and puts each anywhere", () => {
    const places = new Float64Array(5);
    for (let seed = 0; seed < 2000; seed++) {
      const order = shuffle([0, 1, 2, 3, 4], randomStream(seed, "shuffle"));
      expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
      places[order.indexOf(0)]++;
    }
    for (const count of places) expect(Math.abs(count - 400)).toBeLessThan(100);
  });
});
