import { describe, expect, test } from "vitest";
import { wantedGeometry } from "../../../../../../app/result/model/geometry/wantedGeometry.ts";
import {
  cosineText,
  halfBand,
  type LevelGeometry,
  levelGeometry,
  meanGram,
} from "../../../../../../app/result/model/imbalance/imbalanceGeometry.ts";
import {
  blockCosines,
  bySize,
  familyRun,
  hasImbalance,
  imbalanceFamilies,
  imbalanceLevels,
  reordered,
} from "../../../../../../app/result/model/imbalance/minorityCollapse.ts";
import { minoritySeries } from "../../../../../../app/result/model/imbalance/minoritySeries.ts";
import type { GeometrySnapshot } from "../../../../../../contract/wire/runEvents.ts";
import { aRow } from "../../../builders.ts";

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
  test("orders classes from the largest, equal ones as they come", () => {
    expect(bySize([5, 50, 5, 20])).toEqual([1, 3, 0, 2]);
  });
  test("permutes rows and columns alike", () => {
    expect(reordered([1, 2, 3, 4], [1, 0])).toEqual([4, 3, 2, 1]);
  });
  test("sees merged small classes, and none in a simplex", () => {
    const simplex = Array.from({ length: 16 }, (_, index) => (index % 5 === 0 ? 1 : -1 / 3));
    expect(blockCosines(simplex, 4)).toEqual({ minority: expect.closeTo(-1 / 3, 12), majority: expect.closeTo(-1 / 3, 12) });
    const merged = [...simplex];
    merged[2 * 4 + 3] = merged[3 * 4 + 2] = 1;
    expect(blockCosines(merged, 4).minority).toBe(1);
    expect(blockCosines(merged, 4).majority).toBeCloseTo(-1 / 3, 12);
    expect(blockCosines([1, -1, -1, 1], 2)).toEqual({ minority: null, majority: null });
  });
});

describe("levels of imbalance", () => {
  const rows = [0, 1].flatMap((seed) =>
    [0.01, 1, 0.1].flatMap((imbalance) =>
      [3, 8].map((depth) => aRow({ seed, depth, dataset: clusters(imbalance) }, { "train/loss": 1 })),
    ),
  );
  const shown = (imbalanceRun: number | null, imbalanceSeed: number | null) =>
    imbalanceLevels(rows, { imbalanceRun, imbalanceSeed }).map(({ imbalance, runs }) => [
      imbalance,
      runs.map(({ config }) => [config.depth, config.seed]),
    ]);
  test("hold all seeds of runs that differ in nothing else, the deepest unless chosen", () => {
    const both = [
      [8, 0],
      [8, 1],
    ];
    expect(shown(null, null)).toEqual([
      [1, both],
      [0.1, both],
      [0.01, both],
    ]);
    const other = rows.find(({ config }) => config.seed === 1 && config.depth === 3);
    expect(shown(other?.ordinal ?? -1, 1)[2]).toEqual([0.01, [[3, 1]]]);
  });
  test("leave out what is not finished where something is, and what ended badly", () => {
    const more = [
      aRow({ seed: 2, depth: 8, dataset: clusters(0.1) }, { "train/loss": 1 }, "running"),
      aRow({ seed: 2, depth: 8, dataset: clusters(0.01) }, { "train/loss": 1 }, "diverged"),
      aRow({ seed: 2, depth: 8, dataset: clusters(0.5) }, { "train/loss": 1 }, "running"),
    ];
    const levels = imbalanceLevels([...rows, ...more], { imbalanceRun: null, imbalanceSeed: null });
    expect(levels.map(({ imbalance, runs }) => [imbalance, runs.length])).toEqual([
      [1, 2],
      [0.5, 1],
      [0.1, 2],
      [0.01, 2],
    ]);
  });
  test("are one family for each other value", () => {
    const families = imbalanceFamilies(rows);
    expect(families.map(({ config }) => config.depth)).toEqual([3, 8]);
    expect(familyRun(families, rows.at(-1) ?? null)?.config.depth).toBe(8);
  });
  test("exist only where some class is smaller", () => {
    expect(hasImbalance(rows)).toBe(true);
    expect(hasImbalance([aRow({}, {}), aRow({ dataset: clusters(1) }, {})])).toBe(false);
  });
  test("are read in their last snapshots, and the geometry view's run through its training", () => {
    const wanted = wantedGeometry(rows, { geometryRun: null, imbalanceRun: null, imbalanceSeed: null });
    expect(wanted.map(({ lastOnly }) => lastOnly)).toEqual([false, true, true, true, true, true]);
    expect(new Set(wanted.map(({ runId }) => runId)).size).toBe(6);
  });
});

describe("classes of two levels", () => {
  const two = (imbalance: number, large: number) => ({ ...clusters(imbalance), largeClasses: large });
  const rows = [two(1, 1), two(0.1, 1), two(0.1, 3), clusters(0.1), clusters(1)].map((dataset) =>
    aRow({ dataset }, { "train/loss": 1 }),
  );
  test("are families of their own, by the number of large ones, the balanced set among them", () => {
    expect(imbalanceFamilies(rows)).toHaveLength(3);
    const [first] = rows;
    expect(
      imbalanceLevels(rows, { imbalanceRun: first?.ordinal ?? null, imbalanceSeed: null }).map((one) => one.imbalance),
    ).toEqual([1, 0.1]);
  });
  test("stand beside the balanced set that names no profile, and it is no family of its own", () => {
    const sets = [clusters(1), two(0.1, 1), two(0.01, 1), two(0.1, 3)].map((dataset) => aRow({ dataset }, { "train/loss": 1 }));
    const families = imbalanceFamilies(sets);
    expect(families.map(({ config }) => "largeClasses" in config.dataset && config.dataset.largeClasses)).toEqual([1, 3]);
    const levelsOf = (at: number) =>
      imbalanceLevels(sets, { imbalanceRun: sets[at]?.ordinal ?? null, imbalanceSeed: null }).map((level) => [
        level.imbalance,
        level.large,
        level.runs.length,
      ]);
    const ofOne = [
      [1, 1, 1],
      [0.1, 1, 1],
      [0.01, 1, 1],
    ];
    expect([levelsOf(0), levelsOf(1), levelsOf(2)]).toEqual([ofOne, ofOne, ofOne]);
    expect(levelsOf(3)).toEqual([
      [1, 3, 1],
      [0.1, 3, 1],
    ]);
    expect(familyRun(families, sets[0] ?? null)).toBe(families[0]);
  });
  test("have all but the large ones as their minority, whatever the ratio", () => {
    const gram = [1, 0.1, 0.1, 0.1, 0.1, 1, 0.4, 0.4, 0.1, 0.4, 1, 0.4, 0.1, 0.4, 0.4, 1];
    const snapshot = { classes: 4, meansGram: gram, headGram: gram } as unknown as GeometrySnapshot;
    for (const imbalance of [1, 0.1]) {
      const runs = [aRow({ dataset: two(imbalance, 1) }, { "train/loss": 1 })];
      const counts = [50, 50 * imbalance, 50 * imbalance, 50 * imbalance];
      const found = levelGeometry({ imbalance, data: { text: "", index: 0 }, large: 1, runs }, counts, () => snapshot);
      expect(found).toMatchObject({ minority: 3, large: 1 });
      expect(halfBand(found as LevelGeometry, "head", "minority")?.mean).toBeCloseTo(0.4, 12);
      expect(halfBand(found as LevelGeometry, "head", "majority")).toBeNull();
      expect(minoritySeries([found as LevelGeometry])[0]?.label).toBe("classifier rows, small classes");
    }
  });
});

describe("a level over its seeds", () => {
  const gram = (cosine: number) => [0, 1, 2, 3].flatMap((row) => [0, 1, 2, 3].map((column) => (row === column ? 1 : cosine)));
  const snapshot = (cosine: number) =>
    ({ classes: 4, meansGram: gram(cosine), headGram: gram(-cosine) }) as unknown as GeometrySnapshot;
  const runs = [0, 1, 2].map((seed) => aRow({ seed, dataset: clusters(0.1) }, { "train/loss": 1 }));
  const cosines = [0.2, 0.4, undefined];
  const level = (counts: number[] | null) =>
    levelGeometry({ imbalance: 0.1, data: { text: "", index: 0 }, large: null, runs }, counts, ({ config }) => {
      const cosine = cosines[config.seed];
      return cosine === undefined ? undefined : snapshot(cosine);
    });
  test("is the mean with its deviation over the seeds that have a snapshot, the largest class first", () => {
    const found = level([5, 50, 5, 20]) as LevelGeometry;
    expect([found.labels, found.counts, found.seeds.length]).toEqual([[1, 3, 0, 2], [50, 20, 5, 5], 2]);
    expect(found.grams.means.mean[1]).toBeCloseTo(0.3, 12);
    expect(found.grams.means.deviation?.[1]).toBeCloseTo(Math.sqrt(0.02), 12);
    expect(halfBand(found, "head", "minority")).toMatchObject({ count: 2, mean: expect.closeTo(-0.3, 12) });
    expect(cosineText(halfBand(found, "head", "minority"))).toBe("−0.30 ± 0.14");
    const drawn = minoritySeries([found]);
    expect(drawn.map((one) => one.id)).toContain("means-minority/runs");
    expect(drawn.find((one) => one.id === "means-minority")?.notes).toEqual(["arithmetic mean of 2 runs"]);
  });
  test("says nothing before the sizes are known, and no deviation of one seed", () => {
    expect(level(null)).toBeNull();
    expect(level([1, 2])).toBeNull();
    expect(meanGram([[1, 0.5]])).toEqual({ mean: [1, 0.5], deviation: null });
    expect(cosineText({ mean: 0.5, standardDeviation: null })).toBe("0.500");
  });
});
