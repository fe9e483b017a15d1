import { describe, expect, test } from "vitest";
import { numericOptimum } from "../../../../math/optimum/numericOptimum.ts";
import type { Optimum } from "../../../../math/optimum/optimum.ts";
import type { SolvableObjective } from "../../../../math/optimum/unconstrainedObjective.ts";
import { findUnconstrainedOptimum, unconstrainedOptimum } from "../../../../math/optimum/unconstrainedOptimum.ts";
import { excess } from "./optimalityBound.ts";

function solved(objective: SolvableObjective): Optimum {
  const optimum = unconstrainedOptimum(objective);
  if (optimum.method === "none") throw new Error(optimum.reason);
  return optimum;
}

const sphere = { kind: "gufm-mse", dim: 8 } as const;
const ridge = { kind: "ufm-mse", dim: 8, weightDecay: 0.03, featureDecay: 0.02 } as const;
const squared: Omit<Extract<SolvableObjective, { kind: "gufm-mse" }>, "counts">[] = [
  { ...sphere, weightDecay: 0.1, bias: "none" },
  { ...sphere, weightDecay: 0.1, bias: "none", fitScale: 0.2 },
  { ...sphere, weightDecay: 0.01, bias: "free" },
  { ...sphere, weightDecay: 1, bias: "free", fitScale: 0.3 },
  { ...sphere, weightDecay: 20, bias: "free" },
];
const squaredRidge: Omit<Extract<SolvableObjective, { kind: "ufm-mse" }>, "counts">[] = [
  { ...ridge, bias: "none" },
  { ...ridge, bias: "free" },
  { ...ridge, bias: "free", fitScale: 0.2 },
  { ...ridge, bias: "penalized", biasDecay: 0.1 },
  { ...ridge, bias: "penalized", biasDecay: 0.1, weightDecay: 0.3, featureDecay: 0.2 }, // classes that are not worth their cost
];
const sizes = [
  [1, 2, 4],
  [10, 3, 7, 20],
  [5, 5, 1],
];

describe("squared error with unequal classes", () => {
  test.each([...squared, ...squaredRidge])("%j: the search over all class features and W finds the same", (objective) => {
    for (const counts of sizes) {
      const whole = { ...objective, counts } as SolvableObjective;
      const [found, expected] = [solved(whole), numericOptimum(whole)];
      expect(found.loss).toBeCloseTo(expected.loss, 12);
      expect(found.fit).toBeCloseTo(expected.fit, 8);
      expect(found.fit + found.ridge).toBeCloseTo(found.loss, 15);
      expect(found.scale).toBeCloseTo(expected.scale, 7);
      expect(found.featureScale).toBeCloseTo(expected.featureScale, 7);
      expect(found.weights.cols).toBeLessThanOrEqual(expected.weights.cols);
      found.bias.forEach((entry, k) => {
        expect(entry).toBeCloseTo(expected.bias[k], 6);
      });
      expect(excess(whole, found)).toBeLessThan(1e-9);
    }
  });

  test("under a ridge that is too strong is nothing", () => {
    const strong = solved({ ...ridge, counts: [1, 2, 4], weightDecay: 5, featureDecay: 5, bias: "none" });
    expect(strong).toMatchObject({ geometry: "zero", scale: 0, featureScale: 0, ridge: 0 });
    expect(strong.loss).toBeCloseTo(0.5, 14);
  });

  test("without a bias is in closed form for any number of classes", () => {
    const counts = Array.from({ length: 300 }, (_, k) => k + 1);
    expect(solved({ kind: "gufm-mse", counts, dim: 301, weightDecay: 0.01, bias: "none" }).method).toBe("closed-form");
  });
});

/** 100 classes of 500 to 5 samples; the losses are those of the slow search over all class features and W. */
const many = Array.from({ length: 100 }, (_, k) => Math.round(500 * 0.01 ** (k / 99)));
describe("a hundred unequal classes", () => {
  test.each<[string, SolvableObjective, number]>([
    ["cross entropy, sphere", { kind: "gufm-ce", counts: many, dim: 128, weightDecay: 0.005 }, 0.134222893216355],
    ["cross entropy, bias", { kind: "gufm-ce", counts: many, dim: 128, weightDecay: 0.005, bias: "free" }, 0.133690287143297],
    ["squared error, sphere", { kind: "gufm-mse", counts: many, dim: 128, weightDecay: 0.005, bias: "none" }, 0.001918335394666],
    ["squared error, bias", { kind: "gufm-mse", counts: many, dim: 128, weightDecay: 0.005, bias: "free" }, 0.001880449475654],
    [
      "squared error, ridge, bias",
      { kind: "ufm-mse", counts: many, dim: 128, weightDecay: 0.001, featureDecay: 1e-6, bias: "free" },
      0.026778696146,
    ],
    [
      "cross entropy, slack",
      { kind: "gufm-ce", counts: many, dim: 128, weightDecay: 0.005, slack: { rho: 0.1, frame: "simplex" } },
      0.15179048735,
    ],
  ])("%s", (_, objective, loss) => {
    const optimum = solved(objective);
    expect(Math.abs(optimum.loss - loss)).toBeLessThan(2e-12);
    expect(excess(objective, optimum)).toBeLessThan(1e-6);
  });

  test("are searched for with many pauses", () => {
    const search = findUnconstrainedOptimum({ kind: "gufm-ce", counts: many, dim: 128, weightDecay: 0.005 });
    let pauses = 0;
    while (!search.next().done && pauses < 20) pauses++;
    expect(pauses).toBe(20);
  });
});
