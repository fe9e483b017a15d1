import { describe, expect, it } from "vitest";
import { logLogSlope } from "../../../math/logLogSlope.ts";
import { MathError } from "../../../math/MathError.ts";
import { median, quantile } from "../../../math/quantile.ts";
import { geometricBand, meanBand } from "../../../math/seedBand.ts";
import { studentTQuantile, studentTTail } from "../../../math/studentT.ts";

describe("studentTQuantile", () => {
  it.each([
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

  it("matches the closed forms for one and two degrees of freedom", () => {
    for (const p of [0.51, 0.6, 0.9, 0.999, 0.999999]) {
      expect(studentTQuantile(p, 1) / Math.tan(Math.PI * (p - 0.5))).toBeCloseTo(1, 9);
      expect(studentTQuantile(p, 2) / ((2 * p - 1) / Math.sqrt(2 * p * (1 - p)))).toBeCloseTo(1, 9);
    }
  });

  it("is symmetric, nears the normal quantile, and inverts its tail", () => {
    expect(studentTQuantile(0.1, 6)).toBe(-studentTQuantile(0.9, 6));
    expect(studentTQuantile(0.5, 6)).toBe(0);
    expect(studentTQuantile(0.975, 1e6)).toBeCloseTo(1.959966, 5);
    expect(studentTTail(studentTQuantile(0.98, 13), 13)).toBeCloseTo(0.02, 12);
    expect(() => studentTQuantile(1, 5)).toThrow(MathError);
    expect(() => studentTQuantile(0.9, 0)).toThrow(MathError);
  });
});

describe("bands over seeds", () => {
  it("mean ± t·s/√N: 1..5 has 3 ± 2.776·√2.5/√5", () => {
    const band = meanBand([1, 2, 3, 4, 5]);
    expect(band?.mean).toBe(3);
    expect(band?.standardDeviation).toBeCloseTo(Math.sqrt(2.5), 15);
    expect(band?.high).toBeCloseTo(3 + 2.7764451052 * Math.sqrt(0.5), 9);
    expect(band?.low).toBeCloseTo(3 - 2.7764451052 * Math.sqrt(0.5), 9);
    expect(meanBand([1, 2, 3, 4, 5], 0.9)?.high).toBeLessThan(band?.high ?? 0);
  });

  it("one value has no band, none has no mean, and what is left out is counted", () => {
    expect(meanBand([7])).toEqual({ count: 1, mean: 7, low: null, high: null, standardDeviation: null, omitted: 0 });
    expect(meanBand([Number.NaN])).toBeNull();
    expect(meanBand([1, Number.POSITIVE_INFINITY, 3])).toMatchObject({ count: 2, mean: 2, omitted: 1 });
    expect(() => meanBand([1, 2], 1)).toThrow(MathError);
  });

  it("geometric: .001, .01, .1 has mean .01 and a band that is symmetric in decades", () => {
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
  it("interpolates between order statistics", () => {
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

describe("logLogSlope", () => {
  it("agrees with a fit worked out by hand: (0,0), (1,1), (2,1) in decades", () => {
    const fit = logLogSlope([
      { x: 1, y: 1 },
      { x: 10, y: 10 },
      { x: 100, y: 10 },
    ]);
    expect(fit.slope).toBeCloseTo(0.5, 14);
    expect(fit.intercept).toBeCloseTo(1 / 6, 14);
    expect(fit.standardError).toBeCloseTo(Math.sqrt(1 / 12), 14);
    expect(fit.high).toBeCloseTo(0.5 + 12.7062047364 * Math.sqrt(1 / 12), 8);
  });

  it("agrees with Anscombe's first set: slope .5001, intercept 3.0001, standard error .1179", () => {
    const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
    const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
    const fit = logLogSlope(x.map((value, i) => ({ x: 10 ** value, y: 10 ** y[i] })));
    expect(fit.slope).toBeCloseTo(0.5000909, 6);
    expect(fit.intercept).toBeCloseTo(3.000091, 5);
    expect(fit.standardError).toBeCloseTo(0.1179055, 6);
  });

  it("recovers an exact power over seeds and depths", () => {
    const points = [3, 5, 8, 13, 21].flatMap((x) => [1, 1].map((c) => ({ x, y: c * 0.7 * x ** -0.335 })));
    const fit = logLogSlope(points);
    expect(fit.slope).toBeCloseTo(-0.335, 13);
    expect(fit.standardError).toBeLessThan(1e-14);
    expect(fit.count).toBe(10);
  });

  it("counts what a logarithm cannot take", () => {
    const fit = logLogSlope([
      { x: 2, y: 1 },
      { x: 4, y: 2 },
      { x: 8, y: 0 },
      { x: 16, y: -1 },
      { x: 0, y: 3 },
      { x: 5, y: Number.NaN },
    ]);
    expect(fit).toMatchObject({ count: 2, omitted: 4, standardError: null, low: null, high: null });
    expect(fit.slope).toBeCloseTo(1, 14);
  });

  it("refuses fewer than two different x", () => {
    expect(() => logLogSlope([])).toThrow(/0 different/);
    expect(() =>
      logLogSlope([
        { x: 2, y: 1 },
        { x: 2, y: 5 },
        { x: 3, y: 0 },
      ]),
    ).toThrow(/1 different x values above 0 \(1 points left out\)/);
    expect(() =>
      logLogSlope(
        [
          { x: 1, y: 1 },
          { x: 2, y: 1 },
        ],
        0,
      ),
    ).toThrow(MathError);
  });
});
