import { describe, expect, test } from "vitest";
import { MathError } from "../../../../math/MathError.ts";
import { logSpacedSteps } from "../../../../math/steps/logSpacedSteps.ts";
import { scaleStepTime, stepCost } from "../../../../math/steps/stepCost.ts";

describe("logSpacedSteps", () => {
  test("lists 0, the rounded powers and the total", () => {
    expect(logSpacedSteps(100, 2)).toEqual([0, 1, 3, 10, 32, 100]);
    expect(logSpacedSteps(50, 1)).toEqual([0, 1, 10, 50]);
    expect(logSpacedSteps(1, 10)).toEqual([0, 1]);
    expect(logSpacedSteps(0, 10)).toEqual([0]);
  });

  test.each([
    [5000, 10],
    [4999, 7],
    [2, 30],
    [100_000, 0.5],
    [12, 200],
  ])("is strictly rising from 0 to %i with %f a decade", (total, perDecade) => {
    const steps = logSpacedSteps(total, perDecade);
    expect(steps[0]).toBe(0);
    expect(steps.at(-1)).toBe(total);
    for (const step of steps) expect(Number.isInteger(step)).toBe(true);
    steps.slice(1).forEach((step, i) => {
      expect(step).toBeGreaterThan(steps[i]);
    });
  });

  test("has perDecade points in each decade once the integers are dense enough", () => {
    const steps = logSpacedSteps(1_000_000, 10);
    expect(steps.filter((step) => step >= 1000 && step < 10_000)).toHaveLength(10);
    expect(steps.filter((step) => step >= 100_000 && step < 1_000_000)).toHaveLength(10);
  });

  test("refuses a total or density out of range", () => {
    expect(() => logSpacedSteps(-1, 10)).toThrow(/total = -1/);
    expect(() => logSpacedSteps(1.5, 10)).toThrow(MathError);
    expect(() => logSpacedSteps(10, 0)).toThrow(/perDecade = 0/);
    expect(() => logSpacedSteps(10, Number.NaN)).toThrow(MathError);
  });
});

describe("stepCost", () => {
  const size = { branchLayers: 1, depth: 3, width: 4, inputDim: 5, classes: 2, samples: 10 } as const;

  test("counts a small network by hand", () => {
    const { products, parameters, total, elementwise } = stepCost(size);
    // Input layer 2·5·4 forward and once more for its weights; two blocks 2·4·4 three times; the head 2·4·2 three times.
    expect(products).toBe(10 * (2 * 40 + 2 * 3 * 32 + 3 * 16));
    expect(parameters).toBe(5 * 4 + 4 + 2 * (16 + 4) + 8);
    expect(total).toBe(products + elementwise);
  });

  test("grows by the block's two layers in RN2, and scales a measured time", () => {
    expect(stepCost({ ...size, branchLayers: 2 }).products - stepCost(size).products).toBe(10 * 2 * 3 * 32);
    expect(scaleStepTime(8, size, size)).toBe(8);
    expect(scaleStepTime(8, size, { ...size, depth: 9 })).toBeGreaterThan(8);
    const wide = { ...size, width: 512 };
    expect(scaleStepTime(1, wide, { ...wide, samples: 20_000 })).toBeCloseTo(2000, -3);
  });

  test("refuses sizes out of range", () => {
    expect(() => stepCost({ ...size, depth: 0 })).toThrow(/depth = 0/);
    expect(() => stepCost({ ...size, width: 1.5 })).toThrow(/width = 1.5/);
    expect(() => scaleStepTime(0, size, size)).toThrow(/measuredMs/);
  });
});
