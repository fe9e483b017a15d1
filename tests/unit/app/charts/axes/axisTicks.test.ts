import { describe, expect, test } from "vitest";
import { decadeTicks, linearTicks, valueTicks } from "../../../../../app/charts/axes/axisTicks.ts";
import { paddedDomain, toPlot } from "../../../../../app/charts/axes/plotCoordinates.ts";
import { powerOfTen, readable } from "../../../../../app/text/shortNumber.ts";

const labels = (ticks: { label: string }[]) => ticks.map((tick) => tick.label).filter((label) => label !== "");

describe("logarithmic axes", () => {
  test("ticks every decade, down to 1e-12", () => {
    const ticks = decadeTicks(-12, 0, 20);
    expect(ticks.map((tick) => tick.at)).toEqual([-12, -11, -10, -9, -8, -7, -6, -5, -4, -3, -2, -1, 0]);
    expect(labels(ticks)[0]).toBe("10⁻¹²");
    expect(labels(ticks).at(-1)).toBe("10⁰");
  });
  test("labels every m-th decade where there is no room", () => {
    expect(labels(decadeTicks(-12, 0, 4)).length).toBeLessThanOrEqual(4);
  });
  test("labels 2 and 5 between few decades, plainly where that is short", () => {
    expect(labels(decadeTicks(-1.5, 0.1))).toEqual(["0.05", "0.1", "0.2", "0.5", "1"]);
    expect(labels(decadeTicks(-5.5, -4))).toEqual(["5·10⁻⁶", "10⁻⁵", "2·10⁻⁵", "5·10⁻⁵", "10⁻⁴"]);
  });
  test("shows at least half a decade and nothing below 1e-12", () => {
    const [low, high] = paddedDomain([-3, -3.01], "log10");
    expect(high - low).toBeGreaterThanOrEqual(0.5);
    expect(paddedDomain([-15, -2], "log10")[0]).toBe(-12);
    expect(paddedDomain([], "log10")).toEqual([-3, 0]);
  });
  test("has no place for zero, negative and missing values", () => {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, null, undefined]) expect(toPlot(value, "log10")).toBeNull();
    expect(toPlot(0, "linear")).toBe(0);
    expect(toPlot(8, "log2")).toBe(3);
  });
});

describe("other axes", () => {
  test("puts ticks at the values of the grid, without labels that touch", () => {
    const ticks = valueTicks([5, 2, 3, 2], "log2", 1, 3, 300);
    expect(ticks.map((tick) => tick.at)).toEqual([1, Math.log2(3), Math.log2(5)]);
    expect(labels(valueTicks([20, 21], "log2", 1, 5, 300))).toEqual(["20"]);
    expect(labels(valueTicks([0, 0.1, 0.4], "linear", 0, 0.4, 300))).toEqual(["0", "0.1", "0.4"]);
    expect(labels(valueTicks([0, 0.01, 1], "log10", -2, 0, 300))).toEqual(["0.01", "1"]);
  });
  test("steps by 1, 2 or 5, and always has two ticks", () => {
    expect(linearTicks(0, 1, 5).map((tick) => tick.at)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks(3, 47, 2).length).toBeGreaterThanOrEqual(2);
    expect(linearTicks(2.9, 4.1, 5).map((tick) => tick.at)).toContain(3.5);
    expect(linearTicks(2.9, 4.1, 5, true).map((tick) => tick.at)).toEqual([3, 4]);
    expect(linearTicks(0, 12, 3, true).map((tick) => tick.at)).toEqual(linearTicks(0, 12, 3).map((tick) => tick.at));
  });
});

describe("numbers as text", () => {
  test("keeps three significant digits", () => {
    expect(readable(0.0227594)).toBe("0.0228");
    expect(readable(1.234e-7)).toBe("1.23×10⁻⁷");
    expect(readable(1e-5)).toBe("10⁻⁵");
    expect(readable(0)).toBe("0");
    expect(readable(null)).toBe("–");
    expect(powerOfTen(-10)).toBe("10⁻¹⁰");
  });
});
