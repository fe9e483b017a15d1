import { describe, expect, test } from "vitest";
import { describeGaps, findGaps, measurementGaps } from "../../../../contract/metrics/measurementGaps.ts";
import { measuringSteps } from "../../../../math/steps/measuringSteps.ts";

describe("what is missing of a run's measurements", () => {
  const expected = measuringSteps({ name: "every", steps: 10 }, 95);

  test("is nothing where all of its schedule is stored, whatever else is", () => {
    expect(expected).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95]);
    expect(findGaps(expected, new Set([...expected, 7]))).toBeNull();
  });

  test("is counted, and named hole by hole", () => {
    const gaps = findGaps(expected, new Set([0, 30, 40, 60, 70, 80, 90]))!;
    expect(gaps).toEqual({
      missing: 4,
      expected: 11,
      ranges: [
        [10, 20],
        [50, 50],
        [95, 95],
      ],
    });
    expect(describeGaps(gaps)).toBe("4 of 11 measurements are missing: steps 10 to 20, 50, 95");
    expect(describeGaps({ missing: 1, expected: 11, ranges: [[50, 50]] })).toBe("1 of 11 measurements is missing: step 50");
  });

  test("names the first twelve holes of many", () => {
    const all = Array.from({ length: 101 }, (_, step) => step);
    const gaps = findGaps(all, new Set(all.filter((step) => step % 2 === 0)))!;
    expect(gaps).toMatchObject({ missing: 50, expected: 101 });
    expect(gaps.ranges).toHaveLength(12);
    expect(measurementGaps.parse(gaps)).toEqual(gaps);
    expect(describeGaps(gaps)).toBe("50 of 101 measurements are missing: steps 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23 …");
  });
});
