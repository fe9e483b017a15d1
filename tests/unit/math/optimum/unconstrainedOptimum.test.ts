import { describe, expect, test } from "vitest";
import { type LayerMetric, metricInfo } from "../../../../contract/metrics/metricInfo.ts";
import { measureLastLayer } from "../../../../math/collapse/layerMetrics.ts";
import { embedRows, simplexVertices, zeroMeanBasis } from "../../../../math/frames/frames.ts";
import { idealGram } from "../../../../math/frames/idealGram.ts";
import { gramOfRows, identity, transpose } from "../../../../math/linear/matrix.ts";
import { MathError } from "../../../../math/MathError.ts";
import { collapsedObjective } from "../../../../math/optimum/collapsedObjective.ts";
import { gufmCrossEntropyOptimum, gufmSquaredErrorOptimum } from "../../../../math/optimum/gufmOptimum.ts";
import { heldObjective } from "../../../../math/optimum/heldObjective.ts";
import { minimize, type SmoothFunction } from "../../../../math/optimum/minimize.ts";
import { numericOptimum } from "../../../../math/optimum/numericOptimum.ts";
import type { Optimum } from "../../../../math/optimum/optimum.ts";
import { embedOptimum } from "../../../../math/optimum/optimum.ts";
import { ridgeCrossEntropyOptimum } from "../../../../math/optimum/ridgeCrossEntropyOptimum.ts";
import { ridgeSquaredErrorOptimum } from "../../../../math/optimum/ridgeSquaredErrorOptimum.ts";
import { slackTerm } from "../../../../math/optimum/slackObjective.ts";
import type { SolvableObjective, UnconstrainedObjective } from "../../../../math/optimum/unconstrainedObjective.ts";
import { balancedCounts, solvable } from "../../../../math/optimum/unconstrainedObjective.ts";
import { requiredDim, unconstrainedOptimum } from "../../../../math/optimum/unconstrainedOptimum.ts";
import { largestGap, normals } from "../sampling.ts";
import { excess } from "./optimalityBound.ts";
import { sampleObjective } from "./sampleObjective.ts";

function solved(objective: UnconstrainedObjective): Optimum {
  const optimum = unconstrainedOptimum(objective);
  if (optimum.method === "none") throw new Error(optimum.reason);
  return optimum;
}

describe("values of the reference table", () => {
  test.each([
    [10, 64, 0.005, 0.02275937, 0.848007],
    [2, 64, 0.005, 0.0015847, 0.503923],
    [10, 64, 0.0025, 0.01310346, 0.917387],
  ])("GUFM with cross entropy: K = %i, d = %i, λ = %f", (classes, dim, weightDecay, loss, scale) => {
    const optimum = solved({ kind: "gufm-ce", counts: balancedCounts(classes, 7), dim, weightDecay });
    expect(optimum.method).toBe("closed-form");
    expect(Math.abs(optimum.loss - loss)).toBeLessThan(5e-9);
    expect(Math.abs(optimum.scale - scale)).toBeLessThan(5e-7);
  });

  test("GUFM with cross entropy: K = 4, d = 16, λ = 0.005, which the table gives to four digits and without a scale", () => {
    const optimum = solved({ kind: "gufm-ce", counts: balancedCounts(4, 7), dim: 16, weightDecay: 0.005 });
    expect(optimum.method).toBe("closed-form");
    expect(Math.abs(optimum.loss - 0.01935)).toBeLessThan(5e-6);
  });

  test("splits the first into fit and ridge", () => {
    const { fit, ridge } = gufmCrossEntropyOptimum(
      solvable({
        kind: "gufm-ce",
        counts: balancedCounts(10, 1),
        dim: 64,
        weightDecay: 0.005,
      }),
    );
    expect(Math.abs(fit - 0.00478145)).toBeLessThan(5e-9);
    expect(Math.abs(ridge - 0.01797791)).toBeLessThan(5e-9);
  });

  test("MNIST's own counts give .02275353, below the balanced value", () => {
    const counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];
    const optimum = solved({ kind: "gufm-ce", counts, dim: 64, weightDecay: 0.005 });
    expect(optimum.method).toBe("numeric");
    expect(optimum.geometry).toBe("unequal");
    expect(Math.abs(optimum.loss - 0.02275353)).toBeLessThan(5e-9);
  });
});

/** Every closed form, in every regime of its formula. */
const balanced: [string, SolvableObjective, Optimum["geometry"]][] = [
  ["GUFM, cross entropy", { kind: "gufm-ce", counts: [2, 2, 2], dim: 4, weightDecay: 0.02 }, "simplex"],
  ["GUFM, cross entropy, d = K", { kind: "gufm-ce", counts: [2, 2, 2, 2], dim: 4, weightDecay: 0.3 }, "simplex"],
  ["GUFM, cross entropy, two classes", { kind: "gufm-ce", counts: [3, 3], dim: 3, weightDecay: 0.1 }, "simplex"],
  [
    "GUFM, squared error, d = K + 1",
    { kind: "gufm-mse", counts: [2, 2, 2], dim: 4, weightDecay: 0.1, bias: "none" },
    "orthogonal",
  ],
  [
    "GUFM, squared error scaled by ⅓",
    { kind: "gufm-mse", counts: [2, 2, 2], dim: 5, weightDecay: 0.2, bias: "none", fitScale: 1 / 3 },
    "orthogonal",
  ],
  ["GUFM, squared error, free bias", { kind: "gufm-mse", counts: [2, 2, 2], dim: 4, weightDecay: 0.1, bias: "free" }, "simplex"],
  [
    "GUFM, scaled squared error, free bias, d = K",
    { kind: "gufm-mse", counts: [2, 2, 2], dim: 3, weightDecay: 0.3, bias: "free", fitScale: 0.8 },
    "simplex",
  ],
  ["ridge, cross entropy", { kind: "ufm-ce", counts: [3, 3, 3], dim: 4, weightDecay: 0.02, featureDecay: 0.01 }, "simplex"],
  [
    "ridge, cross entropy, d = K − 1",
    { kind: "ufm-ce", counts: [2, 2, 2, 2], dim: 3, weightDecay: 0.03, featureDecay: 0.01 },
    "simplex",
  ],
  [
    "ridge, cross entropy with bias",
    { kind: "ufm-ce", counts: [2, 2, 2], dim: 3, weightDecay: 0.05, featureDecay: 0.02, bias: "free" },
    "simplex",
  ],
  ["ridge, cross entropy, x > 1", { kind: "ufm-ce", counts: [3, 3, 3], dim: 4, weightDecay: 0.5, featureDecay: 0.2 }, "zero"],
  [
    "ridge, squared error",
    { kind: "ufm-mse", counts: [3, 3, 3], dim: 4, weightDecay: 0.02, featureDecay: 0.01, bias: "none" },
    "orthogonal",
  ],
  [
    "ridge, scaled squared error, d = K",
    { kind: "ufm-mse", counts: [2, 2, 2], dim: 3, weightDecay: 0.05, featureDecay: 0.03, bias: "none", fitScale: 0.3 },
    "orthogonal",
  ],
  [
    "ridge, squared error, x > 1",
    { kind: "ufm-mse", counts: [3, 3, 3], dim: 4, weightDecay: 0.4, featureDecay: 0.2, bias: "none" },
    "zero",
  ],
  [
    "ridge, squared error, free bias, d = K − 1",
    { kind: "ufm-mse", counts: [2, 2, 2, 2], dim: 3, weightDecay: 0.03, featureDecay: 0.02, bias: "free" },
    "simplex",
  ],
  [
    "ridge, squared error, penalized bias",
    {
      kind: "ufm-mse",
      counts: [3, 3, 3],
      dim: 4,
      weightDecay: 0.02,
      featureDecay: 0.02,
      bias: "penalized",
      biasDecay: 0.5,
      fitScale: 0.4,
    },
    "between",
  ],
  [
    "ridge, squared error, bias hardly penalized",
    { kind: "ufm-mse", counts: [3, 3, 3], dim: 3, weightDecay: 0.02, featureDecay: 0.02, bias: "penalized", biasDecay: 0.05 },
    "simplex",
  ],
];

const held = (rho: number, frame: "simplex" | "orthogonal") => ({ slack: { rho, frame } });
balanced.push(
  [
    "GUFM, cross entropy, slack towards the simplex",
    { kind: "gufm-ce", counts: [2, 2, 2], dim: 4, weightDecay: 0.02, ...held(0.5, "simplex") },
    "simplex",
  ],
  [
    "GUFM, squared error, slack towards the orthogonal frame",
    { kind: "gufm-mse", counts: [2, 2, 2], dim: 4, weightDecay: 0.1, bias: "none", ...held(0.5, "orthogonal") },
    "orthogonal",
  ],
  [
    "GUFM, squared error, free bias, slack towards the simplex",
    { kind: "gufm-mse", counts: [2, 2, 2], dim: 4, weightDecay: 0.1, bias: "free", ...held(0.5, "simplex") },
    "simplex",
  ],
  [
    "ridge, cross entropy with a penalized bias",
    { kind: "ufm-ce", counts: [2, 2, 2], dim: 3, weightDecay: 0.05, featureDecay: 0.02, bias: "penalized", biasDecay: 0.1 },
    "simplex",
  ],
);

describe.each(balanced)("%s", (_, objective, geometry) => {
  const optimum = solved(objective);
  const problem = sampleObjective(objective);
  const { dim, counts } = objective;

  test("reports its geometry and adds up", () => {
    expect(optimum.method).toBe("closed-form");
    expect(optimum.geometry).toBe(geometry);
    expect(optimum.fit + optimum.ridge).toBe(optimum.loss);
    expect(optimum.slack).toBe(0);
    expect(requiredDim(objective)).toBeLessThanOrEqual(dim);
  });

  test("is attained by its own point, sample by sample, fit and ridge alike", () => {
    const point = embedOptimum(optimum, dim);
    const features = problem.labels.flatMap((label) => Array.from(point.features.data.slice(label * dim, (label + 1) * dim)));
    const hasBias = "bias" in objective && objective.bias !== undefined && objective.bias !== "none";
    const x = [...point.weights.data, ...features, ...(hasBias ? point.bias : [])];
    expect(problem.value(x)).toBeCloseTo(optimum.loss, 13);
    expect(problem.value(x, true)).toBeCloseTo(optimum.fit, 13);
    const norms = gramOfRows(point.weights).data;
    expect(Math.sqrt(counts.reduce((sum, _count, k) => sum + norms[k * counts.length + k], 0) / counts.length)).toBeCloseTo(
      optimum.scale,
      13,
    );
    const gradient = new Float64Array(problem.size);
    problem.evaluate(Float64Array.from(x), gradient);
    expect(largestGap(gradient, new Float64Array(problem.size))).toBeLessThan(1e-13);
  });

  test("is reached from above by a generic optimizer from random starts", () => {
    let best = Number.POSITIVE_INFINITY;
    for (let seed = 1; seed <= 3; seed++) {
      const start = Float64Array.from({ length: problem.size }, normals(seed));
      const { value } = minimize(problem.evaluate, start, { gradientTolerance: 1e-9, maxIterations: 3000 });
      expect(value - optimum.loss).toBeGreaterThan(-1e-13);
      best = Math.min(best, value);
    }
    expect(best - optimum.loss).toBeLessThan(1e-10);
  });

  test("agrees with the numeric solver over class features", () => {
    const numeric = numericOptimum(objective);
    expect(numeric.loss).toBeCloseTo(optimum.loss, 12);
    expect(numeric.scale).toBeCloseTo(optimum.scale, 6);
    expect(numeric.featureScale).toBeCloseTo(optimum.featureScale, 6);
  });
});

describe("structure of the optima", () => {
  test("a cross-entropy optimum has perfect collapse", () => {
    const optimum = solved({ kind: "gufm-ce", counts: balancedCounts(10, 2), dim: 64, weightDecay: 0.005 });
    const { weights, features } = embedOptimum(optimum, 64);
    const rows = Array.from({ length: 20 }, (_, i) => i % 10).flatMap((k) =>
      Array.from(features.data.slice(k * 64, (k + 1) * 64)),
    );
    const labels = Array.from({ length: 20 }, (_, i) => i % 10);
    const { values } = measureLastLayer(Float64Array.from(rows), labels, weights, labels);
    const ideals = Object.entries(values).flatMap(([id, value]) => {
      const { ideal } = metricInfo[id as LayerMetric];
      return ideal === null || id.endsWith(".orthogonal") ? [] : [{ id, value, ideal }];
    });
    expect(ideals.length).toBeGreaterThanOrEqual(14);
    for (const { id, value, ideal } of ideals) expect(Math.abs(value - ideal), id).toBeLessThan(1e-13);
    for (let k = 0; k < 10; k++) {
      const row = Array.from(features.data.slice(k * 64, (k + 1) * 64));
      expect(row.reduce((sum, entry) => sum + entry, 0)).toBeCloseTo(0, 12);
      expect(row.reduce((sum, entry) => sum + entry ** 2, 0)).toBeCloseTo(64, 11);
    }
  });

  test("the scale stays finite and right at extreme decays", () => {
    for (const weightDecay of [1e-12, 1e-6, 1, 1e3]) {
      const { scale, loss } = gufmCrossEntropyOptimum(
        solvable({ kind: "gufm-ce", counts: [1, 1, 1, 1], dim: 2048, weightDecay }),
      );
      const steepness = (Math.sqrt(2048) * 4) / 3;
      const residual = Math.log(weightDecay * scale) + Math.log(Math.exp(steepness * scale) + 3) - Math.log(2048) / 2;
      expect(Math.abs(residual)).toBeLessThan(1e-12);
      expect(loss).toBeGreaterThan(0);
      expect(loss).toBeLessThan(Math.log(4));
    }
  });

  test("the ridge forms cross over to zero without a jump", () => {
    const at = (factor: number) =>
      ridgeCrossEntropyOptimum(
        solvable({
          kind: "ufm-ce",
          counts: [1, 1, 1, 1],
          dim: 4,
          weightDecay: factor / 4,
          featureDecay: factor / 4,
        }),
      );
    expect(at(1).loss).toBe(Math.log(4));
    expect(at(1 - 1e-7).loss).toBeCloseTo(Math.log(4), 10);
    expect(at(1 - 1e-7).loss).toBeLessThan(Math.log(4));
    const squared = (factor: number) =>
      ridgeSquaredErrorOptimum(
        solvable({
          kind: "ufm-mse",
          counts: [1, 1, 1, 1],
          dim: 4,
          weightDecay: factor / 4,
          featureDecay: factor / 4,
          bias: "none",
        }),
      );
    expect(squared(2).loss).toBe(0.5);
    expect(squared(0.5).loss).toBeCloseTo(0.375, 15);
  });

  test("the formulas of squared error as they are written", () => {
    const K = 10;
    const d = 64;
    const l = 0.005;
    const gufm = (bias: "none" | "free", fitScale?: number) =>
      gufmSquaredErrorOptimum(
        solvable({ kind: "gufm-mse", counts: balancedCounts(K, 3), dim: d, weightDecay: l, bias, fitScale }),
      );
    expect(gufm("none").loss).toBeCloseTo((K * l) / (2 * (d + K * l)), 15);
    expect(gufm("none").scale).toBeCloseTo(Math.sqrt(d) / (d + l * K), 15);
    expect(gufm("free").loss).toBeCloseTo((l * (K - 1) ** 2) / (2 * K * (d + l * (K - 1))), 15);
    expect(gufm("none", 1 / K).loss).toBeCloseTo(l / ((2 * d) / K + K * l), 15);
    const c = 0.5 / 1.5;
    const x = K * Math.sqrt(3 * 0.002 * 0.001);
    const ridge = (bias: "none" | "free" | "penalized") =>
      ridgeSquaredErrorOptimum(
        solvable({
          kind: "ufm-mse",
          counts: balancedCounts(K, 3),
          dim: d,
          weightDecay: 0.002,
          featureDecay: 0.001,
          bias,
          biasDecay: 0.5,
        }),
      ).loss;
    expect(ridge("none")).toBeCloseTo((1 - (1 - x) ** 2) / 2, 15);
    expect(ridge("free")).toBeCloseTo(((1 - (1 - x) ** 2) / 2) * 0.9, 15);
    expect(ridge("penalized") - ridge("free")).toBeCloseTo((c / (2 * K)) * (1 - (1 - x / c) ** 2), 15);
  });
});

describe("unequal classes, and frames that are not the classifier's own", () => {
  test.each<[string, SolvableObjective]>([
    ["GUFM, cross entropy", { kind: "gufm-ce", counts: [1, 2, 4], dim: 4, weightDecay: 0.05 }],
    ["GUFM, squared error", { kind: "gufm-mse", counts: [1, 2, 4], dim: 4, weightDecay: 0.1, bias: "none" }],
    ["GUFM, squared error, free bias", { kind: "gufm-mse", counts: [1, 2, 4], dim: 4, weightDecay: 0.1, bias: "free" }],
    [
      "ridge, cross entropy, free bias",
      { kind: "ufm-ce", counts: [1, 2, 4], dim: 3, weightDecay: 0.03, featureDecay: 0.02, bias: "free" },
    ],
    ["ridge, squared error", { kind: "ufm-mse", counts: [1, 2, 4], dim: 3, weightDecay: 0.03, featureDecay: 0.02, bias: "none" }],
    ["GUFM, cross entropy, free bias", { kind: "gufm-ce", counts: [1, 2, 4], dim: 5, weightDecay: 0.05, bias: "free" }],
    [
      "ridge, cross entropy, penalized bias",
      {
        kind: "ufm-ce",
        counts: [1, 2, 4],
        dim: 3,
        weightDecay: 0.03,
        featureDecay: 0.02,
        bias: "penalized",
        biasDecay: 0.1,
      },
    ],
    [
      "GUFM, cross entropy, slack towards the simplex",
      { kind: "gufm-ce", counts: [1, 2, 4], dim: 5, weightDecay: 0.05, ...held(0.2, "simplex") },
    ],
    [
      "equal classes, cross entropy, slack towards the orthogonal frame",
      { kind: "gufm-ce", counts: [2, 2, 2], dim: 5, weightDecay: 0.05, ...held(0.2, "orthogonal") },
    ],
    [
      "equal classes, squared error, slack towards the simplex",
      { kind: "gufm-mse", counts: [2, 2, 2], dim: 5, weightDecay: 0.05, bias: "none", ...held(0.2, "simplex") },
    ],
    [
      "equal classes, squared error, free bias, slack towards the orthogonal frame",
      { kind: "gufm-mse", counts: [2, 2, 2], dim: 5, weightDecay: 0.05, bias: "free", ...held(0.2, "orthogonal") },
    ],
  ])("%s: a generic optimizer over samples from random starts agrees to 1e-9", (_, objective) => {
    const optimum = solved(objective);
    expect(optimum.method).toBe(
      "bias" in objective && objective.kind.endsWith("mse") && objective.bias === "none" && !("slack" in objective)
        ? "closed-form"
        : "numeric",
    );
    expect(excess(objective, optimum)).toBeLessThan(1e-7);
    const problem = sampleObjective(objective);
    let best = Number.POSITIVE_INFINITY;
    for (let seed = 1; seed <= 4; seed++) {
      const start = Float64Array.from({ length: problem.size }, normals(seed + 40));
      best = Math.min(best, minimize(problem.evaluate, start, { gradientTolerance: 1e-9, maxIterations: 4000 }).value);
    }
    expect(Math.abs(best - optimum.loss)).toBeLessThan(1e-9);
  });

  test("is the same on every call, and for classes in another order", () => {
    const solve = (counts: number[]) => numericOptimum({ kind: "gufm-ce", counts, dim: 8, weightDecay: 0.01 });
    expect(solve([3, 5, 9]).loss).toBe(solve([3, 5, 9]).loss);
    expect(solve([9, 3, 5]).loss).toBeCloseTo(solve([3, 5, 9]).loss, 12);
  });

  test("is zero under a strong ridge, and spans no more coordinates than it needs", () => {
    const strong = numericOptimum({ kind: "ufm-ce", counts: [1, 2, 4], dim: 4, weightDecay: 1, featureDecay: 1, bias: "free" });
    expect(strong.geometry).toBe("zero");
    expect(strong.scale).toBe(0);
    // What is left is the entropy of the class shares, which the bias alone reaches.
    const entropy = -[1, 2, 4].reduce((sum, count) => sum + (count / 7) * Math.log(count / 7), 0);
    expect(strong.loss).toBeCloseTo(entropy, 12);
    expect(numericOptimum({ kind: "gufm-ce", counts: [3, 5, 9, 4], dim: 12, weightDecay: 0.02 }).weights.cols).toBe(3);
    expect(
      numericOptimum({ kind: "gufm-mse", counts: [3, 5, 9, 4], dim: 12, weightDecay: 0.02, bias: "none" }).weights.cols,
    ).toBe(4);
  });

  test("joins the closed form as the counts even out", () => {
    const even = solved({ kind: "gufm-ce", counts: [10000, 10000, 10000], dim: 8, weightDecay: 0.01 }).loss;
    const near = solved({ kind: "gufm-ce", counts: [10000, 10000, 10001], dim: 8, weightDecay: 0.01 }).loss;
    expect(near).not.toBe(even);
    expect(near).toBeCloseTo(even, 6);
  });
});

describe("objectives without an optimum", () => {
  const reason = (objective: UnconstrainedObjective) => {
    const optimum = unconstrainedOptimum(objective);
    return optimum.method === "none" ? optimum.reason : "";
  };

  test("say why", () => {
    expect(reason({ kind: "none", reason: "decoupled decay" })).toBe("decoupled decay");
    expect(reason({ kind: "gufm-ce", counts: [1, 1, 1], dim: 8, weightDecay: 0 })).toMatch(/weightDecay = 0/);
    expect(reason({ kind: "ufm-ce", counts: [1, 1, 1], dim: 8, weightDecay: 0.1, featureDecay: 0 })).toMatch(/featureDecay = 0/);
    expect(reason({ kind: "gufm-ce", counts: [1, 1, 1], dim: 2, weightDecay: 0.1 })).toMatch(/dim = 2 is below 3/);
    expect(reason({ kind: "gufm-mse", counts: [1, 1, 1], dim: 3, weightDecay: 0.1, bias: "none" })).toMatch(/dim = 3 is below 4/);
    expect(reason({ kind: "gufm-ce", counts: [1, 1, 1], dim: 4, weightDecay: 0.1, ...held(0.1, "orthogonal") })).toMatch(
      /dim = 4 is below 5/,
    );
    expect(reason({ kind: "ufm-mse", counts: [1, 1, 1], dim: 2, weightDecay: 0.1, featureDecay: 0.1, bias: "none" })).toMatch(
      /below 3/,
    );
    expect(reason({ kind: "gufm-ce", counts: Array.from({ length: 101 }, (_, k) => k + 1), dim: 200, weightDecay: 0.1 })).toMatch(
      /101 unequal/,
    );
  });

  test("throw where the objective itself is broken", () => {
    const base = { kind: "gufm-ce", counts: [1, 1], dim: 4, weightDecay: 0.1 } as const;
    expect(() => unconstrainedOptimum({ ...base, counts: [5] })).toThrow(/classes = 1/);
    expect(() => unconstrainedOptimum({ ...base, counts: [5, 0] })).toThrow(/count of class 1/);
    expect(() => unconstrainedOptimum({ ...base, counts: [5, 1.5] })).toThrow(/count of class 1/);
    expect(() => unconstrainedOptimum({ ...base, weightDecay: -1 })).toThrow(/weightDecay/);
    expect(() => unconstrainedOptimum({ ...base, weightDecay: Number.NaN })).toThrow(/weightDecay/);
    expect(() => unconstrainedOptimum({ ...base, dim: 0 })).toThrow(/dim/);
    const squared = { kind: "ufm-mse", counts: [1, 1], dim: 4, weightDecay: 0.1, featureDecay: 0.1 } as const;
    expect(() => unconstrainedOptimum({ ...squared, bias: "penalized" })).toThrow(/biasDecay/);
    expect(() => unconstrainedOptimum({ ...squared, bias: "none", fitScale: 0 })).toThrow(/fitScale/);
    expect(() => unconstrainedOptimum({ ...squared, bias: "none", featureDecay: -1 })).toThrow(/featureDecay/);
  });

  test("the single forms refuse what they do not cover", () => {
    const uneven = [1, 2];
    expect(() => gufmCrossEntropyOptimum(solvable({ kind: "gufm-ce", counts: uneven, dim: 4, weightDecay: 0.1 }))).toThrow(
      /must be equal/,
    );
    expect(() => gufmCrossEntropyOptimum(solvable({ kind: "gufm-ce", counts: [1, 1, 1], dim: 2, weightDecay: 0.1 }))).toThrow(
      /dim = 2/,
    );
    expect(() => gufmCrossEntropyOptimum(solvable({ kind: "gufm-ce", counts: [1, 1, 1], dim: 4, weightDecay: 0 }))).toThrow(
      /weightDecay = 0/,
    );
    expect(() =>
      gufmSquaredErrorOptimum(solvable({ kind: "gufm-mse", counts: [1, 1], dim: 2, weightDecay: 0.1, bias: "none" })),
    ).toThrow(/dim = 2/);
    const ridge = { counts: [1, 1, 1], weightDecay: 0.1, featureDecay: 0.1 };
    expect(() => ridgeCrossEntropyOptimum(solvable({ kind: "ufm-ce", ...ridge, dim: 1 }))).toThrow(/dim = 1/);
    expect(() => ridgeCrossEntropyOptimum(solvable({ kind: "ufm-ce", ...ridge, counts: uneven, dim: 4 }))).toThrow(
      /must be equal/,
    );
    expect(() => ridgeSquaredErrorOptimum(solvable({ kind: "ufm-mse", ...ridge, dim: 2, bias: "none" }))).toThrow(/dim = 2/);
    expect(() =>
      ridgeSquaredErrorOptimum(solvable({ kind: "ufm-mse", ...ridge, featureDecay: 0, dim: 4, bias: "none" })),
    ).toThrow(/featureDecay/);
    expect(() => numericOptimum({ kind: "gufm-ce", counts: uneven, dim: 1, weightDecay: 0.1 })).toThrow(MathError);
    expect(() => numericOptimum({ kind: "gufm-ce", counts: uneven, dim: 4, weightDecay: 0 })).toThrow(/weightDecay/);
    expect(() => balancedCounts(1, 5)).toThrow(/classes = 1/);
    expect(() => balancedCounts(3, 0)).toThrow(/samplesPerClass/);
    const optimum = solved({ kind: "gufm-ce", counts: [1, 1, 1], dim: 4, weightDecay: 0.1 });
    expect(() => embedOptimum(optimum, 2)).toThrow(/dim = 2 must be at least 3/);
  });
});

describe("frames", () => {
  test("are orthonormal and zero-mean, and the simplex has the Gram matrix K/(K−1) E", () => {
    const basis = zeroMeanBasis(6);
    expect(largestGap(gramOfRows(basis).data, identity(5).data)).toBeLessThan(1e-15);
    for (let row = 0; row < 5; row++)
      expect(basis.data.slice(row * 6, row * 6 + 6).reduce((s, v) => s + v, 0)).toBeCloseTo(0, 15);
    const gram = gramOfRows(embedRows(simplexVertices(5), 9, true));
    const expected = idealGram(5, "simplex").data.map((entry) => (entry * 5) / 4);
    expect(largestGap(gram.data, expected)).toBeLessThan(1e-15);
    expect(() => zeroMeanBasis(1)).toThrow(MathError);
    expect(() => simplexVertices(1)).toThrow(MathError);
  });
});

describe("collapsedObjective", () => {
  const flat = { kind: "ufm-ce", counts: [1, 3], dim: 1, weightDecay: 0.1, featureDecay: 0.1 } as const;
  /** Weights ±1 and features ±t: a margin of 2t for each class; the second one's coordinate carries √n_k. */
  const at = (t: number) => Float64Array.of(1, -1, t, -t * Math.sqrt(3));

  test("keeps the digits of a fit far below the rounding of 1", () => {
    const { fit } = collapsedObjective(flat, 1).read(at(30));
    expect(fit / Math.exp(-60)).toBeCloseTo(1, 12);
  });

  test("neither overflows nor loses a margin far on the wrong side", () => {
    expect(collapsedObjective(flat, 1).read(at(-500)).fit).toBeCloseTo(1000, 9);
  });

  test.each<[string, SolvableObjective]>([
    ["sphere", { kind: "gufm-ce", counts: [1, 2, 4], dim: 5, weightDecay: 0.05 }],
    ["sphere, squared", { kind: "gufm-mse", counts: [1, 2, 4], dim: 5, weightDecay: 0.05, bias: "free", fitScale: 0.7 }],
    ["ridge", { kind: "ufm-ce", counts: [1, 2, 4], dim: 3, weightDecay: 0.05, featureDecay: 0.02, bias: "free" }],
    [
      "ridge, squared",
      { kind: "ufm-mse", counts: [1, 2, 4], dim: 3, weightDecay: 0.05, featureDecay: 0.02, bias: "penalized", biasDecay: 0.3 },
    ],
  ])("has the gradient of its value: %s", (_, objective) => {
    expectOwnGradient(collapsedObjective(objective, 3));
  });
});

describe("heldObjective", () => {
  test.each(["simplex", "orthogonal"] as const)("has the gradient of its value, on the frame and away from it (%s)", (frame) => {
    const objective = { kind: "gufm-ce", counts: [1, 2, 4], dim: 5, weightDecay: 0.05, bias: "free" } as const;
    const problem = heldObjective(collapsedObjective(objective, 3), objective.counts, { rho: 0.3, frame });
    expectOwnGradient(problem);
    problem.setFreedom(0.7);
    expectOwnGradient(problem);
  });

  test("reads its slack as it is defined, from a symmetric W", () => {
    const objective = { kind: "gufm-mse", counts: [1, 2, 4], dim: 5, weightDecay: 0.05, bias: "none" } as const;
    for (const frame of ["simplex", "orthogonal"] as const) {
      const problem = heldObjective(collapsedObjective(objective, 3), objective.counts, { rho: 7, frame });
      problem.setFreedom(0.4);
      const { weights, slack } = problem.read(Float64Array.from({ length: problem.size }, normals(9)));
      expect(largestGap(weights.data, transpose(weights).data)).toBe(0);
      expect(slack).toBeCloseTo(slackTerm(weights, { rho: 7, frame }).value, 10);
    }
  });
});

function expectOwnGradient(problem: { size: number; evaluate: SmoothFunction }) {
  const x = Float64Array.from({ length: problem.size }, normals(5));
  const gradient = new Float64Array(problem.size);
  const rest = new Float64Array(problem.size);
  problem.evaluate(x, gradient);
  gradient.forEach((slope, i) => {
    const moved = (step: number) =>
      problem.evaluate(
        Float64Array.from(x, (entry, j) => (i === j ? entry + step : entry)),
        rest,
      );
    expect((moved(1e-5) - moved(-1e-5)) / 2e-5).toBeCloseTo(slope, 6);
  });
}

describe("minimize", () => {
  test("finds Rosenbrock's minimum at (1, 1)", () => {
    const found = minimize(
      ([x, y], gradient) => {
        gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x);
        gradient[1] = 200 * (y - x * x);
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
      },
      Float64Array.of(-1.2, 1),
      { gradientTolerance: 1e-10, maxIterations: 500 },
    );
    expect(found.converged).toBe(true);
    expect(found.iterations).toBeLessThan(100);
    expect(largestGap(found.x, [1, 1])).toBeLessThan(1e-9);
  });

  test("says so where it stops early, and refuses a start without a value", () => {
    const slope = (x: Float64Array, gradient: Float64Array) => {
      gradient[0] = 2 * x[0];
      return x[0] * x[0];
    };
    expect(minimize(slope, Float64Array.of(3), { gradientTolerance: 1e-10, maxIterations: 0 }).converged).toBe(false);
    const valley = ([x]: Float64Array, gradient: Float64Array) => {
      gradient[0] = 4 * x ** 3;
      return 1 + x ** 4;
    };
    const options = { gradientTolerance: 1e-17, maxIterations: 1000, valueTolerance: 1e-12 };
    const flat = minimize(valley, Float64Array.of(3), options);
    expect(flat.converged).toBe(false);
    expect(flat.iterations).toBeLessThan(200);
    expect(flat.value - 1).toBeLessThan(1e-11);
    const bounded = minimize(slope, Float64Array.of(3), { gradientTolerance: 0, maxIterations: 100, maxEvaluations: 1 });
    expect(bounded).toMatchObject({ converged: false, iterations: 0, value: 9 });
    expect(() => minimize(() => Number.NaN, Float64Array.of(3), { gradientTolerance: 1, maxIterations: 5 })).toThrow(MathError);
  });
});

test("a temperature so small that the ridge it amounts to is no number has no optimum, and says so", () => {
  const at = (temperature: number) =>
    unconstrainedOptimum({ kind: "gufm-ce", counts: [5, 5, 5], dim: 8, weightDecay: 0.005, bias: "none", temperature });
  expect(at(1e-300)).toEqual({ method: "none", reason: expect.stringContaining("τ is so small") });
  // Where it is a number, the loss nears that of no classifier.
  const small = at(1e-8);
  expect(small.method !== "none" && small.loss).toBeCloseTo(Math.log(3), 12);
});
