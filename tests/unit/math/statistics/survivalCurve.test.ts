import { describe, expect, test } from "vitest";
import { MathError } from "../../../../math/MathError.ts";
import { survivalCurve } from "../../../../math/statistics/survivalCurve.ts";

const at = (time: number, reached = true) => ({ time, reached });

describe("survivalCurve", () => {
  test("is the plain share where nothing is censored", () => {
    const curve = survivalCurve([at(30), at(10), at(20), at(10)]);
    expect(curve.points.map(({ time, survival }) => [time, survival])).toEqual([
      [10, 0.5],
      [20, 0.25],
      [30, 0],
    ]);
    expect(curve).toMatchObject({ count: 4, reached: 4, censored: [], median: 10 });
  });
  test("gives the estimate computed by hand with censored subjects", () => {
    // 6 subjects: events at 3, 5, 8; censored at 4, 8 (watched there), 9.
    const curve = survivalCurve([at(3), at(4, false), at(5), at(8), at(8, false), at(9, false)]);
    expect(curve.points.map(({ atRisk, events }) => [atRisk, events])).toEqual([
      [6, 1],
      [4, 1],
      [3, 1],
    ]);
    expect(curve.points[2]?.survival).toBeCloseTo((5 / 6) * (3 / 4) * (2 / 3), 14);
    expect(curve).toMatchObject({ reached: 3, censored: [4, 8, 9], median: 8 });
  });
  test("has no median while more than half have not reached the event", () => {
    expect(survivalCurve([at(1), at(2, false), at(2, false)]).median).toBeNull();
    expect(survivalCurve([at(2, false)])).toMatchObject({ reached: 0, points: [], median: null });
  });
  test("takes a half for a half, whatever rounding does", () => {
    expect(survivalCurve([at(1), at(2), at(3, false), at(3, false)]).median).toBe(2);
  });
  test("refuses what makes no sense", () => {
    expect(() => survivalCurve([])).toThrow(MathError);
    expect(() => survivalCurve([at(-1)])).toThrow("at least 0");
    expect(() => survivalCurve([at(Number.POSITIVE_INFINITY, false)])).toThrow("finite");
  });
});
