import { describe, expect, test } from "vitest";
import { MathError } from "../../../../math/MathError.ts";
import { fisherTail } from "../../../../math/statistics/fisherF.ts";
import { logLogSlope, type Point } from "../../../../math/statistics/logLogSlope.ts";
import { readRecording } from "../../../../server/recordings/recordingFile.ts";

const pointsAt = (places: Record<number, readonly number[]>): Point[] =>
  Object.entries(places).flatMap(([x, ys]) => ys.map((y) => ({ x: Number(x), y })));

describe("fisherTail", () => {
  // scipy.stats.f.sf
  test.each([
    [1, 1, 1, 0.5],
    [3.5, 2, 7, 0.08838834764831845],
    [0.2, 4, 30, 0.9363778368101445],
    [25, 5, 14, 1.630282044159414e-6],
    [0.001, 1, 2, 0.9776449082995052],
    [1000, 3, 2, 0.00099916731432906],
    [161, 5, 28, 1.0035546259360023e-19],
    [7.3, 1, 12, 0.01924335327344022],
    [1, 1000, 1000, 0.5],
  ])("P(F > %d) with %d and %d degrees of freedom is %d", (f, numerator, denominator, expected) => {
    expect(fisherTail(f, numerator, denominator) / expected).toBeCloseTo(1, 11);
  });

  test("ends at 1 and at 0", () => {
    expect(fisherTail(0, 3, 4)).toBe(1);
    expect(fisherTail(1e-300, 2, 2)).toBe(1);
    expect(fisherTail(1e308, 3, 1)).toBeLessThan(1e-100);
    expect(() => fisherTail(-1, 3, 4)).toThrow("F = -1");
    expect(() => fisherTail(Number.NaN, 3, 4)).toThrow(MathError);
    expect(() => fisherTail(1, 0, 4)).toThrow("numerator = 0");
    expect(() => fisherTail(1, 1, 0.5)).toThrow("denominator = 0.5");
  });
});

describe("logLogSlope", () => {
  test("agrees with a fit worked out by hand: (0,0), (1,1), (2,1) in decades", () => {
    const fit = logLogSlope(pointsAt({ 1: [1], 10: [10], 100: [10] }));
    expect(fit.slope).toBeCloseTo(0.5, 14);
    expect(fit.intercept).toBeCloseTo(1 / 6, 14);
    expect(fit.standardError).toBeCloseTo(Math.sqrt(1 / 12), 14);
    expect(fit.high).toBeCloseTo(0.5 + 12.7062047364 * Math.sqrt(1 / 12), 8);
  });

  test("agrees with Anscombe's first set: slope .5001, intercept 3.0001, standard error .1179", () => {
    const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
    const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
    const fit = logLogSlope(x.map((value, i) => ({ x: 10 ** value, y: 10 ** y[i] })));
    expect(fit.slope).toBeCloseTo(0.5000909, 6);
    expect(fit.intercept).toBeCloseTo(3.000091, 5);
    expect(fit.standardError).toBeCloseTo(0.1179055, 6);
  });

  test("RN1 on CIFAR-10, NC1: −.505 ± .064 with a misfit that the seeds' scatter does not explain", () => {
    const { runs } = readRecording("server/recordings/kept/rn1-cifar10-tonight.json.gz");
    const nc1 = runs.map(
      ({ config, series }): Point => ({
        x: config.depth,
        y: series[`train/nc1.ratio@${config.depth}`]?.[1].at(-1) as number,
      }),
    );
    // numpy and scipy: linregress through the means of the depths, t and F quantiles.
    const fit = logLogSlope(nc1);
    expect(fit).toMatchObject({ places: 6, freedom: 4, from: 2, to: 21, count: 18, omitted: 0 });
    expect(fit.slope).toBeCloseTo(-0.5045443246215, 11);
    expect(fit.standardError).toBeCloseTo(0.06367637696889926, 11);
    expect(fit.low).toBeCloseTo(-0.6813382897735298, 10);
    expect(fit.high).toBeCloseTo(-0.3277503594694702, 10);
    expect(fit.lackOfFit).toMatchObject({ numerator: 4, denominator: 12 });
    expect(fit.lackOfFit?.f).toBeCloseTo(27.757374518500423, 8);
    expect((fit.lackOfFit?.p ?? 0) / 5.5234872631815e-6).toBeCloseTo(1, 8);
    expect(fit.lackOfFit?.pureError).toBeCloseTo(0.0180721988557175, 11);
  });

  test("gives each depth one weight however many seeds it has, and each value one in the test of misfit", () => {
    const fit = logLogSlope(pointsAt({ 2: [1, 2], 4: [1.5], 8: [0.4, 0.5, 0.8], 16: [0.3, 0.25] }));
    // numpy and scipy.
    expect(fit.slope).toBeCloseTo(-0.8571696288562041, 12);
    expect(fit.intercept).toBeCloseTo(0.5197953115119063, 12);
    expect(fit.standardError).toBeCloseTo(0.22214402501552602, 12);
    expect(fit.low).toBeCloseTo(-1.8129782244867898, 10);
    expect(fit.high).toBeCloseTo(0.09863896677438166, 10);
    expect(fit.lackOfFit).toMatchObject({ numerator: 2, denominator: 4 });
    expect(fit.lackOfFit?.f).toBeCloseTo(1.1405856086794919, 11);
    expect(fit.lackOfFit?.p).toBeCloseTo(0.4055446895052238, 11);
    expect(fit.lackOfFit?.pureError).toBeCloseTo(0.15465247822478193, 12);
  });

  test("does not grow sure by copies of its seeds", () => {
    const once = logLogSlope(pointsAt({ 2: [1], 4: [0.9], 8: [0.4], 16: [0.38] }));
    const often = logLogSlope(
      pointsAt({ 2: Array(50).fill(1), 4: Array(50).fill(0.9), 8: Array(50).fill(0.4), 16: Array(50).fill(0.38) }),
    );
    expect(often.standardError).toBeCloseTo(once.standardError as number, 13);
    expect(often.lackOfFit).toBeNull();
  });

  test("recovers an exact power, with an error of 0 and no misfit to judge where seeds agree", () => {
    const fit = logLogSlope([3, 5, 8, 13, 21].flatMap((x) => [1, 1].map((c) => ({ x, y: c * 0.7 * x ** -0.335 }))));
    expect(fit.slope).toBeCloseTo(-0.335, 13);
    expect(fit.standardError).toBeLessThan(1e-14);
    expect(fit).toMatchObject({ count: 10, places: 5, lackOfFit: null });
  });

  test("equal values have slope 0 ± 0", () => {
    const fit = logLogSlope(pointsAt({ 2: [0.1, 0.1], 3: [0.1, 0.1], 5: [0.1, 0.1] }));
    expect(Math.abs(fit.slope)).toBeLessThan(1e-14);
    expect(fit.standardError).toBeLessThan(1e-14);
    expect(fit.lackOfFit).toBeNull();
  });

  test("two depths give a slope without an error, however many seeds", () => {
    const fit = logLogSlope(pointsAt({ 2: [1, 1.1, 1.2], 8: [0.5, 0.6] }));
    expect(fit).toMatchObject({ places: 2, freedom: 0, standardError: null, low: null, high: null, lackOfFit: null, count: 5 });
    expect(fit.slope).toBeCloseTo(Math.log(Math.sqrt(0.3) / Math.cbrt(1.32)) / Math.log(4), 13);
  });

  test("one seed a depth leaves the misfit unjudged, not the slope", () => {
    const fit = logLogSlope(pointsAt({ 2: [1], 4: [0.9], 8: [0.4] }));
    expect(fit.standardError).toBeGreaterThan(0);
    expect(fit).toMatchObject({ freedom: 1, lackOfFit: null });
  });

  test("takes values at both ends of the range of doubles", () => {
    const fit = logLogSlope(pointsAt({ 1: [1e-300, 2e-300], 1e100: [1, 2], 1e200: [1e300, 5e299] }));
    expect(fit.slope).toBeCloseTo(2.9985, 3);
    expect([fit.standardError, fit.low, fit.high, fit.lackOfFit?.f].every(Number.isFinite)).toBe(true);
    expect(logLogSlope(pointsAt({ 2: [5e-324], 4: [5e-324], 8: [5e-324] })).slope).toBeCloseTo(0, 12);
  });

  test("counts what a logarithm cannot take", () => {
    const fit = logLogSlope([
      ...pointsAt({ 2: [1], 4: [2, 0], 8: [0], 16: [-1], 0: [3], 5: [Number.NaN, Number.POSITIVE_INFINITY] }),
    ]);
    expect(fit).toMatchObject({ count: 2, omitted: 6, places: 2, from: 2, to: 4, standardError: null });
    expect(fit.slope).toBeCloseTo(1, 14);
  });

  test("refuses fewer than two different x", () => {
    expect(() => logLogSlope([])).toThrow(/0 different/);
    expect(() => logLogSlope(pointsAt({ 2: [1, 5], 3: [0] }))).toThrow(/1 different x values above 0 \(1 left out\)/);
    expect(() => logLogSlope(pointsAt({ 1e16: [1], 10000000000000002: [2] }))).toThrow(/1 different/);
    expect(() => logLogSlope(pointsAt({ 1: [1], 2: [1] }), 0)).toThrow(MathError);
  });
});
