import { describe, expect, test } from "vitest";
import { fixed, intervalText, plusMinus, plusMinusPercent } from "../../../../app/text/plusMinus.ts";
import { bandClaim, misfitText, slopeInFull, slopeInterval, slopeText } from "../../../../app/text/slopeText.ts";
import { logLogSlope, type Point } from "../../../../math/statistics/logLogSlope.ts";

describe("a value and its spread", () => {
  test.each([
    [-0.5045443, 0.0636764, "−0.505 ± 0.064"],
    [-0.362, 0.0412, "−0.362 ± 0.041"],
    [1, 0, "1.00 ± 0.00"],
    [1, null, "1.00"],
    [0, 0, "0.00 ± 0.00"],
    [0, null, "0.00"],
    [-0, null, "0.00"],
    [-0.0004, 0.02, "0.000 ± 0.020"],
    [-0.004, 0.02, "−0.004 ± 0.020"],
    [0.0663, 0.01, "0.066 ± 0.010"],
    [0.0663, 0.00996, "0.066 ± 0.010"],
    [137.3, 18.4, "137 ± 18"],
    [13700, 1800, "13700 ± 1800"],
    [2, 30, "2 ± 30"],
    [0.335, 1e-15, "0.33500 ± <0.00001"],
    [0.99951, 0.00042, "0.9995 ± 0.0004"],
    [1.29e-5, 1.5e-6, "(1.29 ± 0.15)×10⁻⁵"],
    [-1.29e-5, null, "−1.29×10⁻⁵"],
    [2.5e9, 1e8, "(2.50 ± 0.10)×10⁹"],
    [0, 2e-7, "(0.0 ± 2.0)×10⁻⁷"],
    [5e-324, 0, "(5.00 ± 0.00)×10⁻³²⁴"],
    [1.7e308, 1e307, "(1.70 ± 0.10)×10³⁰⁸"],
    [Number.NaN, 1, "–"],
    [Number.POSITIVE_INFINITY, null, "–"],
    [0.5, Number.NaN, "0.500"],
  ])("%d and %d: %s", (value, spread, text) => {
    expect(plusMinus(value, spread)).toBe(text);
  });

  test("writes shares in percent, and no minus before a zero", () => {
    expect(plusMinusPercent(0.991, 0.0042)).toBe("99.10 ± 0.42 %");
    expect(plusMinusPercent(1, 0)).toBe("100 ± 0 %");
    expect(plusMinusPercent(0.5, null)).toBe("50.0 %");
    expect([fixed(-0.004, 2), fixed(-0.006, 2), fixed(0, 2)]).toEqual(["0.00", "−0.01", "0.00"]);
    expect(intervalText(-0.68134, -0.00021, -0.5045, 0.0637)).toBe("−0.681…0.000");
  });
});

describe("what is said of a slope", () => {
  const fitOf = (places: Record<number, readonly number[]>) =>
    logLogSlope(Object.entries(places).flatMap(([x, ys]) => ys.map((y): Point => ({ x: Number(x), y }))));
  const several = fitOf({ 2: [1, 2], 4: [1.5], 8: [0.4, 0.5, 0.8], 16: [0.3, 0.25] });

  test("is its error, its interval, its range and the misfit", () => {
    expect(slopeText(several)).toBe("−0.86 ± 0.22");
    expect(slopeInterval(several)).toBe("−1.81…0.10");
    expect(slopeInFull(several, "depth")).toBe("−0.86 ± 0.22 (95 %: −1.81…0.10; depth 2…16)");
    expect(misfitText(several)).toBe("F(2, 4) = 1.14, p = 0.406");
  });

  test("is why there is none", () => {
    const two = fitOf({ 2: [1, 1.1], 8: [0.5] });
    expect(slopeInFull(two, "depth")).toBe("−0.53 (two points, no error; depth 2…8)");
    expect(misfitText(two)).toBe("two points: always a line");
    expect(misfitText(fitOf({ 2: [1], 4: [0.9], 8: [0.3] }))).toBe("one run at each point: cannot be judged");
    expect(misfitText(fitOf({ 2: [1, 1], 4: [0.9, 0.9], 8: [0.3, 0.3] }))).toBe(
      "runs at a point agree exactly: cannot be judged",
    );
    expect(slopeText(fitOf({ 2: [0.1], 4: [0.1], 8: [0.1] }))).toMatch(/^0\.0+ ± |^\(/);
  });

  test.each([
    [-0.45, -0.3, "within"],
    [-0.5, -0.25, "within"],
    [-0.7, -0.51, "steeper"],
    [-0.24, 0.1, "flatter"],
    [-0.681, -0.328, "open"],
    [-0.6, -0.1, "open"],
    [null, null, "open"],
  ] as const)("an interval %d…%d lies %s", (low, high, claim) => {
    expect(bandClaim({ low, high }, [-1 / 2, -1 / 4])).toBe(claim);
  });
});
