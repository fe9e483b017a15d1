import { describe, expect, test } from "vitest";
import { pickEvenly, spacedIndices } from "../../../../math/statistics/spaced.ts";

describe("pickEvenly", () => {
  test("keeps the first and the last, and evenly spaced ones in between", () => {
    expect(pickEvenly([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 4)).toEqual([0, 3, 6, 9]);
    expect(pickEvenly(["a", "b", "c", "d"], 2)).toEqual(["a", "d"]);
  });

  test("gives all if there are no more, and only the last if one is asked for", () => {
    expect(pickEvenly([3, 1, 2], 3)).toEqual([3, 1, 2]);
    expect(pickEvenly([], 1)).toEqual([]);
    expect(pickEvenly([1, 2, 3], 1)).toEqual([3]);
  });
});

describe("spacedIndices", () => {
  test("gives the starts of equal parts, without the end", () => {
    expect([...spacedIndices(10, 4)]).toEqual([0, 2, 5, 7]);
    expect([...spacedIndices(3, 10)]).toEqual([0, 1, 2]);
  });
});
