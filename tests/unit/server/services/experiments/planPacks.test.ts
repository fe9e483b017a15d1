import { expect, test } from "vitest";
import { type ExperimentConfig, expandGrid } from "../../../../../contract/config/experimentConfig.ts";
import { packsText } from "../../../../../contract/pack/packsText.ts";
import { presets } from "../../../../../contract/presets/presets.ts";
import { planPacks } from "../../../../../server/services/experiments/planPacks.ts";

const gridOf = (id: string, change: Partial<ExperimentConfig> = {}) =>
  expandGrid({ ...presets.find((preset) => preset.id === id)!.config, ...change });
const slots = (count: number, runs: number) => Array.from({ length: count }, () => ({ runsOf: () => runs }));
/** A second's start, and a second a run. */
const lasts = (_run: unknown, packed: number) => 1_000 + 1_000 * packed;
const said = (packs: ReturnType<typeof planPacks>) => packsText(packs.map(({ runs }) => runs.length));
const endOf = (packs: ReturnType<typeof planPacks>) => Math.max(...packs.map(({ endMs }) => endMs));

test("runs of one key are divided among the free slots", () => {
  const packs = planPacks(
    gridOf("random-labels", { depths: [2], seeds: Array.from({ length: 15 }, (_, at) => at) }),
    slots(2, 64),
    lasts,
  );
  expect(said(packs)).toBe("15 runs in 2 packs of 8 and 7");
  expect(endOf(packs)).toBe(9_000);
});

test("First light is six packs of its three seeds, one depth after the other", () => {
  const packs = planPacks(gridOf("first-light"), slots(1, 64), lasts);
  expect(said(packs)).toBe("18 runs in 6 packs of 3");
  expect(packs.map(({ runs }) => runs.map(({ depth }) => depth).join())).toEqual([
    "2,2,2",
    "3,3,3",
    "5,5,5",
    "8,8,8",
    "13,13,13",
    "21,21,21",
  ]);
  expect(endOf(packs)).toBe(24_000);
  expect(said(planPacks(gridOf("first-light"), slots(2, 64), lasts))).toBe("18 runs in 6 packs of 3");
});

test("a slot that takes no packs has one run at a time beside one that does", () => {
  const packs = planPacks(
    gridOf("random-labels", { depths: [2], seeds: [0, 1, 2, 3, 4] }),
    [...slots(1, 2), ...slots(1, 1)],
    lasts,
  );
  // 0–3 s: two; 0–2 s, 2–4 s: one each; at 3 s the last one.
  expect(packs.map(({ runs, startMs }) => `${startMs} ${runs.length}`)).toEqual(["0 2", "0 1", "2000 1", "3000 1"]);
});

test("every run of every preset is in one pack, with others of its own depth and width alone", () => {
  for (const { id } of presets) {
    const runs = gridOf(id);
    const packs = planPacks(runs, slots(3, 4), lasts);
    expect(packs.flatMap((pack) => pack.runs)).toHaveLength(runs.length);
    expect(new Set(packs.flatMap((pack) => pack.runs)).size).toBe(runs.length);
    for (const pack of packs)
      expect(new Set(pack.runs.map(({ depth, width, loss }) => `${depth} ${width} ${loss}`)).size).toBe(1);
  }
});

test("the depths of a seed that grow come one after the other, whatever the order of the grid and however many slots are free", () => {
  const { training } = presets.find((preset) => preset.id === "first-light")!.config;
  const grown = (depths: number[], seeds: number[]) =>
    gridOf("first-light", { depths, seeds, training: { ...training, grown: { blocks: "identity", epsilon: 0.1 } } });
  const timesOf = (packs: ReturnType<typeof planPacks>) =>
    packs.map(({ runs, startMs }) => `${startMs}: ${runs.map(({ depth, seed }) => `${depth}/${seed}`).join()}`);
  // Alone 2 s a run: three depths in a line take 6 s on any number of slots.
  expect(timesOf(planPacks(grown([5, 2, 3], [0]), slots(4, 1), lasts))).toEqual(["0: 2/0", "2000: 3/0", "4000: 5/0"]);
  expect(endOf(planPacks(gridOf("first-light", { depths: [5, 2, 3], seeds: [0] }), slots(4, 1), lasts))).toBe(2_000);
  // Two seeds are two lines side by side.
  expect(endOf(planPacks(grown([2, 3, 5], [0, 1]), slots(2, 1), lasts))).toBe(6_000);
  expect(endOf(planPacks(grown([2, 3, 5], [0, 1]), slots(1, 1), lasts))).toBe(12_000);
  expect(timesOf(planPacks(grown([2, 3], [0, 1, 2]), slots(1, 64), lasts))).toEqual(["0: 2/0,2/1,2/2", "4000: 3/0,3/1,3/2"]);
});
