import { describe, expect, test } from "vitest";
import { MathError } from "../../../../math/MathError.ts";
import { median, quantile } from "../../../../math/statistics/quantile.ts";
import { geometricBand, meanBand } from "../../../../math/statistics/seedBand.ts";
import { studentTQuantile, studentTTail } from "../../../../math/statistics/studentT.ts";

describe("studentTQuantile", () => {
  test.each([
    [0.975, 1, 12.7062047364],
    [0.975, 2, 4.30265272991],
    [0.975, 4, 2.7764451052],
    [0.975, 9, 2.2621571628],
    [0.975, 30, 2.0422724563],
    [0.95, 5, 2.01504837333],
    [0.995, 10, 3.16927267261],
    [0.9995, 3, 12.9239786366],
    [0.75, 7, 0.711141778],
  ])("P = %f, ν = %i: the table's %f", (probability, freedom, expected) => {
    expect(studentTQuantile(probability, freedom) / expected).toBeCloseTo(1, 9);
  });

  test("matches the closed forms for one and two degrees of freedom", () => {
    for (const p of [0.51, 0.6, 0.9, 0.999, 0.999999]) {
      expect(studentTQuantile(p, 1) / Math.tan(Math.PI * (p - 0.5))).toBeCloseTo(1, 9);
      expect(studentTQuantile(p, 2) / ((2 * p - 1) / Math.sqrt(2 * p * (1 - p)))).toBeCloseTo(1, 9);
    }
  });

  test("is symmetric, nears the normal quantile, and inverts its tail", () => {
    expect(studentTQuantile(0.1, 6)).toBe(-studentTQuantile(0.9, 6));
    expect(studentTQuantile(0.5, 6)).toBe(0);
    expect(studentTQuantile(0.975, 1e6)).toBeCloseTo(1.959966, 5);
    expect(studentTTail(studentTQuantile(0.98, 13), 13)).toBeCloseTo(0.02, 12);
    expect(() => studentTQuantile(1, 5)).toThrow(MathError);
    expect(() => studentTQuantile(0.9, 0)).toThrow(MathError);
  });
});

describe("bands over seeds", () => {
  test("mean ± t·s/√N: 1..5 has 3 ± 2.776·√2.5/√5", () => {
    const band = meanBand([1, 2, 3, 4, 5]);
    expect(band?.mean).toBe(3);
    expect(band?.standardDeviation).toBeCloseTo(Math.sqrt(2.5), 15);
    expect(band?.high).toBeCloseTo(3 + 2.7764451052 * Math.sqrt(0.5), 9);
    expect(band?.low).toBeCloseTo(3 - 2.7764451052 * Math.sqrt(0.5), 9);
    expect(meanBand([1, 2, 3, 4, 5], 0.9)?.high).toBeLessThan(band?.high ?? 0);
  });

  test("one value has no band, none has no mean, and what is left out is counted", () => {
    expect(meanBand([7])).toEqual({ count: 1, mean: 7, low: null, high: null, standardDeviation: null, omitted: 0 });
    expect(meanBand([Number.NaN])).toBeNull();
    expect(meanBand([1, Number.POSITIVE_INFINITY, 3])).toMatchObject({ count: 2, mean: 2, omitted: 1 });
    expect(() => meanBand([1, 2], 1)).toThrow(MathError);
  });

  test("geometric: .001, .01, .1 has mean .01 and a band that is symmetric in decades", () => {
    const band = geometricBand([0.001, 0.01, 0.1, 0, -1]);
    expect(band?.omitted).toBe(2);
    expect(band?.count).toBe(3);
    expect(band?.mean).toBeCloseTo(0.01, 15);
    expect(Math.log10(band?.high ?? 0)).toBeCloseTo(-2 + 4.30265272991 / Math.sqrt(3), 9);
    expect(Math.log10((band?.high ?? 0) * (band?.low ?? 0))).toBeCloseTo(-4, 12);
    expect(geometricBand([0])).toBeNull();
  });
});

describe("quantile", () => {
  test("interpolates between order statistics", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(quantile([10, 20, 30, 40, 50], 0.1)).toBeCloseTo(14, 13);
    expect(quantile([5], 0.3)).toBe(5);
    expect([quantile([2, 9, 4], 0), quantile([2, 9, 4], 1)]).toEqual([2, 9]);
    expect(() => median([])).toThrow(MathError);
    expect(() => median([1, Number.NaN])).toThrow(/NaN/);
    expect(() => quantile([1], 1.1)).toThrow(MathError);
  });
});
