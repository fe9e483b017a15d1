import { describe, expect, test } from "vitest";
import { balancedness } from "../../../../math/collapse/balancedness.ts";
import { type ClassStatistics, classStatistics } from "../../../../math/collapse/classStatistics.ts";
import { dnc2, dnc3 } from "../../../../math/collapse/dnc.ts";
import { rankMeasures } from "../../../../math/collapse/rankMeasures.ts";
import { addToProbeSums, emptyProbeSums } from "../../../../math/collapse/ridgeProbe.ts";
import { featureSpectrum, weightSpectrum } from "../../../../math/collapse/spectra.ts";
import { simplexVertices } from "../../../../math/frames/frames.ts";
import { gramOfRows, identity, type Matrix, matrix, multiply, scale, transpose } from "../../../../math/linear/matrix.ts";
import { symmetricEigen } from "../../../../math/linear/symmetricEigen.ts";
import { symmetricEigenvalues } from "../../../../math/linear/symmetricEigenvalues.ts";
import { MathError } from "../../../../math/MathError.ts";
import { randomMatrix, uniforms } from "../sampling.ts";

/*
 * Expected numbers are numpy's in float64:
 *   def draw(rows, cols, seed):            # s = seed % 2147483646 + 1; s = s * 48271 % 2147483647; s / 2147483647 - .5, row by row
 *   def ranks(s, side): q = s / s.sum(); return (s > s[0] * side * 2.0**-23).sum(), (s**2).sum() / s[0]**2, np.exp(-(q * np.log(q)).sum()), (s**2).sum()**2 / (s**4).sum()
 *   H = draw(30, 6, 1) * [3, 2, 1, .5, .1, .01]; y = np.arange(30) % 3; H[np.arange(30), y] += 2
 *   W = draw(4, 6, 2); V = draw(5, 4, 3)
 *   np.linalg.svd((H - H.mean(0)) / np.sqrt(30), compute_uv=False); np.linalg.svd(W, compute_uv=False)
 *   np.linalg.norm(V.T @ V - W @ W.T) / ((np.sum(W * W) + np.sum(V * V)) / 2)
 *   mu = np.stack([H[y == k].mean(0) for k in range(3)]); s = np.linalg.svd(mu - mu.mean(0), compute_uv=False); s[0] / s[1]; np.linalg.cond(mu)
 *   w = np.linalg.norm(W, axis=1); c = (W @ mu.T) / w[:, None] / np.linalg.norm(mu, axis=1); (w * np.sin(np.arccos(c.max(1)))).sum() / w.sum()
 */
function draw(rows: number, cols: number, seed: number): Matrix {
  const next = uniforms(seed);
  return matrix(
    rows,
    cols,
    Array.from({ length: rows * cols }, () => next() - 0.5),
  );
}

const labels = Array.from({ length: 30 }, (_, i) => i % 3);
const features = draw(30, 6, 1);
const sizes = [3, 2, 1, 0.5, 0.1, 0.01];
features.data.forEach((value, at) => {
  features.data[at] = value * sizes[at % 6] + (at % 6 === labels[Math.floor(at / 6)] ? 2 : 0);
});
const W = draw(4, 6, 2);
const V = draw(5, 4, 3);
const statistics = classStatistics(features.data, labels, 3, 6);

function spectrumOf(of: Matrix): Float64Array {
  const sums = emptyProbeSums(2, of.cols);
  addToProbeSums(
    sums,
    of.data,
    Array.from({ length: of.rows }, (_, i) => i % 2),
  );
  return featureSpectrum(sums);
}

function expectClose(actual: ArrayLike<number>, expected: number[], relative = 1e-10): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(Math.abs(actual[i] - value) / Math.abs(value)).toBeLessThan(relative);
}

/** Statistics whose classes are points. */
const points = (means: Matrix): ClassStatistics => ({
  classes: means.rows,
  dim: means.cols,
  counts: new Float64Array(means.rows).fill(2),
  means,
  scatter: new Float64Array(means.rows),
});

describe("symmetricEigenvalues", () => {
  test("agree with the decomposition that has vectors, and with what a matrix was made of", () => {
    for (const [size, seed] of [
      [1, 1],
      [2, 2],
      [7, 3],
      [40, 4],
    ]) {
      const a = gramOfRows(randomMatrix(size, size + 3, seed));
      expectClose(symmetricEigenvalues(a), Array.from(symmetricEigen(a).values), 1e-9);
    }
    expect(Array.from(symmetricEigenvalues(matrix(3, 3, [2, 0, 0, 0, -5, 0, 0, 0, 7])))).toEqual([7, 2, -5]);
    expect(symmetricEigenvalues(matrix(0, 0))).toHaveLength(0);
    expect(Array.from(symmetricEigenvalues(matrix(4, 4)))).toEqual([0, 0, 0, 0]);
  });

  test("neither very small nor very large entries are lost", () => {
    for (const size of [1e-150, 1e150])
      expectClose(symmetricEigenvalues(scale(size, matrix(2, 2, [2, 1, 1, 2]))), [3 * size, size]);
  });

  test("refuse what is not square or not finite", () => {
    expect(() => symmetricEigenvalues(matrix(2, 3))).toThrow("square matrix, got 2 x 3");
    expect(() => symmetricEigenvalues(matrix(2, 2, [1, 0, Number.NaN, 1]))).toThrow(MathError);
  });
});

describe("spectra", () => {
  test("of features and of weights are numpy's", () => {
    expectClose(
      spectrumOf(features),
      [
        1.3644105417491263, 1.1694492758293915, 0.563241600133473, 0.14069647799540638, 0.029476388314619066,
        0.0030700887958867874,
      ],
    );
    const values = [1.0153248319863863, 0.7096147537492508, 0.5817482880035962, 0.4207284866723343];
    expectClose(weightSpectrum(W), values);
    expectClose(weightSpectrum(transpose(W)), values);
  });

  test("do not feel where features are centred, however far away", () => {
    const moved = matrix(
      30,
      6,
      features.data.map((value) => value + 1e4),
    );
    expectClose(spectrumOf(moved).subarray(0, 4), Array.from(spectrumOf(features).subarray(0, 4)), 1e-7);
  });

  test("samples that are one point have none but zeros, and no sample is refused", () => {
    expect(Array.from(spectrumOf(matrix(3, 2, [5, 7, 5, 7, 5, 7])))).toEqual([0, 0]);
    expect(() => featureSpectrum(emptyProbeSums(2, 2))).toThrow("samples = 0");
    expect(() => spectrumOf(matrix(2, 2, [1, 2, Number.NaN, 1]))).toThrow("non-finite");
    expect(() => weightSpectrum(matrix(1, 2, [1, Number.POSITIVE_INFINITY]))).toThrow("weights has the non-finite entry");
  });
});

describe("rankMeasures", () => {
  test("are numpy's", () => {
    const ofFeatures = rankMeasures(spectrumOf(features), 30);
    expect(ofFeatures.numerical).toBe(6);
    expectClose(
      [ofFeatures.stable, ofFeatures.effective, ofFeatures.participation],
      [1.9161536938108954, 3.386237461600975, 2.3403497394435027],
    );
    const ofWeights = rankMeasures(weightSpectrum(W), 6);
    expect(ofWeights.numerical).toBe(4);
    expectClose(
      [ofWeights.stable, ofWeights.effective, ofWeights.participation],
      [1.9884682663768312, 3.803956677692814, 2.8738438900686196],
    );
  });

  test("a product of two columns and two rows has numerical rank 2, and equal singular values count as all of them", () => {
    expect(rankMeasures(spectrumOf(multiply(draw(50, 2, 4), draw(2, 12, 5))), 50).numerical).toBe(2);
    const equal = rankMeasures([3, 3, 3, 3], 4);
    expect(equal.numerical).toBe(4);
    expectClose([equal.stable, equal.effective, equal.participation], [4, 4, 4]);
    const one = rankMeasures([1e-200, 0], 4);
    expect([one.numerical, one.stable, one.effective, one.participation]).toEqual([1, 1, 1, 1]);
  });

  test("the bound of the numerical rank is strict, and grows with the larger side", () => {
    expect(rankMeasures([1, 8 * 2 ** -23], 8).numerical).toBe(1);
    expect(rankMeasures([1, 8 * 2 ** -23], 7).numerical).toBe(2);
  });

  test("a zero matrix has none, and what is no spectrum is refused", () => {
    expect(() => rankMeasures([0, 0], 2)).toThrow("the matrix is zero: it has no rank measures");
    expect(() => rankMeasures([], 2)).toThrow("singular values = 0");
    expect(() => rankMeasures([1, Number.NaN], 2)).toThrow("singular value 2 = NaN");
    expect(() => rankMeasures([1, -1], 2)).toThrow("singular value 2 = -1");
  });
});

describe("balancedness", () => {
  test("is numpy's, and 0 of balanced layers at any scale", () => {
    expectClose([balancedness(W, V)], [0.2381873375376742]);
    expect(balancedness(scale(7, W), scale(7, V))).toBeCloseTo(balancedness(W, V), 12);
    expect(balancedness(W, transpose(W))).toBe(0);
  });

  test("is 2 where one layer of rank 1 stands beside zeros", () => {
    expect(balancedness(matrix(2, 2, [3, 4, 0, 0]), matrix(1, 2))).toBe(2);
  });

  test("refuses shapes that do not fit, zeros and what is not finite", () => {
    expect(() => balancedness(W, matrix(5, 6))).toThrow("a layer of 4 x 6 and the next of 5 x 6 do not fit");
    expect(() => balancedness(matrix(2, 2), matrix(2, 2))).toThrow("both layers are zero");
    expect(() => balancedness(matrix(1, 1, [Number.NaN]), matrix(1, 1))).toThrow("first layer has the non-finite entry");
  });
});

describe("dnc2 and dnc3", () => {
  test("are numpy's", () => {
    expectClose([dnc2(statistics, "simplex"), dnc2(statistics, "orthogonal")], [1.1101957893894217, 1.338483894989733]);
    expectClose([dnc3(statistics, W)], [0.8708642750535457]);
  });

  test("a simplex and an orthogonal frame are ideal, and rows along the means have no sine", () => {
    const simplex = points(simplexVertices(5));
    expect(dnc2(simplex, "simplex")).toBeCloseTo(1, 12);
    expect(dnc2(points(identity(4)), "orthogonal")).toBeCloseTo(1, 12);
    expect(dnc3(simplex, scale(3, simplex.means))).toBeLessThan(1e-15);
    expect(dnc3(points(identity(2)), matrix(2, 2, [3, 0, 1, 1]))).toBeCloseTo((Math.SQRT2 * Math.SQRT1_2) / (3 + Math.SQRT2), 14);
  });

  test("two classes have one direction between them", () => {
    expect(dnc2(points(matrix(2, 1, [1, 2])), "simplex")).toBe(1);
  });

  test("name what is degenerate", () => {
    expect(() => dnc2(points(matrix(4, 2, [1, 0, 0, 1, 1, 1, 3, 2])), "simplex")).toThrow(
      "2 dimensions hold fewer than the 3 directions of the class means",
    );
    expect(() => dnc2(points(matrix(3, 2, [1, 1, 2, 2, 3, 3])), "simplex")).toThrow("span fewer than 2 directions");
    expect(() => dnc2(points(matrix(2, 2, [1, 1, 1, 1])), "simplex")).toThrow("class means coincide");
    const lacking = { ...points(identity(2)), counts: Float64Array.from([1, 0]) };
    for (const of of [() => dnc2(lacking, "simplex"), () => dnc2(lacking, "orthogonal"), () => dnc3(lacking, identity(2))])
      expect(of).toThrow("class 1 has 0 samples");
    expect(() => dnc3(points(identity(2)), matrix(2, 3))).toThrow("weights of 2 x 3 do not read features of 2 dimensions");
    expect(() => dnc3(points(identity(2)), matrix(2, 2))).toThrow("the weights are zero");
    expect(() => dnc3(points(matrix(2, 2, [0, 0, 0, 1])), identity(2))).toThrow("the mean of class 0 is zero");
    expect(() => dnc3(points(identity(2)), matrix(1, 2, [Number.NaN, 0]))).toThrow("weights has the non-finite entry");
  });
});
