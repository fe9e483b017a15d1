import { describe, expect, test } from "vitest";
import { thinSeries } from "../../../../../server/services/series/thinSeries.ts";

const series = (values: number[]) => ({ steps: values.map((_, index) => index * 10), values });

describe("thinSeries", () => {
  test("leaves short series alone", () => {
    const short = series([3, 1, 2]);
    expect(thinSeries(short, 3)).toEqual(short);
  });

  test("keeps the first and the last point, true values, and rising steps", () => {
    const long = series(Array.from({ length: 10_000 }, (_, i) => Math.sin(i / 300) + 2));
    const thin = thinSeries(long, 500);
    expect(thin.steps).toHaveLength(500);
    expect([thin.steps[0], thin.steps.at(-1)]).toEqual([0, 99_990]);
    expect(thin.steps.every((step, i) => i === 0 || step > thin.steps[i - 1])).toBe(true);
    expect(thin.values).toEqual(thin.steps.map((step) => long.values[step / 10]));
  });

  test("keeps a spike", () => {
    const values = Array.from({ length: 5_000 }, () => 1);
    values[3_210] = 50;
    expect(thinSeries(series(values), 100).values).toContain(50);
  });

  test("keeps a dip that only a log axis shows", () => {
    const values = Array.from({ length: 5_000 }, (_, i): number => (i < 100 ? 1000 : 1e-3));
    values[3_210] = 1e-9;
    expect(thinSeries(series(values), 100).values).toContain(1e-9);
  });

  test("takes zeros and negative values", () => {
    const values = Array.from({ length: 1_000 }, (_, i) => (i % 2 ? -i : 0));
    expect(thinSeries(series(values), 10).values).toHaveLength(10);
  });
});

test("a series of a million points keeps its ends, its extremes and its order", () => {
  const steps = Array.from({ length: 1_000_000 }, (_, step) => step);
  const values = steps.map((step) => (step === 123_456 ? 9 : step === 654_321 ? -9 : Math.sin(step / 40_000)));
  const thinned = thinSeries({ steps, values }, 500);
  expect(thinned.steps.length).toBe(500);
  expect(thinned.steps[0]).toBe(0);
  expect(thinned.steps.at(-1)).toBe(999_999);
  expect(thinned.steps).toEqual(thinned.steps.toSorted((a, b) => a - b));
  expect(thinned.values[thinned.steps.indexOf(123_456)]).toBe(9);
  expect(thinned.values[thinned.steps.indexOf(654_321)]).toBe(-9);
});
