import { describe, expect, test } from "vitest";
import { bestMargin, marginFit } from "../../../../math/optimum/marginFit.ts";
import { numericOptimum } from "../../../../math/optimum/numericOptimum.ts";
import type { Optimum } from "../../../../math/optimum/optimum.ts";
import type { UnconstrainedObjective } from "../../../../math/optimum/unconstrainedObjective.ts";
import { unconstrainedOptimum } from "../../../../math/optimum/unconstrainedOptimum.ts";

function solved(objective: UnconstrainedObjective): Optimum {
  const optimum = unconstrainedOptimum(objective);
  if (optimum.method === "none") throw new Error(optimum.reason);
  return optimum;
}
const even = (classes: number, each: number) => new Array<number>(classes).fill(each);
const relative = (found: number, expected: number) => Math.abs(found / expected - 1);

describe("smoothed labels", () => {
  test("have the optimum that L-BFGS finds over all W and H", () => {
    const ridge = solved({ kind: "ufm-ce", counts: even(4, 5), dim: 6, weightDecay: 0.01, featureDecay: 0.01, smoothing: 0.1 });
    expect(relative(ridge.loss, 0.5648181366813735)).toBeLessThan(1e-12);
    const sphere = solved({ kind: "gufm-ce", counts: even(10, 7), dim: 64, weightDecay: 0.005, smoothing: 0.1 });
    expect(Math.abs(sphere.loss - 0.50667731)).toBeLessThan(5e-9);
    expect(Math.abs(sphere.scale - 0.50363433)).toBeLessThan(5e-9);
    const two = solved({ kind: "gufm-ce", counts: even(2, 7), dim: 8, weightDecay: 0.005, smoothing: 0.2 });
    expect(Math.abs(two.loss - 0.32583471)).toBeLessThan(5e-9);
    expect(Math.abs(two.scale - 0.38707815)).toBeLessThan(5e-9);
  });

  test.each([
    { kind: "gufm-ce", counts: even(4, 3), dim: 6, weightDecay: 0.02 },
    { kind: "ufm-ce", counts: even(4, 3), dim: 6, weightDecay: 0.02, featureDecay: 0.003 },
  ] as const)("of ε = 0 are cross entropy, $kind; the search finds the closed form of ε = 0.15", (objective) => {
    expect(solved({ ...objective, smoothing: 0 })).toEqual(solved(objective));
    const soft = { ...objective, smoothing: 0.15 };
    expect(relative(numericOptimum(soft).loss, solved(soft).loss)).toBeLessThan(1e-12);
  });

  test("so strong that nothing is left: L* = log K at W = H = 0", () => {
    const found = solved({ kind: "ufm-ce", counts: even(4, 3), dim: 6, weightDecay: 0.01, featureDecay: 0.01, smoothing: 0.95 });
    expect(found).toMatchObject({ loss: Math.log(4), ridge: 0, geometry: "zero", scale: 0 });
  });

  test.each([-0.1, 1, Number.NaN])("of ε = %f are refused", (smoothing) => {
    const objective = { kind: "gufm-ce", counts: even(4, 3), dim: 6, weightDecay: 0.01, smoothing } as const;
    expect(() => unconstrainedOptimum(objective)).toThrow(`smoothing = ${smoothing}`);
  });
});

describe("the focal loss", () => {
  test.each([
    { kind: "gufm-ce", counts: even(4, 3), dim: 6, weightDecay: 0.02 },
    { kind: "ufm-ce", counts: even(4, 3), dim: 6, weightDecay: 0.02, featureDecay: 0.003 },
  ] as const)("of γ = 0 is cross entropy, $kind", (objective) => {
    expect(solved({ ...objective, gamma: 0 })).toEqual(solved(objective));
    // The search over margins itself, where it is not passed by.
    expect(relative(solved({ ...objective, gamma: 1e-13 }).loss, solved(objective).loss)).toBeLessThan(1e-11);
  });

  test("says why there is no optimum with unequal classes, a bias, or a frame of another kind", () => {
    const objective = { kind: "gufm-ce", counts: [5, 4, 3], dim: 6, weightDecay: 0.02, gamma: 2 } as const;
    for (const other of [
      objective,
      { ...objective, counts: even(3, 4), bias: "free" as const },
      { ...objective, counts: even(3, 4), slack: { rho: 1, frame: "orthogonal" as const } },
    ])
      expect(unconstrainedOptimum(other)).toMatchObject({ method: "none", reason: expect.stringContaining("not convex") });
  });

  test("of smoothed labels is refused", () => {
    const objective = { kind: "gufm-ce", counts: even(3, 4), dim: 6, weightDecay: 0.02, gamma: 2, smoothing: 0.1 } as const;
    expect(() => unconstrainedOptimum(objective)).toThrow("give smoothing or gamma");
  });
});

test.each([
  [3, {}],
  [10, { smoothing: 0.2 }],
  [4, { gamma: 2 }],
  [100, { gamma: 0.5 }],
])("the slope over margins of %i classes, %j, is the derivative", (classes, shape) => {
  const { value, slope } = marginFit(classes, shape);
  for (const margin of [0, 0.3, 2, 7]) {
    const h = 1e-5;
    const difference = (value(margin + h) - value(margin - h)) / (2 * h);
    expect(Math.abs(slope(margin) - difference)).toBeLessThan(1e-9);
  }
});

test("the best of several local minima is taken: a fit that falls late beside a ridge that rises", () => {
  // f = 1 − a logistic step at 6: without a ridge on margins below it, 0 is a local minimum, and the step is worth its price.
  const step = (margin: number) => 1 / (1 + Math.exp(-4 * (margin - 6)));
  const fit = { value: (margin: number) => 1 - step(margin), slope: (margin: number) => -4 * step(margin) * (1 - step(margin)) };
  const cheap = bestMargin(fit, 0.05, 0);
  expect(cheap).toBeGreaterThan(6);
  expect(Math.abs(fit.slope(cheap) + 0.05)).toBeLessThan(1e-12);
  expect(bestMargin(fit, 0.2, 0)).toBe(0);
});

/**
 * Found by PyTorch's L-BFGS in float64 over W [K, d] and one feature a class [K, d], the best of three random starts:
 * Σ n_k/N f_k + λ/2 ‖W‖² (+ λ_H/2 Σ n_k‖h_k‖²), features centred and scaled to √d (or τ) on the sphere.
 */
const others: [UnconstrainedObjective, number][] = [
  [{ kind: "gufm-ce", counts: [9, 4, 1], dim: 6, weightDecay: 0.02, smoothing: 0.1 }, 0.31350336980969506],
  [{ kind: "gufm-ce", counts: [9, 4, 1], dim: 6, weightDecay: 0.02, smoothing: 0.1, bias: "free" }, 0.31305092920877603],
  [{ kind: "ufm-ce", counts: [9, 4, 1], dim: 6, weightDecay: 0.02, featureDecay: 0.003, smoothing: 0.2 }, 0.5632942207074111],
  [{ kind: "gufm-ce", counts: even(4, 5), dim: 6, weightDecay: 0.01, gamma: 2 }, 0.01868870026069726],
  [{ kind: "gufm-ce", counts: even(4, 5), dim: 6, weightDecay: 0.01, gamma: 0.5 }, 0.04207851932081822],
  [{ kind: "gufm-ce", counts: even(7, 2), dim: 9, weightDecay: 0.3, gamma: 3 }, 0.3498398770387641],
  [{ kind: "ufm-ce", counts: even(4, 5), dim: 6, weightDecay: 0.01, featureDecay: 0.01, gamma: 2 }, 0.1625527738327554],
  [{ kind: "ufm-ce", counts: [3, 3], dim: 4, weightDecay: 0.02, featureDecay: 0.005, gamma: 1 }, 0.04852305064362071],
  [{ kind: "gufm-ce", counts: even(6, 3), dim: 8, weightDecay: 0.01, temperature: 10 }, 0.014459745253621427],
  [{ kind: "gufm-ce", counts: [9, 4, 1], dim: 6, weightDecay: 0.02, temperature: 5 }, 0.022846816819742738],
  [{ kind: "gufm-mse", counts: [9, 4, 1], dim: 6, weightDecay: 0.02, temperature: 5, bias: "none" }, 0.0011939555884067652],
];
test.each(others)("%j: L* = %f", (objective, expected) => {
  expect(relative(solved(objective).loss, expected)).toBeLessThan(1e-10);
});

test("a temperature of √d is none, and another one changes the classifier alone", () => {
  for (const kind of ["gufm-ce", "gufm-mse"] as const) {
    const objective = { kind, counts: [9, 4, 1], dim: 9, weightDecay: 0.02, bias: "free" } as const;
    const [plain, same] = [solved(objective), solved({ ...objective, temperature: 3 })];
    expect(relative(same.loss, plain.loss)).toBeLessThan(1e-12);
    const warmer = solved({ ...objective, temperature: 6 });
    expect(relative(warmer.featureScale, plain.featureScale)).toBeLessThan(1e-12);
    expect(relative(warmer.ridge, (0.02 / 2) * warmer.weights.data.reduce((sum, w) => sum + w * w, 0))).toBeLessThan(1e-9);
    expect(warmer.loss).toBeLessThan(plain.loss);
  }
});
