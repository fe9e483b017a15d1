import { describe, expect, test } from "vitest";
import { smoothSeries } from "../../../../../app/charts/layout/smoothSeries.ts";
import { describeGaps, splitGaps } from "../../../../../app/charts/layout/splitGaps.ts";
import { spreadApart } from "../../../../../app/charts/layout/spreadApart.ts";
import { thinPoints } from "../../../../../app/charts/layout/thinPoints.ts";

describe("splitGaps", () => {
  test("turns what a log axis cannot show into counted gaps, never a number", () => {
    const drawn = splitGaps([0, 1, 2, 3, 4, 5], [1, 0, -0.5, null, 1e-13, 0.1], "linear", "log10");
    expect(drawn.points.map((point) => point.y)).toEqual([0, null, null, null, null, -1]);
    expect(drawn.gaps.map((gap) => gap.reason)).toEqual(["not above 0", "not above 0", "missing", "below 10⁻¹²"]);
    expect(describeGaps([drawn])).toBe("4 crosses on the axis: 2 not above 0, 1 missing, 1 below 10⁻¹²");
  });
  test("keeps the measured numbers along with the plotted ones", () => {
    const [point] = splitGaps([100], [0.001], "log10", "log10").points;
    expect(point).toEqual({ x: 2, y: -3, rawX: 100, rawY: 0.001 });
  });
  test("leaves step 0 off a log axis and counts it", () => {
    const drawn = splitGaps([0, 1], [2, 3], "log10", "linear");
    expect(drawn.offAxis).toBe(1);
    expect(drawn.points).toHaveLength(1);
  });
  test("draws zero and negative values on a linear axis", () => {
    expect(splitGaps([0, 1], [0, -1], "linear", "linear").gaps).toEqual([]);
    expect(describeGaps([splitGaps([0], [1], "linear", "linear")])).toBeNull();
  });
});

describe("smoothSeries", () => {
  test("is off by default, and has no start-up bias", () => {
    expect(smoothSeries([1, 2], 0)).toEqual([1, 2]);
    for (const value of smoothSeries([5, 5, 5], 0.9)) expect(value).toBeCloseTo(5, 12);
  });
  test("keeps gaps out of the average", () => {
    const smooth = smoothSeries([1, null, 1], 0.5);
    expect(smooth[1]).toBeNull();
    expect(smooth[2]).toBeCloseTo(1, 12);
  });
});

describe("thinPoints", () => {
  test("keeps first, last and every spike", () => {
    const values = Array.from({ length: 10_000 }, (_, i) => (i === 5_432 ? 99 : Math.sin(i)));
    const kept = thinPoints(values, 500);
    expect(kept.length).toBeLessThanOrEqual(502);
    expect(kept[0]).toBe(0);
    expect(kept.at(-1)).toBe(9_999);
    expect(kept).toContain(5_432);
  });
  test("leaves short series alone", () => {
    expect(thinPoints([1, null, 3], 500)).toEqual([0, 1, 2]);
  });
});

describe("spreadApart", () => {
  test("keeps labels a line apart, in their order, inside the plot", () => {
    const placed = spreadApart([50, 51, 52, 10], 11, 0, 100);
    const sorted = [...placed].sort((a, b) => a - b);
    for (let i = 1; i < sorted.length; i++) expect(sorted[i] - sorted[i - 1]).toBeGreaterThanOrEqual(11 - 1e-9);
    expect(placed[0]).toBeLessThan(placed[1]);
    expect(Math.max(...spreadApart([99, 100], 11, 0, 100))).toBeLessThanOrEqual(100);
  });
});
