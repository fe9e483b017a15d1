import { describe, expect, test } from "vitest";
import { classStatistics } from "../../../../math/collapse/classStatistics.ts";
import { zeroMeanBasis } from "../../../../math/frames/frames.ts";
import { nearestFrame } from "../../../../math/frames/nearestFrame.ts";
import type { Matrix } from "../../../../math/linear/matrix.ts";
import {
  combine,
  identity,
  matrix,
  multiply,
  multiplyTransposed,
  scale,
  transposedMultiply,
} from "../../../../math/linear/matrix.ts";
import { nuclearNorm } from "../../../../math/linear/singularValues.ts";
import { gapSplit } from "../../../../math/optimum/gapSplit.ts";
import { gramDistance, stackedGram } from "../../../../math/optimum/gramDistance.ts";
import { minimize } from "../../../../math/optimum/minimize.ts";
import type { Optimum } from "../../../../math/optimum/optimum.ts";
import { embedOptimum } from "../../../../math/optimum/optimum.ts";
import { procrustesDistance } from "../../../../math/optimum/procrustesDistance.ts";
import type { SolvableObjective } from "../../../../math/optimum/unconstrainedObjective.ts";
import { unconstrainedOptimum } from "../../../../math/optimum/unconstrainedOptimum.ts";
import { largestGap, normals, randomMatrix, randomOrthogonal, samplesAround } from "../sampling.ts";

function solved(objective: SolvableObjective): Optimum {
  const optimum = unconstrainedOptimum(objective);
  if (optimum.method === "none") throw new Error(optimum.reason);
  return optimum;
}

/** A rotation or reflection of R^d that fixes the all-ones vector, from any orthogonal matrix of size d − 1. */
function fixingOnes(inner: Matrix): Matrix {
  const basis = zeroMeanBasis(inner.rows + 1);
  const ones = matrix(inner.rows + 1, inner.rows + 1, new Float64Array((inner.rows + 1) ** 2).fill(1 / (inner.rows + 1)));
  return combine(1, multiply(transposedMultiply(basis, inner), basis), 1, ones);
}

/** D² for one rotation, from the definition, sample by sample. */
function distanceAt(
  rotation: Matrix,
  features: Float64Array,
  labels: ArrayLike<number>,
  weights: Matrix,
  optimum: Optimum,
): number {
  const dim = weights.cols;
  const point = embedOptimum(optimum, dim);
  const ideal = { features: multiplyTransposed(point.features, rotation), weights: multiplyTransposed(point.weights, rotation) };
  let featureGap = 0;
  let featureNorm = 0;
  for (let i = 0; i < labels.length; i++) {
    for (let j = 0; j < dim; j++) {
      const target = ideal.features.data[labels[i] * dim + j];
      featureGap += (features[i * dim + j] - target) ** 2;
      featureNorm += target ** 2;
    }
  }
  let weightGap = 0;
  let weightNorm = 0;
  ideal.weights.data.forEach((target, i) => {
    weightGap += (weights.data[i] - target) ** 2;
    weightNorm += target ** 2;
  });
  return (featureGap / featureNorm + weightGap / weightNorm) / 2;
}

/** The rotation of R³ of a quaternion of any length. */
function quaternionRotation([a, b, c, d]: ArrayLike<number> & Iterable<number>): Matrix {
  const n = a * a + b * b + c * c + d * d;
  return scale(
    1 / n,
    matrix(3, 3, [
      a * a + b * b - c * c - d * d,
      2 * (b * c - a * d),
      2 * (b * d + a * c),
      2 * (b * c + a * d),
      a * a - b * b + c * c - d * d,
      2 * (c * d - a * b),
      2 * (b * d - a * c),
      2 * (c * d + a * b),
      a * a - b * b - c * c + d * d,
    ]),
  );
}

const cases: [string, SolvableObjective][] = [
  ["simplex on LayerNorm features", { kind: "gufm-ce", counts: [4, 4, 4], dim: 4, weightDecay: 0.05 }],
  ["simplex that fills the zero-mean space", { kind: "gufm-ce", counts: [4, 4, 4, 4], dim: 4, weightDecay: 0.05 }],
  ["orthogonal frame on LayerNorm features", { kind: "gufm-mse", counts: [4, 4, 4], dim: 4, weightDecay: 0.05, bias: "none" }],
  ["unequal classes", { kind: "gufm-ce", counts: [2, 5, 7], dim: 4, weightDecay: 0.05 }],
  ["simplex with ridge on features", { kind: "ufm-ce", counts: [4, 4, 4], dim: 3, weightDecay: 0.02, featureDecay: 0.01 }],
  [
    "orthogonal frame with ridge",
    { kind: "ufm-mse", counts: [4, 4, 4], dim: 3, weightDecay: 0.02, featureDecay: 0.01, bias: "none" },
  ],
];

describe.each(cases)("procrustesDistance: %s", (_, objective) => {
  const optimum = solved(objective);
  const { dim, counts } = objective;
  const random = (seed: number) => (optimum.zeroMean ? fixingOnes(randomOrthogonal(dim - 1, seed)) : randomOrthogonal(dim, seed));
  const { features, labels } = samplesAround(randomMatrix(counts.length, dim, 51), counts, 0.4, 52);
  const weights = randomMatrix(counts.length, dim, 53);
  const statistics = classStatistics(features, labels, counts.length, dim);

  test("equals a brute-force minimum over rotations and reflections", () => {
    const found = procrustesDistance(statistics, weights, optimum);
    let best = Number.POSITIVE_INFINITY;
    for (const mirror of [1, -1]) {
      const at = (x: Float64Array) => {
        const rotation = scale(mirror, quaternionRotation(x));
        return distanceAt(optimum.zeroMean ? fixingOnes(rotation) : rotation, features, labels, weights, optimum);
      };
      for (let seed = 1; seed <= 3; seed++) {
        const start = Float64Array.from({ length: 4 }, normals(seed));
        const { value } = minimize(
          (x, gradient) => {
            for (let j = 0; j < 4; j++) {
              const step = (sign: number) => at(x.map((entry, i) => entry + (i === j ? sign * 1e-5 : 0)));
              gradient[j] = (step(1) - step(-1)) / 2e-5;
            }
            return at(x);
          },
          start,
          { gradientTolerance: 1e-8, maxIterations: 200 },
        );
        best = Math.min(best, value);
      }
    }
    expect(best).toBeCloseTo(found.squared, 10);
    for (let seed = 1; seed <= 20; seed++) {
      expect(distanceAt(random(seed), features, labels, weights, optimum)).toBeGreaterThanOrEqual(found.squared - 1e-12);
    }
  });

  test("is the nuclear-norm formula", () => {
    const point = embedOptimum(optimum, dim);
    let featureNorm = 0;
    let ownNorm = statistics.scatter.reduce((sum, value) => sum + value, 0);
    const weighted = matrix(counts.length, dim);
    counts.forEach((count, k) => {
      for (let j = k * dim; j < (k + 1) * dim; j++) {
        featureNorm += count * point.features.data[j] ** 2;
        ownNorm += count * statistics.means.data[j] ** 2;
        weighted.data[j] = count * statistics.means.data[j];
      }
    });
    const weightNorm = point.weights.data.reduce((sum, value) => sum + value ** 2, 0);
    let cross = combine(
      1 / featureNorm,
      transposedMultiply(point.features, weighted),
      1 / weightNorm,
      transposedMultiply(point.weights, weights),
    );
    if (optimum.zeroMean) cross = multiplyTransposed(cross, zeroMeanBasis(dim));
    const ownWeights = weights.data.reduce((sum, value) => sum + value ** 2, 0);
    const expected = (ownNorm / featureNorm + ownWeights / weightNorm) / 2 + 1 - nuclearNorm(cross);
    expect(procrustesDistance(statistics, weights, optimum).squared).toBeCloseTo(expected, 12);
  });

  test("is 0 at every turned optimum and grows with the square of a perturbation", () => {
    const point = embedOptimum(optimum, dim);
    const rotation = random(60);
    const turned = {
      features: multiplyTransposed(point.features, rotation),
      weights: multiplyTransposed(point.weights, rotation),
    };
    const at = (size: number) => {
      const moved = samplesAround(turned.features, counts, size, 61);
      const noise = randomMatrix(counts.length, dim, 62);
      return procrustesDistance(
        classStatistics(moved.features, moved.labels, counts.length, dim),
        combine(1, turned.weights, size, noise),
        optimum,
      ).squared;
    };
    expect(at(0)).toBeLessThan(1e-28);
    expect(at(0)).toBeGreaterThanOrEqual(0);
    expect(at(2e-6) / at(1e-6)).toBeCloseTo(4, 3);
    const still = samplesAround(turned.features, counts, 0, 1);
    const exact = classStatistics(still.features, still.labels, counts.length, dim);
    expect(gramDistance(exact, turned.weights, optimum)).toBeLessThan(1e-14);
  });
});

describe("procrustesDistance", () => {
  test("counts within-class spread as it is: tr Σ_W/(2d)", () => {
    const optimum = solved({ kind: "gufm-ce", counts: [2, 2, 2], dim: 6, weightDecay: 0.05 });
    const point = embedOptimum(optimum, 6);
    const features = Float64Array.from(
      [0, 0, 1, 1, 2, 2].flatMap((k, i) =>
        Array.from(point.features.data.slice(k * 6, k * 6 + 6), (v, j) => v + (j === 5 ? 0.1 * (-1) ** i : 0)),
      ),
    );
    const { squared, weights } = procrustesDistance(classStatistics(features, [0, 0, 1, 1, 2, 2], 3, 6), point.weights, optimum);
    expect(squared).toBeCloseTo(0.01 / 12, 14);
    expect(weights).toBeLessThan(1e-28);
  });

  test("refuses what it cannot measure", () => {
    const optimum = solved({ kind: "gufm-ce", counts: [2, 2, 2], dim: 4, weightDecay: 0.05 });
    const { features, labels } = samplesAround(randomMatrix(3, 4, 1), [2, 2, 2], 0.1, 2);
    const statistics = classStatistics(features, labels, 3, 4);
    expect(() => procrustesDistance(statistics, randomMatrix(3, 5, 1), optimum)).toThrow(/does not fit/);
    expect(() => procrustesDistance(classStatistics(features, labels, 4, 4), randomMatrix(4, 4, 1), optimum)).toThrow(
      /class 3 has 0/,
    );
    const zero = solved({ kind: "ufm-ce", counts: [2, 2, 2], dim: 4, weightDecay: 1, featureDecay: 1 });
    expect(() => procrustesDistance(statistics, randomMatrix(3, 4, 1), zero)).toThrow(/above 0/);
    expect(() => gramDistance(statistics, randomMatrix(3, 4, 1), zero)).toThrow(/above 0/);
    expect(() => gramDistance(statistics, matrix(3, 4), optimum)).toThrow(/above 0/);
    const narrow = classStatistics(features.slice(0, 12), labels, 3, 2);
    expect(() => procrustesDistance(narrow, randomMatrix(3, 2, 1), optimum)).toThrow(/dim = 2/);
  });
});

describe("nearestFrame", () => {
  test("fills undecided directions in orthonormally, inside the zero-mean space where asked", () => {
    const target = matrix(3, 5, [1, 2, 3, 4, 6, ...new Float64Array(10)]);
    const fill = (zeroMean: boolean) => {
      const { directions, nuclearNorm: most } = nearestFrame(target, zeroMean);
      expect(largestGap(multiplyTransposed(directions, directions).data, identity(3).data)).toBeLessThan(1e-14);
      const reached = directions.data.reduce((sum, value, i) => sum + value * target.data[i], 0);
      expect(reached).toBeCloseTo(most, 13);
      const rowSums = [0, 1, 2].map((k) => directions.data.slice(k * 5, k * 5 + 5).reduce((sum, value) => sum + value, 0));
      return { rowSums, most };
    };
    expect(fill(false).most).toBeCloseTo(Math.sqrt(66), 13);
    expect(largestGap(fill(true).rowSums, [0, 0, 0])).toBeLessThan(1e-14);
    expect(() => nearestFrame(matrix(3, 3), true)).toThrow(/at least 4/);
    expect(() => nearestFrame(matrix(3, 2), false)).toThrow(/at least 3/);
  });
});

describe("gramDistance", () => {
  const optimum = solved({ kind: "gufm-ce", counts: [3, 3, 3, 3], dim: 6, weightDecay: 0.05 });

  test("stays within [0, √2], and is blind to scale, rotation and within-class spread", () => {
    const means = randomMatrix(4, 6, 71);
    const weights = randomMatrix(4, 6, 72);
    const of = (rows: Matrix, classifier: Matrix, scatter: number) =>
      gramDistance(
        { classes: 4, dim: 6, counts: Float64Array.of(3, 3, 3, 3), means: rows, scatter: new Float64Array(4).fill(scatter) },
        classifier,
        optimum,
      );
    const plain = of(means, weights, 0);
    const turn = randomOrthogonal(6, 73);
    expect(of(scale(7, multiply(means, turn)), scale(0.1, multiply(weights, turn)), 5)).toBeCloseTo(plain, 13);
    expect(plain).toBeGreaterThan(0.1);
    expect(plain).toBeLessThan(Math.SQRT2);
  });

  test("sees a classifier that does not line up with the means: ‖G₀‖ = 2/√3, half of its squares gone", () => {
    const point = embedOptimum(optimum, 8);
    // Means turned out of the classifier's space keep both diagonal blocks and lose both others.
    const away = matrix(4, 8);
    for (let k = 0; k < 4; k++) for (let j = 0; j < 4; j++) away.data[k * 8 + 4 + j] = simplexInFour(k, j);
    const statistics = { classes: 4, dim: 8, counts: Float64Array.of(3, 3, 3, 3), means: away, scatter: new Float64Array(4) };
    const classifier = matrix(4, 8);
    for (let k = 0; k < 4; k++) for (let j = 0; j < 4; j++) classifier.data[k * 8 + j] = simplexInFour(k, j);
    // cos(G, G₀) = 1/√2, so the distance is √(2 − √2).
    expect(gramDistance(statistics, classifier, optimum)).toBeCloseTo(Math.sqrt(2 - Math.SQRT2), 14);
    const gram = stackedGram(point.weights, point.features);
    expect(gram.rows).toBe(8);
    expect(() => stackedGram(point.weights, randomMatrix(4, 7, 1))).toThrow(/differ in shape/);
  });
});

function simplexInFour(k: number, j: number): number {
  return (k === j ? 1 : 0) - 0.25;
}

describe("gapSplit", () => {
  test("adds up exactly, also relative to L*", () => {
    const split = gapSplit({ fit: 0.01, headRidge: 0.02, representationRidge: 0.05 }, 0.025);
    expect(split.head).toBeCloseTo(0.005, 15);
    expect(split.representation).toBe(0.05);
    expect(split.total).toBe(split.head + split.representation);
    expect(split.relative.total).toBeCloseTo(2.2, 13);
    expect(split.relative.head + split.relative.representation).toBeCloseTo(split.relative.total, 13);
    expect(split.belowOptimum).toBe(false);
  });

  test("flags a loss below the optimum instead of hiding it", () => {
    const split = gapSplit({ fit: 0.01, headRidge: 0.01, representationRidge: 0 }, 0.025);
    expect(split.belowOptimum).toBe(true);
    expect(split.head).toBeCloseTo(-0.005, 15);
  });

  test("is 0 for an optimum", () => {
    const { fit, ridge, loss } = solved({ kind: "gufm-ce", counts: [1, 1, 1], dim: 4, weightDecay: 0.05 });
    expect(gapSplit({ fit, headRidge: ridge, representationRidge: 0 }, loss).total).toBe(0);
  });

  test("refuses terms that cannot be", () => {
    const terms = { fit: 0.01, headRidge: 0.01, representationRidge: 0.01 };
    expect(() => gapSplit({ ...terms, fit: Number.NaN }, 1)).toThrow(/fit/);
    expect(() => gapSplit({ ...terms, headRidge: -1 }, 1)).toThrow(/headRidge/);
    expect(() => gapSplit({ ...terms, representationRidge: -1e-9 }, 1)).toThrow(/representationRidge/);
    expect(() => gapSplit(terms, 0)).toThrow(/optimalLoss/);
  });
});
