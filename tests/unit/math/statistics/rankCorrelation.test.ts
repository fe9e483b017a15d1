import { describe, expect, test } from "vitest";
import { MathError } from "../../../../math/MathError.ts";
import { midRanks, rankCorrelation } from "../../../../math/statistics/rankCorrelation.ts";

describe("rankCorrelation", () => {
  test("sees order alone", () => {
    expect(rankCorrelation([1, 2, 3, 4], [1, 10, 100, 1e9])).toBe(1);
    expect(rankCorrelation([1, 2, 3, 4], [5, 4, -3, -80])).toBe(-1);
  });
  test("agrees with 1 − 6 Σ d²/(n(n² − 1)) without ties", () => {
    // Ranks 1 2 3 4 5 against 2 1 4 5 3: Σ d² = 1 + 1 + 1 + 1 + 4 = 8.
    expect(rankCorrelation([1, 2, 3, 4, 5], [20, 10, 40, 50, 30])).toBeCloseTo(1 - (6 * 8) / (5 * 24), 14);
  });
  test("shares ranks among ties", () => {
    expect(midRanks([7, 3, 7, 1])).toEqual([3.5, 2, 3.5, 1]);
    // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5/√(4.5·5).
    expect(rankCorrelation([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 14);
  });
  test("does not exist for few or equal values", () => {
    expect(rankCorrelation([1, 2], [1, 2])).toBeNull();
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeNull();
  });
  test("refuses what makes no sense", () => {
    expect(() => rankCorrelation([1, 2, 3], [1, 2])).toThrow(MathError);
    expect(() => rankCorrelation([1, 2, Number.NaN], [1, 2, 3])).toThrow("finite");
  });
});
