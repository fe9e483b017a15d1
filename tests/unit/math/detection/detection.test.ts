import { describe, expect, test } from "vitest";
import { classStatistics } from "../../../../math/collapse/classStatistics.ts";
import { areaUnderRoc } from "../../../../math/detection/areaUnderRoc.ts";
import { addScatterWithin, type Detector, fitDetector } from "../../../../math/detection/detector.ts";
import { falsePositiveRate } from "../../../../math/detection/falsePositiveRate.ts";
import { energy, mahalanobis, maxLogit, msp, nci, neco } from "../../../../math/detection/scores.ts";
import { type Matrix, matrix, matrixFromRows } from "../../../../math/linear/matrix.ts";
import { MathError } from "../../../../math/MathError.ts";

/*
 * The numbers below are numpy's, in float64:
 *
 * import numpy as np, json
 * rng = np.random.default_rng(31)
 * K, d, N, M = 4, 6, 22, 9
 * y = np.concatenate([np.arange(K), rng.integers(0, K, N - K)])
 * H = (rng.standard_normal((N, d)) + 1.5 * np.eye(K, d)[y] + 0.3).round(3)
 * T = (rng.standard_normal((M, d)) + 0.3).round(3)
 * W = rng.standard_normal((K, d)).round(3); b = rng.standard_normal(K).round(3)
 * z = (T @ W.T + b)
 * mu = np.stack([H[y == k].mean(0) for k in range(K)]); m = H.mean(0)
 * SW = sum(np.outer(h - mu[k], h - mu[k]) for h, k in zip(H, y)) / N
 * ST = (H - m).T @ (H - m) / N
 * V = np.linalg.eigh(ST)[1][:, ::-1][:, :3]
 * P = V @ V.T
 * SI = np.linalg.pinv(SW, rcond=1e-10, hermitian=True)
 * p = np.exp(z - z.max(1, keepdims=True)); p /= p.sum(1, keepdims=True)
 * tau = 2.5
 * out = {
 *  "msp": p.max(1), "maxlogit": z.max(1),
 *  "energy": tau * np.log(np.exp(z / tau).sum(1)),
 *  "neco": np.linalg.norm(T @ P, axis=1) / np.linalg.norm(T, axis=1),
 *  "nci": np.einsum('nd,nd->n', W[z.argmax(1)], T - m) / np.linalg.norm(T - m, axis=1) + 0.01 * np.abs(T).sum(1),
 *  "mahalanobis": -np.array([min((t - c) @ SI @ (t - c) for c in mu) for t in T]),
 * }
 * # one direction without scatter: features of LayerNorm kind
 * H0 = H - H.mean(1, keepdims=True); T0 = T - T.mean(1, keepdims=True)
 * mu0 = np.stack([H0[y == k].mean(0) for k in range(K)])
 * S0 = sum(np.outer(h - mu0[k], h - mu0[k]) for h, k in zip(H0, y)) / N
 * S0I = np.linalg.pinv(S0, rcond=1e-10, hermitian=True)
 * out["flat"] = -np.array([min((t - c) @ S0I @ (t - c) for c in mu0) for t in T0])
 * a = rng.integers(0, 12, 40) / 4; c = rng.integers(-4, 8, 30) / 4
 * auroc = np.mean([(1.0 if s > t else 0.5 if s == t else 0.0) for s in a for t in c])
 * thr = np.sort(a)[::-1][int(np.ceil(0.95 * len(a))) - 1]
 * fpr = np.mean(c >= thr)
 */
const labels = [0, 1, 2, 3, 2, 3, 1, 0, 2, 2, 0, 1, 1, 2, 2, 0, 0, 0, 3, 0, 3, 3];
const trained = [
  [0.862, 2.076, 1.502, -0.3, 0.96, 0.745],
  [-1.446, 2.395, -0.285, 0.05, -0.302, -0.128],
  [0.372, 0.397, 0.241, 0.031, -1.045, -0.971],
  [-0.047, 1.155, 0.931, 1.195, -0.41, -0.527],
  [0.443, 1.237, 1.818, 0.993, 0.615, 1.804],
  [-1.707, -1.831, 0.102, 2.437, -0.111, 0.726],
  [-0.874, 0.541, -0.417, 1.141, 0.996, -0.413],
  [1.981, -0.348, 0.32, -0.814, 0.253, -0.436],
  [0.256, -0.352, 0.978, 0.413, -0.038, 0.322],
  [-0.119, 0.914, 0.984, 1.069, 1.632, 0.031],
  [3.545, 2.33, 0.743, -1.058, -1.316, 0.124],
  [2.076, 2.375, 1.058, 0.049, -0.444, 0.672],
  [-0.809, 1.603, 0.811, 0.336, 0.825, -0.146],
  [0.898, 0.705, 0.15, -0.742, -0.423, 0.956],
  [0.602, 0.583, 1.973, 0.936, 1.245, -0.255],
  [0.209, 0.967, 0.091, 0.349, 0.126, -0.813],
  [0.289, 1.264, 1.393, 1.231, 0.508, 0.569],
  [1.381, 0.368, -0.103, -0.244, 0.505, 1.998],
  [-1.584, 0.902, 0.976, 0.586, 0.613, 0.402],
  [1.336, -0.196, -1.106, 2.007, 2.648, 1.886],
  [0.012, 0.586, 0.677, 0.987, 0.041, 0.833],
  [-0.122, -1.46, -0.968, 2.055, -0.037, 0.002],
];
const samples = [
  [1.656, 0.385, -0.417, 0.235, 2.458, -0.826],
  [2.087, 1.742, 0.14, -0.036, 1.719, 0.544],
  [-0.231, 2.123, 0.474, 0.632, 0.339, -0.001],
  [0.424, -0.07, 0.808, 1.355, 1.385, 1.491],
  [1.795, 1.061, -0.304, 1.262, -1.349, -0.413],
  [0.59, -1.382, 1.772, -0.717, -1.198, -0.461],
  [-0.464, 0.274, 0.142, 1.331, 0.134, 0.476],
  [-0.69, 0.797, -0.475, -1.648, 1.604, -0.756],
  [-0.79, -0.577, 0.951, -1.223, -0.098, 0.877],
];
const weights = matrixFromRows([
  [1.897, -0.29, 0.056, -0.867, 1.981, -0.141],
  [-0.063, 0.147, -0.916, -0.01, -1.261, 1.489],
  [-0.149, -0.165, 1.168, -1.216, 1.401, 1.522],
  [-0.769, 0.691, -0.098, 0.883, 0.042, -0.9],
]);
const bias = [0.628, -0.218, 0.179, 0.976];
const expected = {
  msp: [
    0.9985605744025331, 0.9874197973936689, 0.9080873732696597, 0.6594998848043028, 0.5842397725759217, 0.49560891311125044,
    0.8083900100360604, 0.6971497240807504, 0.9574239003888599,
  ],
  maxLogit: [
    8.416449, 7.449546, 3.1473740000000006, 3.633125, 1.787976, 0.8806479999999997, 2.260735, 3.7742760000000004, 4.187347,
  ],
  energy: [
    8.692688779944381, 8.00830632189046, 4.563319755333058, 5.604272784626829, 3.9216075807554245, 3.4562907460493273,
    4.047283104353607, 5.640297921540281, 5.273427743497534,
  ],
  neco: [
    0.5554499629815725, 0.8985671703264733, 0.8601657896026172, 0.9480774992550155, 0.520567066806919, 0.4676352571145945,
    0.7436572344565592, 0.40587270238334666, 0.19074367573369644,
  ],
  nci: [
    2.4993778515827447, 2.507045477349033, 1.179330400713962, 1.463282261070852, 0.215740884618028, 0.06130044775670643,
    0.7080529648433385, 0.8886393530403377, 1.305706999174926,
  ],
  mahalanobis: [
    -22.372698232148448, -9.59545845906389, -0.6026079966778657, -3.378052638905433, -17.619339214498893, -26.542047663362727,
    -0.9204638336393167, -34.263405092880404, -22.216616095106648,
  ],
  flat: [
    -22.369758972922185, -8.728493930959617, -0.2817796829416434, -2.3910798194166154, -15.59084247966999, -20.516834366608425,
    -0.8618240387151205, -21.4864629745029, -11.87733716024092,
  ],
};
const known = Float64Array.from([
  2.25, 1.0, 0.0, 2.25, 1.75, 1.0, 0.5, 2.0, 1.75, 1.0, 2.25, 0.0, 1.5, 0.0, 1.0, 0.5, 2.5, 2.5, 0.75, 1.5, 1.0, 2.25, 0.0, 1.25,
  0.5, 2.25, 2.0, 2.5, 0.75, 2.75, 2.25, 1.75, 2.25, 1.0, 2.5, 1.25, 1.5, 0.75, 2.75, 2.75,
]);
const other = Float64Array.from([
  1.25, 1.5, -0.25, 1.25, 0.75, -0.25, 0.5, -1.0, 0.75, 0.5, 1.75, -0.5, 1.75, 1.0, 1.75, -1.0, 1.5, 0.0, -1.0, 1.0, 1.5, 0.25,
  -0.25, 0.75, -0.5, -0.25, 0.75, 0.25, 0.0, 1.5,
]);

const [classes, dim] = [4, 6];
const flat = (rows: number[][]) => Float64Array.from(rows.flat());
const T = flat(samples);
const logits = flat(samples.map((t) => bias.map((b, k) => t.reduce((sum, v, j) => sum + v * weights.data[k * dim + j], b))));

function fitted(rows: number[][], rank = 3, of: number[] = labels) {
  const features = flat(rows);
  const statistics = classStatistics(features, of, Math.max(...of) + 1, rows[0].length);
  const scatter = matrix(statistics.dim, statistics.dim);
  // In two chunks, as they come.
  const half = Math.floor(of.length / 2);
  addScatterWithin(scatter, statistics, features.subarray(0, half * statistics.dim), of.slice(0, half));
  addScatterWithin(scatter, statistics, features.subarray(half * statistics.dim), of.slice(half));
  return fitDetector(statistics, scatter, rank);
}

function whole({ directions, whitening, ...rest }: ReturnType<typeof fitted>): Detector {
  if (directions instanceof MathError) throw directions;
  if (whitening instanceof MathError) throw whitening;
  return { ...rest, directions, whitening };
}

function expectSame(got: Float64Array, wanted: number[]) {
  expect(got.length).toBe(wanted.length);
  for (const [i, value] of got.entries()) expect(Math.abs(value - wanted[i])).toBeLessThanOrEqual(1e-10 * Math.abs(wanted[i]));
}

const centredRows = (rows: number[][]) => rows.map((row) => row.map((v) => v - row.reduce((a, b) => a + b, 0) / row.length));
const reasonOf = (part: Matrix | MathError) => (part instanceof MathError ? part.message : null);

describe("scores of samples", () => {
  const detector = whole(fitted(trained));

  test("each is numpy's", () => {
    expectSame(msp(logits, classes), expected.msp);
    expectSame(maxLogit(logits, classes), expected.maxLogit);
    expectSame(energy(logits, classes, 2.5), expected.energy);
    expectSame(neco(T, detector), expected.neco);
    expectSame(nci(T, logits, weights, detector, 0.01), expected.nci);
    expectSame(mahalanobis(T, detector), expected.mahalanobis);
  });

  test("what scatters along fewer directions than there are is measured along those alone", () => {
    const detector = whole(fitted(centredRows(trained)));
    expect(detector.whitening.rows).toBe(5);
    expectSame(mahalanobis(flat(centredRows(samples)), detector), expected.flat);
  });

  test("large logits do not overflow, and one that is not finite is named", () => {
    expect([...msp(Float64Array.of(1e4, 0), 2)]).toEqual([1]);
    expect([...energy(Float64Array.of(1e4, 0), 2, 1)]).toEqual([1e4]);
    expect(() => maxLogit(Float64Array.of(1, Number.NaN, 2, 3), 2)).toThrow("logit NaN of sample 0");
    expect(() => msp(Float64Array.of(1, 2, Number.POSITIVE_INFINITY, 3), 2)).toThrow("logit Infinity of sample 1");
    expect(() => msp(Float64Array.of(1, 2, 3), 2)).toThrow("3 logits do not fit rows of 2");
    expect(() => energy(logits, classes, 0)).toThrow("temperature 0");
    expect(() => nci(T, logits, weights, detector, -1)).toThrow("alpha -1");
  });

  test("a zero feature has no NECO, and the mean feature no NCI", () => {
    const zero = new Float64Array(2 * dim).fill(1, 0, dim);
    expect(() => neco(zero, detector)).toThrow("feature 1 is zero");
    expect(() => nci(detector.mean, logits.subarray(0, classes), weights, detector, 1)).toThrow("feature 0 is the mean feature");
  });

  test("collapsed classes have no covariance, and few directions no NECO of more", () => {
    const collapsed = labels.map((k) => trained[labels.indexOf(k)]);
    const { whitening, directions } = fitted(collapsed, 4);
    expect(reasonOf(whitening)).toBe("the features of each class are all equal: their covariance is zero");
    expect(reasonOf(directions)).toBe("the training features vary along 3 directions, and NECO is asked for 4: choose fewer");
    expect(reasonOf(fitted(collapsed, 3).directions)).toBeNull();
    expect(reasonOf(fitted(trained, 6).directions)).toBe(
      "the 6 directions of NECO are all of 6 features, so that nothing lies beside them: choose fewer",
    );
    expect(reasonOf(fitted(trained, 0).directions)).toContain("rank 0 of NECO");
  });

  test("two classes have one direction, and a class without samples is an error", () => {
    const two = fitted(
      trained,
      1,
      labels.map((k) => k % 2),
    );
    expect(whole(two).directions.rows).toBe(1);
    expect(() =>
      fitted(
        trained,
        1,
        labels.map((k) => (k === 1 ? 2 : k)),
      ),
    ).toThrow("class 1 has 0 samples");
  });
});

describe("how far two sets are told apart", () => {
  test("AUROC and FPR95 are numpy's, with ties by half", () => {
    expect(areaUnderRoc(known, other)).toBeCloseTo(0.78125, 14);
    expect(falsePositiveRate(known, other)).toBeCloseTo(0.7, 14);
  });

  test("sets apart, the wrong way round, and alike", () => {
    const [low, high] = [Float64Array.of(1, 2, 3), Float64Array.of(4, 5)];
    expect([areaUnderRoc(high, low), falsePositiveRate(high, low)]).toEqual([1, 0]);
    expect([areaUnderRoc(low, high), falsePositiveRate(low, high)]).toEqual([0, 1]);
    expect([areaUnderRoc(low, low), falsePositiveRate(low, low)]).toEqual([0.5, 1]);
  });

  test("equal scores say nothing", () => {
    const same = new Float64Array(7).fill(0.25);
    expect([areaUnderRoc(same, same.subarray(2)), falsePositiveRate(same, same)]).toEqual([0.5, 1]);
  });

  test("the threshold is the highest that 95 % of the known set reach, exactly", () => {
    // Of 20, 19 are needed; 0.95 · 20 is a little more than that in floating point.
    const twenty = Float64Array.from({ length: 20 }, (_, i) => i);
    expect(falsePositiveRate(twenty, Float64Array.of(1, 0.999))).toBe(0.5);
    expect(falsePositiveRate(twenty, Float64Array.of(0), 1)).toBe(1);
    expect(falsePositiveRate(Float64Array.of(3), Float64Array.of(3, 2))).toBe(0.5);
  });

  test("infinite scores are ordered, NaN and an empty set are errors", () => {
    expect(areaUnderRoc(Float64Array.of(Number.POSITIVE_INFINITY), Float64Array.of(Number.NEGATIVE_INFINITY))).toBe(1);
    expect(() => areaUnderRoc(Float64Array.of(1, Number.NaN), other)).toThrow("score NaN of sample 1 of the known set");
    expect(() => falsePositiveRate(known, new Float64Array(0))).toThrow("the other set has no sample");
    expect(() => falsePositiveRate(known, other, 0)).toThrow("rate 0");
  });

  test("sorting once agrees with all pairs", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const draw = (n: number, shift: number) => Float64Array.from({ length: n }, (_, i) => ((i * 7919 * seed) % 23) + shift);
      const [a, b] = [draw(31, 2), draw(17, 0)];
      let won = 0;
      for (const s of a) for (const t of b) won += s > t ? 1 : s === t ? 0.5 : 0;
      expect(areaUnderRoc(a, b)).toBeCloseTo(won / (31 * 17), 14);
    }
  });
});
