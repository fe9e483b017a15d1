import { describe, expect, it } from "vitest";
import { blockCosines, bySize, hasImbalance, imbalanceFamily, reordered } from "../../../app/result/minorityCollapse.ts";
import { aRow } from "./support.ts";

const clusters = (imbalance: number) =>
  ({
    id: "gaussian-clusters",
    classes: 4,
    dimension: 10,
    trainPerClass: 25,
    testPerClass: 25,
    dataSeed: 0,
    separation: 3,
    imbalance,
  }) as const;

describe("the geometry sorted by class size", () => {
  it("orders classes from the largest, equal ones as they come", () => {
    expect(bySize([5, 50, 5, 20])).toEqual([1, 3, 0, 2]);
  });
  it("permutes rows and columns alike", () => {
    expect(reordered([1, 2, 3, 4], [1, 0])).toEqual([4, 3, 2, 1]);
  });
  it("sees merged small classes, and none in a simplex", () => {
    const simplex = Array.from({ length: 16 }, (_, index) => (index % 5 === 0 ? 1 : -1 / 3));
    expect(blockCosines(simplex, 4)).toEqual({ minority: expect.closeTo(-1 / 3, 12), majority: expect.closeTo(-1 / 3, 12) });
    const merged = [...simplex];
    merged[2 * 4 + 3] = merged[3 * 4 + 2] = 1;
    expect(blockCosines(merged, 4).minority).toBe(1);
    expect(blockCosines(merged, 4).majority).toBeCloseTo(-1 / 3, 12);
    expect(blockCosines([1, -1, -1, 1], 2)).toEqual({ minority: null, majority: null });
  });
});

describe("runs beside each other", () => {
  const rows = [0, 1].flatMap((seed) =>
    [0.01, 1, 0.1].flatMap((imbalance) =>
      [3, 8].map((depth) => aRow({ seed, depth, dataset: clusters(imbalance) }, { "train/loss": 1 })),
    ),
  );
  const shown = (ordinal: number | null) =>
    imbalanceFamily(rows, ordinal).map(({ config }) => [
      config.seed,
      config.depth,
      "imbalance" in config.dataset ? config.dataset.imbalance : null,
    ]);
  it("differ in their imbalance alone, the deepest of the first seed unless chosen", () => {
    expect(shown(null)).toEqual([
      [0, 8, 1],
      [0, 8, 0.1],
      [0, 8, 0.01],
    ]);
    const other = rows.find(({ config }) => config.seed === 1 && config.depth === 3);
    expect(shown(other?.ordinal ?? -1)[2]).toEqual([1, 3, 0.01]);
  });
  it("exist only where some class is smaller", () => {
    expect(hasImbalance(rows)).toBe(true);
    expect(hasImbalance([aRow({}, {}), aRow({ dataset: clusters(1) }, {})])).toBe(false);
  });
});
