import { describe, expect, test } from "vitest";
import { placeBlocks, splitBlocks } from "../../../../../workers/models/growth/placeBlocks.ts";

describe("where blocks come to lie", () => {
  test.each([
    [1, 2, [null, 1]],
    [2, 3, [1, null, 2]],
    [2, 4, [null, 1, null, 2]],
    [4, 7, [1, null, 2, null, 3, null, 4]],
    [3, 3, [1, 2, 3]],
    [0, 2, [null, null]],
  ])("%i among %i", (before, after, places) => expect(placeBlocks(before, after)).toEqual(places));

  test("for all depths up to 40 every old block has one place, in its order", () => {
    for (let before = 0; before <= 40; before++)
      for (let after = before; after <= 40; after++) {
        const kept = placeBlocks(before, after).filter((old) => old !== null);
        expect(kept).toEqual(Array.from({ length: before }, (_, i) => i + 1));
      }
  });

  test.each([
    [1, 3, [1, 1, 1]],
    [2, 3, [1, 1, 2]],
    [4, 7, [1, 1, 2, 2, 3, 3, 4]],
  ])("%i split into %i", (before, after, sources) => expect(splitBlocks(before, after)).toEqual(sources));

  test("fewer blocks, or none to split, are refused", () => {
    expect(() => placeBlocks(3, 2)).toThrow("3 blocks cannot be placed among 2");
    expect(() => splitBlocks(0, 2)).toThrow("0 blocks cannot be split into 2");
  });
});
