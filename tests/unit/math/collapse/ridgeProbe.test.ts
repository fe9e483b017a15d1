import { describe, expect, test } from "vitest";
import {
  addToProbeSums,
  countRight,
  emptyProbeSums,
  type LinearProbe,
  solveProbe,
} from "../../../../math/collapse/ridgeProbe.ts";
import { simplexVertices } from "../../../../math/frames/frames.ts";
import { choleskySolve } from "../../../../math/linear/choleskySolve.ts";
import { gramOfRows, identity, matrix, multiply, scale } from "../../../../math/linear/matrix.ts";
import { MathError } from "../../../../math/MathError.ts";
import { largestGap, normals, randomMatrix, samplesAround } from "../sampling.ts";

describe("choleskySolve", () => {
  test("solves a positive definite system", () => {
    const a = gramOfRows(randomMatrix(6, 9, 1));
    const x = randomMatrix(6, 3, 2);
    expect(largestGap(choleskySolve(a, multiply(a, x)).data, x.data)).toBeLessThan(1e-11);
    expect(choleskySolve(identity(3), scale(2, identity(3))).data).toEqual(scale(2, identity(3)).data);
  });

  test("refuses a matrix that is not positive definite, and sizes that do not fit", () => {
    expect(() => choleskySolve(matrix(2, 2, [1, 2, 2, 1]), matrix(2, 1))).toThrow(/pivot 1 is -3/);
    expect(() => choleskySolve(matrix(2, 2), matrix(2, 1))).toThrow(MathError);
    expect(() => choleskySolve(identity(2), matrix(3, 1))).toThrow(/does not fit/);
  });
});

/** The same probe by the book: explicit standardized rows with a column of ones that costs nothing, and Gaussian elimination. */
function plainProbe(features: Float64Array, labels: ArrayLike<number>, classes: number, dim: number, ridge: number) {
  const samples = labels.length;
  const column = (j: number) => Array.from({ length: samples }, (_, i) => features[i * dim + j]);
  const mean = Array.from({ length: dim }, (_, j) => column(j).reduce((sum, v) => sum + v, 0) / samples);
  const deviation = mean.map((m, j) => Math.sqrt(column(j).reduce((sum, v) => sum + (v - m) ** 2, 0) / samples));
  const row = (i: number) => [...mean.map((m, j) => (features[i * dim + j] - m) / deviation[j]), 1];
  const size = dim + 1;
  const system = Array.from({ length: size }, () => new Array<number>(size + classes).fill(0));
  for (let i = 0; i < samples; i++) {
    const z = row(i);
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) system[a][b] += (z[a] * z[b]) / samples;
      system[a][size + labels[i]] += z[a] / samples;
    }
  }
  for (let j = 0; j < dim; j++) system[j][j] += ridge;
  for (let p = 0; p < size; p++)
    for (let i = 0; i < size; i++) {
      if (i === p) continue;
      const factor = system[i][p] / system[p][p];
      for (let j = p; j < size + classes; j++) system[i][j] -= factor * system[p][j];
    }
  const solution = (j: number, k: number) => system[j][size + k] / system[j][j];
  const weights = Array.from({ length: classes * dim }, (_, at) => {
    const [k, j] = [Math.floor(at / dim), at % dim];
    return solution(j, k) / deviation[j];
  });
  const bias = Array.from(
    { length: classes },
    (_, k) => solution(dim, k) - mean.reduce((sum, m, j) => sum + m * weights[k * dim + j], 0),
  );
  return { weights, bias };
}

function probeOf(features: Float64Array, labels: ArrayLike<number>, classes: number, dim: number, ridge: number): LinearProbe {
  const sums = emptyProbeSums(classes, dim);
  const cut = 7; // two parts, as chunks come
  addToProbeSums(sums, features.subarray(0, cut * dim), Array.from(labels).slice(0, cut));
  addToProbeSums(sums, features.subarray(cut * dim), Array.from(labels).slice(cut));
  return solveProbe(sums, ridge);
}

describe("a ridge probe", () => {
  const next = normals(4);
  const dim = 5;
  const labels = Array.from({ length: 40 }, (_, i) => (i * i) % 3);
  const features = Float64Array.from(
    { length: 200 },
    (_, at) => 3 * (at % dim) + (1 + (at % dim)) * next() + labels[Math.floor(at / dim)],
  );

  test.each([1e-6, 1e-3, 1])("is the solution of the normal equations, ridge %f", (ridge) => {
    const probe = probeOf(features, labels, 3, dim, ridge);
    const plain = plainProbe(features, labels, 3, dim, ridge);
    expect(largestGap(probe.weights, plain.weights)).toBeLessThan(1e-11);
    expect(largestGap(probe.bias, plain.bias)).toBeLessThan(1e-10);
  });

  test("does not depend on the features' scale and place, nor on a coordinate that says nothing", () => {
    const score = (probe: LinearProbe, x: ArrayLike<number>) => countRight(probe, Float64Array.from(x), labels);
    const moved = features.map((value, at) => 1000 + value * 10 ** (at % dim));
    expect(score(probeOf(moved, labels, 3, dim, 0.1), moved)).toBe(score(probeOf(features, labels, 3, dim, 0.1), features));
    const wider = Float64Array.from({ length: 240 }, (_, at) =>
      at % 6 === 5 ? 7 : features[Math.floor(at / 6) * dim + (at % 6)],
    );
    const probe = probeOf(wider, labels, 3, 6, 0.1);
    for (let k = 0; k < 3; k++) expect(probe.weights[k * 6 + 5]).toBe(0);
    expect(score(probe, wider)).toBe(score(probeOf(features, labels, 3, dim, 0.1), features));
  });

  test("classifies separable features without error, new ones of the same classes too", () => {
    const means = scale(10, simplexVertices(4));
    const [train, test] = [samplesAround(means, [12, 12, 12, 12], 0.5, 1), samplesAround(means, [9, 9, 9, 9], 0.5, 2)];
    const probe = probeOf(train.features, train.labels, 4, 3, 1e-3);
    expect(countRight(probe, train.features, train.labels)).toBe(48);
    expect(countRight(probe, test.features, test.labels)).toBe(36);
  });

  test("refuses no ridge, no sample, and features that are not finite", () => {
    expect(() => solveProbe(emptyProbeSums(2, 2), 0.1)).toThrow(/samples = 0/);
    expect(() => probeOf(features, labels, 3, dim, 0)).toThrow(/ridge = 0/);
    expect(() =>
      probeOf(
        features.map((value, at) => (at === 12 ? Number.NaN : value)),
        labels,
        3,
        dim,
        0.1,
      ),
    ).toThrow(/not finite/);
    expect(() => emptyProbeSums(1, 2)).toThrow(/classes = 1/);
  });
});
