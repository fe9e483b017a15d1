import { describe, expect, test } from "vitest";
import { layerMetrics, metricInfo } from "../../../../contract/metrics/metricInfo.ts";
import { centredMoments } from "../../../../math/collapse/centredMoments.ts";
import { classStatistics } from "../../../../math/collapse/classStatistics.ts";
import { cosineGaps } from "../../../../math/collapse/cosineGaps.ts";
import {
  hiddenLayerMetrics,
  lastLayerMetrics,
  measureHiddenLayer,
  measureLastLayer,
} from "../../../../math/collapse/layerMetrics.ts";
import { nc1Cdnv, nc1Pinv, nc1Ratio, pinvCutoff, withinTrace } from "../../../../math/collapse/nc1.ts";
import { nc2Angles, nc2Etf, nc2Frame, nc2Norms } from "../../../../math/collapse/nc2.ts";
import { nc3Cosine, nc3CosineFromMeans, nc3Duality } from "../../../../math/collapse/nc3.ts";
import { nc4Ncc } from "../../../../math/collapse/nc4.ts";
import { embedRows, simplexVertices } from "../../../../math/frames/frames.ts";
import { idealGram } from "../../../../math/frames/idealGram.ts";
import type { Matrix } from "../../../../math/linear/matrix.ts";
import {
  centreRows,
  gramOfRows,
  identity,
  inner,
  matrix,
  matrixFromRows,
  multiply,
  scale,
  transpose,
} from "../../../../math/linear/matrix.ts";
import { symmetricEigen } from "../../../../math/linear/symmetricEigen.ts";
import { MathError } from "../../../../math/MathError.ts";
import { normals, randomMatrix, randomOrthogonal, samplesAround } from "../sampling.ts";

/** What class sums and a classifier say of a layer; DNC3 alone is of all layers and needs the weights that read them. */
// Those of a training set by itself.
const metricIds = layerMetrics.filter((id) => metricInfo[id].by === "measurement" && !metricInfo[id].otherSet);
const hiddenLayerMetricIds = metricIds.filter((id) => metricInfo[id].layers === "all" && id !== "dnc3");

/** K = 2 in the plane: means (2, 0) and (−2, 0), deviations (±1, 0) and (0, ±1). */
const hand = { features: new Float64Array([1, 0, 3, 0, -2, 1, -2, -1]), labels: [0, 0, 1, 1] };
const handWeights = identity(2);

function statisticsOf(features: Float64Array, labels: ArrayLike<number>, classes: number, dim: number) {
  const statistics = classStatistics(features, labels, classes, dim);
  return { statistics, moments: centredMoments({ features, labels, statistics }) };
}

describe("metrics of a case worked out by hand", () => {
  const { statistics, moments } = statisticsOf(hand.features, hand.labels, 2, 2);

  test("nc1: Σ_W = diag(½, ½), Σ_B = diag(4, 0)", () => {
    expect(withinTrace(statistics)).toBe(1);
    expect(nc1Ratio(statistics)).toBe(0.25);
    expect(nc1Pinv(statistics, moments)).toBeCloseTo(0.5 / 4 / 2, 15);
    expect(nc1Cdnv(statistics)).toBe((1 + 1) / (2 * 16));
  });

  test("nc2: rows of norms 1 and 2 at a right angle", () => {
    const gram = matrixFromRows([
      [1, 0],
      [0, 4],
    ]);
    const cosine = 2.5 / Math.sqrt(17);
    expect(nc2Norms(gram)).toBeCloseTo(0.5 / 1.5, 15);
    expect(nc2Angles(gram)).toBe(1);
    expect(nc2Frame(gram, "simplex")).toBeCloseTo(Math.sqrt(1 - cosine ** 2), 15);
    expect(nc2Etf(gram)).toBeCloseTo(Math.sqrt(2 - 2 * cosine), 15);
    expect(nc2Frame(gram, "orthogonal")).toBeCloseTo(Math.sqrt(1 - 25 / 34), 15);
  });

  test("nc2: a matrix that points away from the ideal is at distance 1, its best multiple being 0", () => {
    expect(nc2Frame(scale(-1, idealGram(3, "simplex")), "simplex")).toBeCloseTo(1, 14);
  });

  test("nc3: cosines 1, 1, 1/√5, −1/√5; W/‖W‖ and M/‖M‖ differ in one row by (1, 1)/√2", () => {
    expect(nc3Cosine(cosineGaps(hand.features, hand.labels, handWeights))).toBeCloseTo(0.5, 15);
    expect(nc3Duality(statistics, handWeights)).toBeCloseTo(1, 15);
  });

  test("nc4: one of five samples lies nearer to the other class", () => {
    const features = new Float64Array([1, 0, 3, 0, -2, 1, -2, -1, 3, 0]);
    const labels = [0, 0, 1, 1, 1]; // the last one drags its class mean to (−⅓, 0)
    const more = classStatistics(features, labels, 2, 2);
    const predictions = [0, 1, 1, 1, 0];
    const both = centredMoments({ features, labels, statistics: more, predictions });
    expect(nc4Ncc(more, both, "labels")).toBe(1 / 5);
    expect(nc4Ncc(more, both, "predictions")).toBe(1 / 5);
    expect(nc4Ncc(more, { ...both, predictionMisses: 3 }, "predictions")).toBe(3 / 5);
  });
});

describe("a tie", () => {
  test("goes to the lowest class", () => {
    const features = new Float64Array([-3, 1, 3, -1]); // means −1 and 1; 0 would tie
    const statistics = classStatistics(features, [0, 0, 1, 1], 2, 1);
    const tied = { features: new Float64Array([0]), statistics };
    expect(centredMoments({ ...tied, labels: [0] }).labelMisses).toBe(0);
    expect(centredMoments({ ...tied, labels: [1] }).labelMisses).toBe(1);
  });
});

describe("a perfect simplex", () => {
  test.each([2, 3, 10])("gives 0 everywhere with K = %i", (classes) => {
    const dim = 12;
    const vertices = multiply(embedRows(simplexVertices(classes), dim, true), randomOrthogonal(dim, classes));
    const { features, labels } = samplesAround(scale(3, vertices), new Array<number>(classes).fill(3), 0, 1);
    const { values, undefined: missing } = measureLastLayer(features, labels, scale(0.7, vertices), labels);
    expect(Object.keys(missing)).toEqual(["dnc2.orthogonal"]); // uncentred means of a simplex span K − 1 directions
    const ofOrthogonal = ["nc2.frame.orthogonal", "nc2.mframe.orthogonal"] as const;
    for (const id of ofOrthogonal) expect(values[id], id).toBeCloseTo(Math.sqrt(1 - (classes - 1) / classes), 13);
    expect(values["norms.spread"]).toBeCloseTo(1, 13);
    expect(values.dnc2).toBeCloseTo(1, 13);
    // Means of energies, cosines and sizes have other values: lastLayer.test.ts.
    const others = /^(nc[01]\.sum|nc0\.|norms\.|bias\.|gnc2\.(riesz|(log|distance)\.mean)|unc3\.cosine\.mean|dnc2)/;
    const zero = metricIds.filter((id) => ![...ofOrthogonal].some((one) => one === id) && !others.test(id));
    expect(zero).toHaveLength(21);
    for (const id of zero) expect(Math.abs(values[id] ?? Number.NaN), id).toBeLessThan(1e-14);
    expect(values["nc4.ncc"]).toBe(0);
  });

  test("an orthogonal frame of uncentred means and weights gives 0 against I, and still a simplex of centred means", () => {
    const frame = randomOrthogonal(6, 4);
    const rows = matrix(4, 6, frame.data.slice(0, 24));
    const { features, labels } = samplesAround(rows, [2, 2, 2, 2], 0, 1);
    const hidden = measureHiddenLayer(features, labels, 4, 6).values;
    expect(hidden["nc2.frame.orthogonal"]).toBeLessThan(1e-15);
    expect(hidden["nc2.frame"]).toBeLessThan(1e-15);
    expect(measureLastLayer(features, labels, rows).values["nc2.frame.orthogonal"]).toBeLessThan(1e-15);
    expect(nc2Frame(gramOfRows(rows), "simplex")).toBeCloseTo(0.5, 14);
  });
});

describe("invariance", () => {
  const classes = 5;
  const dim = 9;
  const { features, labels } = samplesAround(randomMatrix(classes, dim, 21), [4, 6, 5, 7, 3], 0.8, 22);
  const weights = randomMatrix(classes, dim, 23);
  const predictions = labels.map((label, i) => (i % 7 === 0 ? (label + 2) % classes : label));
  const before = measureLastLayer(features, labels, weights, predictions).values;
  const turn = (rows: Matrix, factor: number) => scale(factor, multiply(rows, randomOrthogonal(dim, 24)));

  test("holds under one rotation of features and weights, each with its own scale", () => {
    const turned = turn(matrix(labels.length, dim, features), 12.5);
    const after = measureLastLayer(turned.data, labels, turn(weights, 0.03), predictions).values;
    // Those that are a size themselves.
    const sized = /^(nc0\.|norms\.(centre|means|weights)$|unc3\.variance$|bias\.)/;
    for (const id of metricIds.filter((one) => !sized.test(one))) expect(after[id], id).toBeCloseTo(before[id] ?? Number.NaN, 12);
    expect(before["nc4.ncc"]).toBeGreaterThan(0);
  });

  test("holds for nc1, nc4 and nc2 of hidden layers under a shift, which nc3.cosine feels", () => {
    const shifted = features.map((value, i) => value + Math.cos(i % dim));
    const hidden = measureHiddenLayer(features, labels, classes, dim).values;
    const moved = measureHiddenLayer(shifted, labels, classes, dim).values;
    const unmoved = hiddenLayerMetricIds.filter(
      (id) => !["nc2.frame.orthogonal", "dnc2.orthogonal", "norms.spread"].includes(id),
    );
    expect(unmoved).toHaveLength(10);
    for (const id of unmoved) expect(moved[id], id).toBeCloseTo(hidden[id] ?? Number.NaN, 12);
    expect(measureLastLayer(shifted, labels, weights).values["nc3.cosine"]).not.toBeCloseTo(before["nc3.cosine"] ?? 0, 3);
  });

  test("does not depend on the order of samples", () => {
    const order = Array.from(labels.keys()).reverse();
    const reversed = Float64Array.from(order.flatMap((i) => Array.from(features.slice(i * dim, (i + 1) * dim))));
    const after = measureLastLayer(
      reversed,
      order.map((i) => labels[i]),
      weights,
      order.map((i) => predictions[i]),
    ).values;
    for (const id of metricIds) expect(after[id], id).toBeCloseTo(before[id] ?? Number.NaN, 12);
  });

  test("nc2.frame and nc2.etf are the same angle: √(1−c²) and √(2−2c)", () => {
    const frame = before["nc2.frame"] ?? Number.NaN;
    const etf = before["nc2.etf"] ?? Number.NaN;
    const cosine = 1 - etf ** 2 / 2;
    expect(frame).toBeCloseTo(Math.sqrt(1 - cosine ** 2), 14);
  });
});

/** tr(Σ_W Σ_B⁺)/K the long way: d×d matrices from centred samples and an eigen-decomposition of Σ_B. */
function pinvByCovariance(features: Float64Array, labels: ArrayLike<number>, means: Matrix): number {
  const { rows: classes, cols: dim } = means;
  const within = matrix(dim, dim);
  for (let i = 0; i < labels.length; i++) {
    for (let a = 0; a < dim; a++) {
      for (let b = 0; b < dim; b++) {
        const left = features[i * dim + a] - means.data[labels[i] * dim + a];
        within.data[a * dim + b] += (left * (features[i * dim + b] - means.data[labels[i] * dim + b])) / labels.length;
      }
    }
  }
  const between = scale(1 / classes, gramOfRows(transpose(centreRows(means))));
  const { values, vectors } = symmetricEigen(between);
  const inverse = matrix(dim, dim);
  for (let r = 0; r < Math.min(classes - 1, dim); r++) {
    for (let a = 0; a < dim; a++) {
      for (let b = 0; b < dim; b++)
        inverse.data[a * dim + b] += (vectors.data[r * dim + a] * vectors.data[r * dim + b]) / values[r];
    }
  }
  return inner(within, inverse) / classes;
}

describe("precision", () => {
  test.each([
    [5, 9, 0.5],
    [10, 16, 0.01],
    [6, 4, 1], // fewer dimensions than classes
    [3, 8, 1e-5], // NC1 about 1e-10
  ])("nc1.pinv by K×K agrees with a d×d pseudo-inverse: K = %i, d = %i, spread %f", (classes, dim, spread) => {
    const { features, labels } = samplesAround(randomMatrix(classes, dim, 5), new Array<number>(classes).fill(20), spread, 6);
    const { statistics, moments } = statisticsOf(features, labels, classes, dim);
    const expected = pinvByCovariance(features, labels, statistics.means);
    expect(nc1Pinv(statistics, moments) / expected).toBeCloseTo(1, 10);
  });

  test("keeps nine digits at NC1 = 1e-10 around a mean a hundred times the spread between classes", () => {
    const means = randomMatrix(4, 16, 8);
    for (let i = 0; i < means.data.length; i++) means.data[i] += 100;
    const { features, labels } = samplesAround(means, [50, 50, 50, 50], 1e-5, 9);
    const { statistics, moments } = statisticsOf(features, labels, 4, 16);
    const ratio = nc1Ratio(statistics);
    expect(ratio).toBeGreaterThan(3e-11);
    expect(ratio).toBeLessThan(3e-10);
    // The same in shifted coordinates, where nothing can cancel; the subtraction of 100 is exact to 1e-14.
    const near = statisticsOf(
      features.map((value) => value - 100),
      labels,
      4,
      16,
    );
    expect(ratio / nc1Ratio(near.statistics)).toBeCloseTo(1, 8);
    expect(nc1Pinv(statistics, moments) / nc1Pinv(near.statistics, near.moments)).toBeCloseTo(1, 8);
  });

  test("is never negative, down to exact collapse and rounding noise", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { features, labels } = samplesAround(randomMatrix(4, 6, seed), [3, 3, 3, 3], 10 ** -(seed / 2), seed);
      const { values } = measureHiddenLayer(Float32Array.from(features), labels, 4, 6);
      for (const id of ["nc1.ratio", "nc1.pinv", "nc1.cdnv"] as const) expect(values[id], id).toBeGreaterThanOrEqual(0);
    }
    const { statistics, moments } = statisticsOf(hand.features, hand.labels, 2, 2);
    expect(() => nc1Ratio({ ...statistics, scatter: Float64Array.of(-1, 0) })).toThrow(/scatter -1/);
    expect(() => nc1Pinv(statistics, { ...moments, moments: scale(-1, moments.moments) })).toThrow(/below 0/);
  });
});

describe("the cut-off of nc1.pinv", () => {
  /** Means at ±1 along one axis and ±weak along another; deviations ±strong and ±weak along these and ±1 along a third. */
  function pinvOf(weak: number, cutoff = pinvCutoff(4)) {
    const means = matrix(4, 3, [1, 0, 0, -1, 0, 0, 0, weak, 0, 0, -weak, 0]);
    const labels = Int32Array.from({ length: 8 }, (_, i) => i >> 1);
    const features = Float64Array.from({ length: 24 }, (_, at) => {
      const [i, j] = [Math.floor(at / 3), at % 3];
      return means.data[labels[i] * 3 + j] + (i % 2 === 0 ? 1 : -1) * [0.5, weak / 2, 1][j];
    });
    const { statistics, moments } = statisticsOf(features, labels, 4, 3);
    return nc1Pinv(statistics, moments, cutoff);
  }

  test("keeps a direction of 1e-4, drops one of 1e-7: Σ_B = diag(½, ½ weak²), each direction gives (¼/½)/4", () => {
    expect(pinvOf(1)).toBeCloseTo(0.25, 14);
    expect(pinvOf(1e-4)).toBeCloseTo(0.25, 7);
    expect(pinvOf(1e-7)).toBeCloseTo(0.125, 12);
  });

  test("never uses K directions: centred means span K − 1, the rest is rounding", () => {
    const { features, labels } = samplesAround(randomMatrix(4, 9, 61), [5, 5, 5, 5], 0.3, 62);
    const { statistics, moments } = statisticsOf(features, labels, 4, 9);
    expect(nc1Pinv(statistics, moments, { ...pinvCutoff(4), relative: -1 })).toBeCloseTo(nc1Pinv(statistics, moments), 10);
  });
});

describe("LayerNorm features", () => {
  const classes = 4;
  const dim = 10;
  const next = normals(33);
  const labels = Int32Array.from({ length: 40 }, (_, i) => i % classes);
  const centres = randomMatrix(classes, dim, 34);
  const features = new Float64Array(labels.length * dim);
  labels.forEach((label, i) => {
    const row = Array.from({ length: dim }, (_, j) => centres.data[label * dim + j] + 0.4 * next());
    const mean = row.reduce((sum, value) => sum + value, 0) / dim;
    const deviation = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / dim);
    row.forEach((value, j) => {
      features[i * dim + j] = (value - mean) / deviation;
    });
  });
  const statistics = classStatistics(features, labels, classes, dim);

  test("spread within, between and mean share the norm: tr Σ_W + tr Σ_B + ‖μ_G‖² = d", () => {
    const centred = centreRows(statistics.means);
    const between = inner(centred, centred) / classes;
    const global = inner(statistics.means, statistics.means) / classes - between;
    expect(withinTrace(statistics) + between + global).toBeCloseTo(dim, 12);
  });

  test("nc3.cosine follows from class means alone", () => {
    const weights = randomMatrix(classes, dim, 35);
    const direct = nc3Cosine(cosineGaps(features, labels, weights));
    expect(nc3CosineFromMeans(statistics, weights, Math.sqrt(dim))).toBeCloseTo(direct, 13);
    const { values } = lastLayerMetrics({ statistics, weights, featureNorm: Math.sqrt(dim) });
    expect(values["nc3.cosine"]).toBeCloseTo(direct, 13);
    expect(() => nc3CosineFromMeans(statistics, weights, 0)).toThrow(/featureNorm/);
  });
});

describe("undefined values", () => {
  const same = new Float64Array(12).fill(0.3);
  const labels = [0, 1, 2, 0];

  test("are left out with a reason where all class means coincide", () => {
    const { values, undefined: missing } = measureHiddenLayer(same, labels, 3, 3);
    expect(Object.keys(values)).toEqual(["nc2.frame.orthogonal"]);
    expect(Object.keys(missing).sort()).toEqual([...hiddenLayerMetricIds].filter((id) => id !== "nc2.frame.orthogonal").sort());
    expect(missing["nc1.ratio"]).toMatch(/class means coincide/);
  });

  test("never pass as rounding noise: means that differ by an ulp coincide", () => {
    const noisy = same.slice();
    noisy[0] += Number.EPSILON / 4;
    expect(noisy[0]).not.toBe(same[0]);
    const statistics = classStatistics(noisy, labels, 3, 3);
    expect(() => nc1Ratio(statistics)).toThrow(/not above rounding/);
  });

  test("are each left out on their own", () => {
    const zero = matrix(2, 2);
    const last = measureLastLayer(hand.features, hand.labels, zero);
    expect(Object.keys(last.undefined).sort()).toEqual([
      "dnc2.orthogonal",
      "dnc3",
      "nc2.etf",
      "nc2.frame",
      "nc2.frame.orthogonal",
      "nc2.wangles",
      "nc2.wnorms",
      "nc3.cosine",
      "nc3.duality",
      "nc3.etf",
      "nc4.ncc",
      "unc3.cosine.mean",
      "unc3.cosine.variance",
      "unc3.variance",
    ]);
    expect(last.undefined["nc4.ncc"]).toMatch(/predictions/);
    expect(last.values["nc1.ratio"]).toBe(0.25);
    const { statistics } = statisticsOf(hand.features, hand.labels, 2, 2);
    const hidden = hiddenLayerMetrics({ statistics });
    expect(hidden.undefined).toEqual({
      "nc1.pinv": "needs the second pass",
      "nc1.pinvsum": "needs the second pass",
      "nc4.ncc": "needs the second pass",
      "dnc2.orthogonal": "class means span fewer than 2 directions: their condition number has no bound",
    });
    expect(lastLayerMetrics({ statistics, weights: handWeights }).undefined["nc3.cosine"]).toMatch(/needs sums/);
  });

  test("throw from the single functions", () => {
    const { statistics, moments } = statisticsOf(same, labels, 3, 3);
    const lone = classStatistics(hand.features, hand.labels, 3, 2);
    for (const compute of [nc1Ratio, nc1Cdnv]) {
      expect(() => compute(statistics)).toThrow(MathError);
      expect(() => compute(lone)).toThrow(/class 2 has 0 samples/);
    }
    expect(() => nc1Pinv(statistics, moments)).toThrow(MathError);
    expect(() => nc4Ncc(statistics, moments, "labels")).toThrow(MathError);
    expect(() => nc3Duality(statistics, identity(3))).toThrow(MathError);
    expect(() => nc3Cosine({ samples: 4, sum: 1, zeroVectors: 1 })).toThrow(/1 samples have a zero/);
    expect(() => nc3Cosine({ samples: 0, sum: 0, zeroVectors: 0 })).toThrow(MathError);
    for (const compute of [nc2Norms, nc2Angles, nc2Etf, (gram: Matrix) => nc2Frame(gram, "simplex")]) {
      expect(() => compute(matrix(3, 3))).toThrow(/above 0/);
      expect(() => compute(identity(1))).toThrow(/at least 2/);
      expect(() => compute(matrix(2, 3))).toThrow(/square/);
    }
    const line = classStatistics(new Float64Array([-1, 0, 1]), [0, 1, 2], 3, 1);
    expect(() => nc2Angles(gramOfRows(centreRows(line.means)))).toThrow(/class 1 equals the global mean/);
    const twins = classStatistics(new Float64Array([1, 1, 2]), [0, 1, 2], 3, 1);
    expect(() => nc1Cdnv(twins)).toThrow(/classes 0 and 1 coincide/);
  });

  test("do not excuse broken input: empty classes and misfits throw", () => {
    const lone = classStatistics(hand.features, hand.labels, 3, 2);
    expect(() => hiddenLayerMetrics({ statistics: lone })).toThrow(/class 2 has 0 samples/);
    expect(() => measureLastLayer(hand.features, hand.labels, identity(3))).toThrow(MathError);
    const { statistics } = statisticsOf(hand.features, hand.labels, 2, 2);
    expect(() => lastLayerMetrics({ statistics, weights: identity(3) })).toThrow(/does not fit/);
    expect(() => lastLayerMetrics({ statistics, weights: matrix(2, 2, [1, 0, Number.NaN, 1]) })).toThrow(/non-finite/);
  });
});
