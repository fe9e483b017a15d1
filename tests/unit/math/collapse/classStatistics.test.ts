import { describe, expect, test } from "vitest";
import { centredMoments, mergeCentredMoments } from "../../../../math/collapse/centredMoments.ts";
import { classStatistics, classStatisticsFromSums, mergeClassStatistics } from "../../../../math/collapse/classStatistics.ts";
import { cosineGaps, mergeCosineGaps } from "../../../../math/collapse/cosineGaps.ts";
import { nc1Ratio } from "../../../../math/collapse/nc1.ts";
import { matrix } from "../../../../math/linear/matrix.ts";
import { MathError } from "../../../../math/MathError.ts";
import { largestGap, randomMatrix, samplesAround } from "../sampling.ts";

const classes = 4;
const dim = 7;
const counts = [5, 3, 9, 6];

function data(spread = 0.3, seed = 1) {
  return samplesAround(randomMatrix(classes, dim, seed), counts, spread, seed + 1);
}

/** Rows from..to of a set. */
function shard({ features, labels }: ReturnType<typeof data>, from: number, to: number) {
  return { features: features.slice(from * dim, to * dim), labels: labels.slice(from, to) };
}

describe("classStatistics", () => {
  test("agrees with a case worked out by hand", () => {
    const found = classStatistics(new Float32Array([1, 0, 3, 0, -2, 1, -2, -1, -5, 0]), [0, 0, 1, 1, 1], 2, 2);
    expect(Array.from(found.counts)).toEqual([2, 3]);
    expect(Array.from(found.means.data)).toEqual([2, 0, -3, 0]);
    expect(Array.from(found.scatter)).toEqual([2, 1 + 1 + 1 + 1 + 4]);
  });

  test("adds shards up to the whole, also where a shard lacks classes", () => {
    const all = data();
    const whole = classStatistics(all.features, all.labels, classes, dim);
    const cuts = [0, 2, 6, 11, 23];
    const merged = cuts
      .slice(1)
      .map((to, i) => shard(all, cuts[i], to))
      .map((part) => classStatistics(part.features, part.labels, classes, dim))
      .reduce(mergeClassStatistics);
    expect(Array.from(merged.counts)).toEqual(counts);
    expect(largestGap(merged.means.data, whole.means.data)).toBeLessThan(1e-15);
    expect(largestGap(merged.scatter, whole.scatter)).toBeLessThan(1e-14);
  });

  test("does not change the shards it merges", () => {
    const all = data();
    const a = classStatistics(all.features, all.labels, classes, dim);
    const before = structuredClone(a);
    mergeClassStatistics(a, a);
    expect(a).toEqual(before);
  });

  test("keeps the digits of NC1 = 1e-10 far away from the origin, in shards too", () => {
    const means = randomMatrix(classes, dim, 3);
    for (let i = 0; i < means.data.length; i++) means.data[i] += 1000;
    // Powers of two, so that the deviations around the large mean are exact in float64.
    const spread = 2 ** -17;
    const labels = Int32Array.from({ length: 8 * classes }, (_, i) => i % classes);
    const features = new Float64Array(labels.length * dim);
    for (let i = 0; i < means.data.length; i++) means.data[i] = Math.round(means.data[i] * 2 ** 20) / 2 ** 20;
    labels.forEach((label, i) => {
      const sign = Math.floor(i / classes) % 2 === 0 ? 1 : -1;
      for (let j = 0; j < dim; j++) features[i * dim + j] = means.data[label * dim + j] + sign * spread;
    });
    const whole = classStatistics(features, labels, classes, dim);
    const parts = mergeClassStatistics(
      classStatistics(features.slice(0, 12 * dim), labels.slice(0, 12), classes, dim),
      classStatistics(features.slice(12 * dim), labels.slice(12), classes, dim),
    );
    for (const found of [whole, parts]) {
      for (const scatter of found.scatter) expect(scatter / (8 * dim * spread ** 2) - 1).toBeCloseTo(0, 7);
    }
    expect(nc1Ratio(whole)).toBeLessThan(2e-10);
    expect(nc1Ratio(whole)).toBeGreaterThan(1e-11);
  });

  test("gives equal features exactly equal means", () => {
    const features = Float64Array.from({ length: 9 * dim }, (_, i) => 0.1 + (i % dim) / 3);
    const found = classStatistics(features, [0, 0, 0, 1, 1, 1, 1, 1, 0], 2, dim);
    expect(found.means.data.slice(0, dim)).toEqual(found.means.data.slice(dim));
    expect(Array.from(found.scatter)).toEqual([0, 0]);
  });

  test("takes sums that were reduced elsewhere, relative to a reference", () => {
    const all = data(0.3, 7);
    const whole = classStatistics(all.features, all.labels, classes, dim);
    const reference = whole.means.data.map((value) => value + 0.01);
    const sums = new Float64Array(classes * dim);
    const squares = new Float64Array(classes);
    all.labels.forEach((label, i) => {
      for (let j = 0; j < dim; j++) {
        const shifted = all.features[i * dim + j] - reference[label * dim + j];
        sums[label * dim + j] += shifted;
        squares[label] += shifted * shifted;
      }
    });
    const found = classStatisticsFromSums({ counts, sums, squares, reference });
    expect(largestGap(found.means.data, whole.means.data)).toBeLessThan(1e-14);
    expect(largestGap(found.scatter, whole.scatter)).toBeLessThan(1e-13);
  });

  test("refuses degenerate input", () => {
    const { features, labels } = data();
    expect(() => classStatistics(features, labels, 1, dim)).toThrow(/classes = 1/);
    expect(() => classStatistics(features, labels, classes, 0)).toThrow(/dim = 0/);
    expect(() => classStatistics(features, labels, 3, dim)).toThrow(/label 3/);
    expect(() => classStatistics(new Float64Array(dim), [0.5], 2, dim)).toThrow(/label 0.5/);
    expect(() => classStatistics(features.slice(1), labels, classes, dim)).toThrow(/do not fit/);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 1e200]) {
      const broken = features.slice();
      broken[40] = bad;
      expect(() => classStatistics(broken, labels, classes, dim)).toThrow(/class 1 has a non-finite/);
    }
    const other = classStatistics(features, labels, 5, dim);
    expect(() => mergeClassStatistics(other, classStatistics(features, labels, 4, dim))).toThrow(MathError);
    // Squares that the rounding of a far reference has eaten.
    const lost = { counts: [2, 2], sums: [4, 4], squares: [7.9, 8], reference: [0, 0] };
    expect(() => classStatisticsFromSums(lost)).toThrow(/scatter of class 0/);
    expect(() => classStatisticsFromSums({ ...lost, squares: [8] })).toThrow(/do not fit/);
    expect(() => classStatisticsFromSums({ ...lost, squares: [Number.NaN, 8] })).toThrow(MathError);
  });
});

describe("centredMoments", () => {
  test("agrees with the definition, sample by sample", () => {
    const all = data(1.5, 11);
    const statistics = classStatistics(all.features, all.labels, classes, dim);
    const predictions = all.labels.map((label, i) => (i % 5 === 0 ? (label + 1) % classes : label));
    const found = centredMoments({ ...all, statistics, predictions });
    const mean = (k: number, j: number) => statistics.means.data[k * dim + j];
    const global = (j: number) => (mean(0, j) + mean(1, j) + mean(2, j) + mean(3, j)) / 4;
    const moments = matrix(classes, classes);
    let labelMisses = 0;
    let predictionMisses = 0;
    all.labels.forEach((label, i) => {
      const row = Array.from(all.features.slice(i * dim, (i + 1) * dim));
      const distances = Array.from(counts, (_, k) => row.reduce((sum, value, j) => sum + (value - mean(k, j)) ** 2, 0));
      const nearest = distances.indexOf(Math.min(...distances));
      if (nearest !== label) labelMisses++;
      if (nearest !== predictions[i]) predictionMisses++;
      const a = counts.map((_, k) => row.reduce((sum, value, j) => sum + (value - mean(label, j)) * (mean(k, j) - global(j)), 0));
      a.forEach((left, k) => {
        a.forEach((right, l) => {
          moments.data[k * classes + l] += left * right;
        });
      });
    });
    expect(largestGap(found.moments.data, moments.data)).toBeLessThan(1e-11);
    expect(found.labelMisses).toBe(labelMisses);
    expect(found.predictionMisses).toBe(predictionMisses);
    expect(labelMisses).toBeGreaterThan(0);
    expect(predictionMisses).not.toBe(labelMisses);
  });

  test("adds shards up to the whole", () => {
    const all = data(1.5, 12);
    const statistics = classStatistics(all.features, all.labels, classes, dim);
    const weights = randomMatrix(classes, dim, 13);
    const whole = centredMoments({ ...all, statistics, predictions: all.labels });
    const [a, b] = [shard(all, 0, 10), shard(all, 10, 23)];
    const merged = mergeCentredMoments(
      centredMoments({ ...a, statistics, predictions: a.labels }),
      centredMoments({ ...b, statistics, predictions: b.labels }),
    );
    expect(largestGap(merged.moments.data, whole.moments.data)).toBeLessThan(1e-12);
    expect({ ...merged, moments: null }).toEqual({ ...whole, moments: null });
    const cosines = mergeCosineGaps(cosineGaps(a.features, a.labels, weights), cosineGaps(b.features, b.labels, weights));
    expect(cosines.sum).toBeCloseTo(cosineGaps(all.features, all.labels, weights).sum, 13);
    expect(cosines.samples).toBe(23);
    const without = mergeCentredMoments(whole, centredMoments({ ...b, statistics }));
    expect(without.predictionMisses).toBeNull();
  });

  test("serves every class count alike, whatever the unrolling leaves over", () => {
    for (const size of [2, 3, 4, 5, 8, 9]) {
      const all = samplesAround(randomMatrix(size, 9, size), new Array<number>(size).fill(4), 0.5, size);
      const statistics = classStatistics(all.features, all.labels, size, 9);
      const found = centredMoments({ ...all, statistics });
      // Σ_k a_k = ⟨c, Σ m_k⟩ = 0, so every row of the moments sums to zero.
      const rowSums = Array.from({ length: size }, (_, k) =>
        found.moments.data.slice(k * size, (k + 1) * size).reduce((s, v) => s + v, 0),
      );
      expect(largestGap(rowSums, new Array<number>(size).fill(0))).toBeLessThan(1e-12);
      expect(found.moments.data[size * size - 1]).toBeGreaterThan(0);
    }
  });

  test("refuses degenerate input", () => {
    const all = data();
    const statistics = classStatistics(all.features, all.labels, classes, dim);
    expect(() => centredMoments({ ...all, statistics, predictions: [1] })).toThrow(/1 predictions/);
    expect(() => centredMoments({ features: all.features.slice(1), labels: all.labels, statistics })).toThrow(/do not fit/);
    expect(() => centredMoments({ features: new Float64Array(dim), labels: [9], statistics })).toThrow(/label 9/);
    const lacking = classStatistics(all.features, all.labels, classes + 1, dim);
    expect(() => centredMoments({ ...all, statistics: lacking })).toThrow(/class 4 has 0 samples/);
    expect(() => cosineGaps(all.features, all.labels, randomMatrix(classes, dim + 1, 1))).toThrow(/do not fit/);
    expect(() => cosineGaps(all.features, all.labels, randomMatrix(2, dim, 1))).toThrow(/label 2/);
  });
});
