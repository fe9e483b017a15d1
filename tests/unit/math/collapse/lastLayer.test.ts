import { describe, expect, test } from "vitest";
import { calibrationBin, calibrationBins, ece, noCalibration } from "../../../../math/collapse/calibration.ts";
import { centredMoments } from "../../../../math/collapse/centredMoments.ts";
import { classListMetrics } from "../../../../math/collapse/classListMetrics.ts";
import { accuracyOfClasses, nc1OfClasses } from "../../../../math/collapse/classLists.ts";
import { classStatistics } from "../../../../math/collapse/classStatistics.ts";
import { nc3Etf, uniformDuality } from "../../../../math/collapse/duality.ts";
import { biasOfMean } from "../../../../math/collapse/lastLayerNorms.ts";
import { hiddenLayerMetrics, lastLayerMetrics } from "../../../../math/collapse/layerMetrics.ts";
import { nc5 } from "../../../../math/collapse/nc5.ts";
import { pairDistances } from "../../../../math/collapse/uniformity.ts";
import { embedRows, simplexVertices } from "../../../../math/frames/frames.ts";
import { gramOfRows, matrix, matrixFromRows, scale } from "../../../../math/linear/matrix.ts";
import { MathError } from "../../../../math/MathError.ts";

/*
 * The numbers below are numpy's, in float64:
 *
 * import numpy as np, json
 * # K = 5 classes in d = 7, unequal counts; float64 from numpy's PCG64
 * rng = np.random.default_rng(20)
 * K, d = 5, 7
 * counts = [3, 4, 2, 5, 3]
 * y = np.repeat(np.arange(K), counts)
 * H = rng.standard_normal((len(y), d)).round(3) + 0.5 * y[:, None]
 * W = rng.standard_normal((K, d)).round(3)
 * b = rng.standard_normal(K).round(3)
 * other = rng.standard_normal(d).round(3)
 * mu = np.stack([H[y == k].mean(0) for k in range(K)])
 * G = mu.mean(0); M = mu - G
 * E = np.eye(K) - 1 / K
 * m = M / np.linalg.norm(M, axis=1, keepdims=True)
 * iu = np.triu_indices(K, 1)
 * D = np.linalg.norm(m[iu[0]] - m[iu[1]], axis=1)
 * wn = np.linalg.norm(W, axis=1)
 * C = (W @ W.T) / np.outer(wn, wn)
 * P = W @ M.T
 * prod = np.einsum('kd,kd->k', W, M); cos = prod / (wn * np.linalg.norm(M, axis=1))
 * SW = sum(np.outer(h - mu[k], h - mu[k]) for h, k in zip(H, y)) / len(y)
 * SB = M.T @ M / K
 * v = np.array([((H[y == k] - mu[k]) ** 2).sum(1).mean() for k in range(K)])
 * out = {
 *  "nc0.sum": np.linalg.norm(W.sum(0)), "nc0.square": np.linalg.norm(W.T @ np.ones(K)) ** 2 / K,
 *  "nc1.pinvsum": np.trace(SW @ np.linalg.pinv(SB, rcond=1e-9)),
 *  "nc2.wnorms": wn.std() / wn.mean(),
 *  "nc2.wangles": np.abs(C[iu] + 1 / (K - 1)).mean(),
 *  "nc3.etf": np.linalg.norm(P / np.linalg.norm(P) - E / np.sqrt(K - 1)),
 *  "gnc2.log.mean": (-np.log(D)).mean(), "gnc2.log.variance": np.log(D).var(),
 *  "gnc2.distance.mean": D.mean(), "gnc2.distance.variance": D.var(), "gnc2.riesz": (1 / D).mean(),
 *  "unc3.variance": prod.var(), "unc3.cosine.mean": cos.mean(), "unc3.cosine.variance": cos.var(),
 *  "norms.centre": np.linalg.norm(G), "norms.means": np.linalg.norm(M, axis=1).mean(), "norms.weights": wn.mean(),
 *  "bias.mean": np.linalg.norm(W @ G + b),
 * }
 * lists = {"nc1.class": v / np.trace(SB), "norms.means.class": np.linalg.norm(M, axis=1), "norms.weights.class": wn}
 * nc5 = np.abs(mu @ other / (np.linalg.norm(mu, axis=1) * np.linalg.norm(other))).mean()
 * # calibration: 40 samples of 4 classes
 * z = (2 * rng.standard_normal((40, 4))).round(2); t = rng.integers(0, 4, 40)
 * p = np.exp(z - z.max(1, keepdims=True)); p /= p.sum(1, keepdims=True)
 * conf = p.max(1); right = p.argmax(1) == t
 * edges = np.linspace(0, 1, 16); e = 0
 * for lo, hi in zip(edges[:-1], edges[1:]):
 *     s = (conf > lo) & (conf <= hi)
 *     if s.any(): e += s.mean() * abs(right[s].mean() - conf[s].mean())
 */
const features = [
  [-0.36, 1.204, 1.397, 0.317, 0.414, -0.49, -0.914],
  [-0.9, -0.998, 0.929, -0.056, 0.128, -0.64, -1.088],
  [-1.202, -0.842, 0.599, 0.018, -0.457, -0.239, -1.427],
  [1.731, -0.716, 0.542, 2.637, -2.051, -0.907, -0.224],
  [0.617, -1.215, 0.265, 0.472, 0.671, -1.888, 1.146],
  [2.097, 0.937, -0.223, -0.113, -2.146, 0.976, 2.003],
  [1.15, -2.477, 0.074, 0.397, 0.016, 1.533, -1.244],
  [0.282, 1.596, 1.991, 1.169, 2.055, 1.52, -0.059],
  [2.294, 0.494, -0.631, 1.438, 2.814, 1.959, 1.997],
  [1.691, -0.965, 2.18, 1.658, -1.141, 0.848, 0.62],
  [2.561, 1.623, 1.798, 1.743, 0.172, -0.464, 1.557],
  [1.207, 1.486, 1.334, 1.001, 2.055, 1.692, 0.877],
  [-0.4, -1.09, 0.059, 1.347, 2.411, 1.08, 2.177],
  [2.661, 3.88, 1.787, 2.994, 1.734, 0.261, -0.771],
  [2.297, 2.888, 4.47, 1.332, 2.49, 1.884, -0.368],
  [2.375, 1.678, 0.724, 3.688, 1.383, 2.469, 1.735],
  [1.283, 1.832, 2.793, 1.31, 0.349, 3.796, 2.439],
];
const weights = matrixFromRows([
  [-0.959, -0.092, -1.565, -0.065, 0.861, -1.932, 0.867],
  [0.808, -0.272, 0.102, -0.333, -0.446, -1.862, 1.63],
  [-0.671, 0.135, -0.228, 0.455, 0.567, -1.021, 0.362],
  [-0.27, -0.884, 1.297, 1.179, -0.904, -0.302, -1.011],
  [-1.137, -0.982, 0.555, -1.417, -1.463, 0.288, -0.72],
]);
const bias = [1.229, -0.961, -0.486, -0.776, -2.315];
const other = [0.348, 0.695, 0.955, -0.188, 0.668, -0.155, -0.094];
const labels = [0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4];
const expected = {
  "nc0.sum": 5.9938299942524225,
  "nc0.square": 7.185199599999999,
  "nc1.pinvsum": 12.937460490583247,
  "nc2.wnorms": 0.2062275657538569,
  "nc2.wangles": 0.3690817243268945,
  "nc3.etf": 1.3459697801210253,
  "gnc2.log.mean": -0.3751250732879077,
  "gnc2.log.variance": 0.07955073578794206,
  "gnc2.distance.mean": 1.5108417540058419,
  "gnc2.distance.variance": 0.15170451723183156,
  "gnc2.riesz": 0.716120011496696,
  "unc3.variance": 6.489612679749851,
  "unc3.cosine.mean": 0.07511519509515788,
  "unc3.cosine.variance": 0.0936774944264411,
  "norms.centre": 2.4836479448495825,
  "norms.means": 2.4381136493787188,
  "norms.weights": 2.445439339134066,
  "bias.mean": 7.267083030726303,
};
const lists = {
  "nc1.class": [0.2194658678393375, 1.2023603809994228, 0.6442786339851286, 1.3441007420898328, 1.0417571644520975],
  "norms.means.class": [3.279853631991661, 2.704334784000597, 2.0095570226517308, 0.9880224508020496, 3.208800357447555],
  "norms.weights.class": [2.9338079350905026, 2.6778724764260153, 1.4907880466384213, 2.4201543339217024, 2.704573903593688],
};
const confidences = [
  0.754703365723992, 0.42797467561422275, 0.8223046721232987, 0.5713550158269106, 0.5729620175327557, 0.8339166334044177,
  0.9001470514839517, 0.7091709372618596, 0.6320943095906292, 0.5526996164337135, 0.5262302091414978, 0.5520780394505245,
  0.6109683728706818, 0.934274599728257, 0.5809311470364653, 0.8617182904143315, 0.5390475325084491, 0.5396914315480305,
  0.574449595860732, 0.9276514745236926, 0.5399558988456387, 0.5919091975588763, 0.6255850129149778, 0.43275829175813696,
  0.44136231217554406, 0.43777887024881734, 0.4011410200056084, 0.6186656539427894, 0.49606775086386656, 0.383651714012953,
  0.7490347930360459, 0.49358090342656724, 0.7599743722591018, 0.34441352337666614, 0.9756131472865203, 0.6460962526947055,
  0.4421551264562926, 0.6392993541903126, 0.47376772447489307, 0.6759732196625843,
];
const rights = [
  0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 1, 0, 0,
];

const flat = Float64Array.from(features.flat());
const statistics = classStatistics(flat, labels, 5, 7);
const moments = centredMoments({ features: flat, labels, statistics });
const last = lastLayerMetrics({ statistics, moments, weights, bias });

/** To 1e-10 of its size. */
function expectSame(found: number | null | undefined, wanted: number, what: string) {
  expect(Math.abs((found ?? Number.NaN) - wanted) / Math.abs(wanted), `${what}: ${found}, numpy ${wanted}`).toBeLessThan(1e-10);
}

describe("the last layer's measures", () => {
  test.each(Object.entries(expected))("%s is numpy's", (id, wanted) => {
    expectSame((last.values as Record<string, number>)[id], wanted, id);
  });

  test("of its class means alone need no classifier", () => {
    const { values } = hiddenLayerMetrics({ statistics, moments, isLast: true });
    for (const id of ["gnc2.log.mean", "gnc2.riesz", "norms.centre", "norms.means"] as const)
      expect(values[id]).toBe(last.values[id]);
    expect(values["norms.weights"]).toBeUndefined();
    expect(hiddenLayerMetrics({ statistics, moments }).values["gnc2.riesz"]).toBeUndefined();
  });

  test("lists of classes are numpy's, and their means weighted by samples are those of the layer", () => {
    const found = classListMetrics({ statistics, weights, rights: Float64Array.of(3, 2, 0, 5, 1), wanted: () => true });
    expect(found.undefined).toEqual({});
    for (const [id, numbers] of Object.entries(lists))
      for (const [k, wanted] of numbers.entries())
        expectSame(found.values[id as keyof typeof lists]?.[k], wanted, `${id} of class ${k}`);
    expect(found.values["accuracy.class"]).toEqual([1, 0.5, 0, 1, 1 / 3]);
    const weighted = nc1OfClasses(statistics).reduce((sum, value, k) => sum + (statistics.counts[k] * value) / labels.length, 0);
    expectSame(weighted, last.values["nc1.ratio"]!, "nc1.class, weighted");
  });

  test("a class without samples has no accuracy, and counts that cannot be are refused", () => {
    expect(Array.from(accuracyOfClasses(Float64Array.of(0, 2), Float64Array.of(0, 1)))).toEqual([Number.NaN, 0.5]);
    expect(() => accuracyOfClasses(Float64Array.of(1, 2), Float64Array.of(0, 3))).toThrow("3 samples of class 1");
    expect(() => accuracyOfClasses(Float64Array.of(1, 2), Float64Array.of(0, Number.NaN))).toThrow(MathError);
  });

  test("NC5 is numpy's", () => {
    expectSame(nc5(statistics, Float64Array.from(other)), 0.44317646291468754, "nc5");
    expect(() => nc5(statistics, new Float64Array(7))).toThrow("norm 0 of the second set's mean");
    expect(() => nc5(statistics, new Float64Array(6))).toThrow("6 numbers");
    const centred = classStatistics(Float64Array.of(1, 0, -1, 0, 0, 1), [0, 0, 1], 2, 2);
    expect(() => nc5(centred, Float64Array.of(1, 0))).toThrow("norm 0 of the mean of class 0");
  });

  test("the calibration error is numpy's, of any shards", () => {
    const sums = noCalibration();
    confidences.forEach((confidence, i) => {
      const bin = calibrationBin(confidence);
      sums.counts[bin]++;
      sums.confidences[bin] += confidence;
      sums.rights[bin] += rights[i];
    });
    expectSame(ece(sums), 0.4534255663122519, "ece");
    expect([1 / 15, 1 / 15 + 1e-9, 1, 1e-9].map(calibrationBin)).toEqual([0, 1, calibrationBins - 1, 0]);
    expect(() => ece(noCalibration())).toThrow("0 samples");
    sums.rights[3] = sums.counts[3] + 1;
    expect(() => ece(sums)).toThrow("bin 3");
  });
});

describe("at a simplex", () => {
  test.each([2, 3, 10, 200])("of %i classes all measures of collapse are at their ideal", (classes) => {
    const frame = embedRows(simplexVertices(classes), classes + 2, false);
    const points = scale(3, frame);
    const of = classStatistics(
      Float64Array.from(points.data),
      Array.from({ length: classes }, (_, k) => k),
      classes,
      classes + 2,
    );
    const { values } = lastLayerMetrics({ statistics: of, weights: scale(0.5, frame), bias: null });
    const zero = [
      "nc2.wnorms",
      "nc2.wangles",
      "nc3.etf",
      "nc0.sum",
      "nc0.square",
      "unc3.variance",
      "unc3.cosine.variance",
    ] as const;
    for (const id of zero) expect(Math.abs(values[id]!), id).toBeLessThan(1e-12);
    for (const id of ["gnc2.log.variance", "gnc2.distance.variance"] as const) expect(values[id]!, id).toBeLessThan(1e-12);
    expect(values["unc3.cosine.mean"]).toBeCloseTo(1, 12);
    const apart = Math.sqrt((2 * classes) / (classes - 1));
    expect(values["gnc2.distance.mean"]).toBeCloseTo(apart, 12);
    expect(values["gnc2.log.mean"]).toBeCloseTo(-Math.log(apart), 12);
    expect(values["gnc2.riesz"]).toBeCloseTo(1 / apart, 12);
    expect(values["bias.mean"]).toBeCloseTo(0, 12);
  });
});

describe("degenerate inputs are named", () => {
  const means = (rows: number[][]) =>
    classStatistics(
      Float64Array.from(rows.flat()),
      rows.map((_, k) => k),
      rows.length,
      rows[0].length,
    );

  test.each([
    [
      "a mean equal to the global mean",
      [
        [1, 0],
        [-1, 0],
        [0, 0],
      ],
      "mean of class 2 equals the global mean",
    ],
    [
      "two means of one direction",
      [
        [1, 0],
        [3, 0],
        [-4, 0],
      ],
      "the means of classes 0 and 1 have the same direction",
    ],
  ])("%s", (_, rows, message) => {
    const of = means(rows);
    const { undefined: reasons } = lastLayerMetrics({
      statistics: of,
      weights: matrixFromRows([
        [1, 0],
        [0, 1],
        [1, 1],
      ]),
    });
    for (const id of ["gnc2.log.mean", "gnc2.distance.variance", "gnc2.riesz"] as const)
      expect(reasons[id], id).toContain(message);
  });

  test("a zero row, no row at all, and a classifier orthogonal to all means", () => {
    const of = means([
      [1, 0, 0],
      [0, 1, 0],
      [-1, -1, 0],
    ]);
    const zeroRow = matrixFromRows([
      [1, 0, 0],
      [0, 0, 0],
      [0, 1, 0],
    ]);
    const { undefined: reasons, values } = lastLayerMetrics({ statistics: of, weights: zeroRow });
    expect(reasons["nc2.wangles"]).toContain("classifier row 1 has no direction");
    expect(reasons["unc3.cosine.mean"]).toContain("norm 0 of classifier row 1");
    expect(values["nc0.sum"]).toBeCloseTo(Math.SQRT2, 14);
    expect(lastLayerMetrics({ statistics: of, weights: matrix(3, 3) }).values["nc0.square"]).toBe(0);
    const apart = matrixFromRows([
      [0, 0, 1],
      [0, 0, 2],
      [0, 0, 3],
    ]);
    expect(() => nc3Etf(of, apart)).toThrow("largest entry 0");
    expect(uniformDuality(of, apart).variance).toBe(0);
  });

  test("an empty class, coinciding means, NaN, and sizes that do not fit", () => {
    const empty = classStatistics(Float64Array.of(1, 2), [0, 2], 3, 1);
    expect(() => nc1OfClasses(empty)).toThrow("class 1 has 0 samples");
    expect(() =>
      nc1OfClasses(
        means([
          [1, 1],
          [1, 1],
        ]),
      ),
    ).toThrow("class means coincide");
    expect(() => biasOfMean(statistics, weights, [1])).toThrow("1 biases do not fit 5 classes");
    expect(() => biasOfMean(statistics, weights, [Number.NaN, 0, 0, 0, 0])).toThrow("not finite");
    expect(() => pairDistances(matrix(1, 1, [1]))).toThrow("classes = 1");
    expect(() =>
      pairDistances(
        gramOfRows(
          matrixFromRows([
            [1, 0],
            [Number.NaN, 1],
          ]),
        ),
      ),
    ).toThrow(MathError);
    const lists = classListMetrics({ statistics: empty, wanted: () => true });
    expect(lists.undefined["norms.means.class"]).toContain("class 1 has 0 samples");
    expect(lists.undefined["norms.weights.class"]).toBe("needs the classifier");
  });
});
