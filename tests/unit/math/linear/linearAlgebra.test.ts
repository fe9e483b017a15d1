import { describe, expect, test } from "vitest";
import {
  centreRows,
  combine,
  frobeniusNorm,
  gramOfRows,
  identity,
  inner,
  matrix,
  matrixFromRows,
  multiply,
  multiplyTransposed,
  transpose,
  transposedMultiply,
} from "../../../../math/linear/matrix.ts";
import { pseudoInverse } from "../../../../math/linear/pseudoInverse.ts";
import { nuclearNorm, singularValues } from "../../../../math/linear/singularValues.ts";
import { symmetricEigen } from "../../../../math/linear/symmetricEigen.ts";
import { MathError } from "../../../../math/MathError.ts";
import { largestGap, randomMatrix, randomOrthogonal } from "../sampling.ts";

describe("matrix", () => {
  const a = matrixFromRows([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const b = matrixFromRows([
    [1, 0, 2],
    [0, 1, 1],
  ]);

  test("multiplies in all three ways", () => {
    expect(Array.from(multiplyTransposed(a, b).data)).toEqual([7, 5, 16, 11]);
    expect(Array.from(transposedMultiply(a, b).data)).toEqual([1, 4, 6, 2, 5, 9, 3, 6, 12]);
    expect(multiply(a, transpose(b)).data).toEqual(multiplyTransposed(a, b).data);
    expect(Array.from(gramOfRows(a).data)).toEqual([14, 32, 32, 77]);
  });

  test("takes inner products, norms and sums", () => {
    expect(inner(a, b)).toBe(1 + 6 + 5 + 6);
    expect(frobeniusNorm(a)).toBeCloseTo(Math.sqrt(91), 14);
    expect(Array.from(combine(2, a, -1, b).data)).toEqual([1, 4, 4, 8, 9, 11]);
    expect(Array.from(centreRows(a).data)).toEqual([-1.5, -1.5, -1.5, 1.5, 1.5, 1.5]);
  });

  test("refuses shapes that do not fit", () => {
    expect(() => multiply(a, b)).toThrow(MathError);
    expect(() => multiplyTransposed(a, identity(2))).toThrow(MathError);
    expect(() => inner(a, identity(2))).toThrow(MathError);
    expect(() => combine(1, a, 1, identity(2))).toThrow(MathError);
    expect(() => matrix(2, 2, [1, 2, 3])).toThrow(MathError);
    expect(() => matrixFromRows([[1, 2], [3]])).toThrow(MathError);
  });
});

describe("symmetricEigen", () => {
  test("finds the known spectrum of the second-difference matrix, 2 − 2cos(jπ/(n+1))", () => {
    const n = 120;
    const a = matrix(n, n);
    for (let i = 0; i < n; i++) {
      a.data[i * n + i] = 2;
      if (i > 0) a.data[i * n + i - 1] = a.data[(i - 1) * n + i] = -1;
    }
    const expected = Array.from({ length: n }, (_, j) => 2 - 2 * Math.cos(((n - j) * Math.PI) / (n + 1)));
    expect(largestGap(symmetricEigen(a).values, expected)).toBeLessThan(1e-13);
  });

  test.each([1, 2, 3, 10, 60])("rebuilds a random matrix of size %i from orthonormal vectors", (n) => {
    const a = gramOfRows(randomMatrix(n, n + 1, n));
    const { values, vectors } = symmetricEigen(a);
    const diagonal = matrix(n, n);
    values.forEach((value, i) => {
      diagonal.data[i * n + i] = value;
    });
    expect(values).toHaveLength(n);
    values.slice(1).forEach((value, i) => {
      expect(value).toBeLessThanOrEqual(values[i]);
    });
    expect(largestGap(multiply(multiply(transpose(vectors), diagonal), vectors).data, a.data)).toBeLessThan(1e-13 * values[0]);
    expect(largestGap(gramOfRows(vectors).data, identity(n).data)).toBeLessThan(1e-13);
  });

  test("handles diagonal, zero and repeated spectra", () => {
    expect(
      Array.from(
        symmetricEigen(
          matrixFromRows([
            [3, 0, 0],
            [0, 7, 0],
            [0, 0, -2],
          ]),
        ).values,
      ),
    ).toEqual([7, 3, -2]);
    expect(Array.from(symmetricEigen(matrix(3, 3)).values)).toEqual([0, 0, 0]);
    const e = combine(1, identity(5), -1 / 5, matrix(5, 5, new Float64Array(25).fill(1)));
    expect(largestGap(symmetricEigen(e).values, [1, 1, 1, 1, 0])).toBeLessThan(1e-15);
  });

  test("keeps a tiny and a huge scale", () => {
    for (const factor of [1e-150, 1e150]) {
      const { values } = symmetricEigen(matrix(2, 2, [2 * factor, factor, factor, 2 * factor]));
      expect(values[0] / factor).toBeCloseTo(3, 13);
      expect(values[1] / factor).toBeCloseTo(1, 13);
    }
  });

  test("refuses what is not square or not finite", () => {
    expect(() => symmetricEigen(matrix(2, 3))).toThrow(/square/);
    expect(() => symmetricEigen(matrix(2, 2, [1, 0, Number.NaN, 1]))).toThrow(/non-finite/);
  });
});

describe("singularValues", () => {
  test.each([
    [3, 7],
    [7, 3],
    [20, 20],
    [1, 4],
  ])("rebuilds a random %i x %i matrix", (m, n) => {
    const a = randomMatrix(m, n, m * 31 + n);
    const { values, left, right, rank } = singularValues(a);
    expect(rank).toBe(Math.min(m, n));
    const weighted = matrix(
      left.rows,
      left.cols,
      left.data.map((entry, i) => entry * values[Math.floor(i / left.cols)]),
    );
    expect(largestGap(transposedMultiply(weighted, right).data, a.data)).toBeLessThan(1e-13);
    expect(largestGap(gramOfRows(left).data, identity(rank).data)).toBeLessThan(1e-13);
    expect(largestGap(gramOfRows(right).data, identity(rank).data)).toBeLessThan(1e-13);
  });

  test("finds prescribed values over 14 decades, where a Gram matrix would lose half of them", () => {
    const sizes = [1, 1e-3, 1e-7, 1e-11, 1e-14];
    const scaled = matrix(5, 5);
    sizes.forEach((size, i) => {
      scaled.data[i * 5 + i] = size;
    });
    const a = multiply(multiply(randomOrthogonal(5, 1), scaled), randomOrthogonal(5, 2));
    expect(largestGap(singularValues(a).values, sizes)).toBeLessThan(1e-15);
  });

  test("counts the rank of a deficient matrix and leaves its null directions out", () => {
    const a = multiply(randomMatrix(6, 2, 3), randomMatrix(2, 9, 4));
    const { values, rank } = singularValues(a);
    expect(rank).toBe(2);
    expect(values[2]).toBeLessThan(1e-14 * values[0]);
    expect(singularValues(matrix(3, 4)).rank).toBe(0);
  });

  test("sums to the nuclear norm", () => {
    expect(nuclearNorm(matrixFromRows([[3, 4]]))).toBeCloseTo(5, 14);
    expect(nuclearNorm(randomOrthogonal(6, 5))).toBeCloseTo(6, 13);
    expect(() => nuclearNorm(matrix(1, 1, [Number.POSITIVE_INFINITY]))).toThrow(MathError);
  });
});

describe("pseudoInverse", () => {
  test("meets Penrose's conditions on a deficient matrix", () => {
    const g = gramOfRows(multiply(randomMatrix(6, 3, 8), randomMatrix(3, 10, 9)));
    const { inverse, rank } = pseudoInverse(g, { maxRank: 6, relative: 1e-12 });
    expect(rank).toBe(3);
    expect(largestGap(multiply(multiply(g, inverse), g).data, g.data)).toBeLessThan(1e-11);
    expect(largestGap(multiply(multiply(inverse, g), inverse).data, inverse.data)).toBeLessThan(1e-11);
    const projection = multiply(g, inverse);
    expect(largestGap(projection.data, transpose(projection).data)).toBeLessThan(1e-12);
  });

  test("keeps no more directions than asked for, and none at or below the relative bound", () => {
    const g = matrixFromRows([
      [4, 0, 0],
      [0, 2, 0],
      [0, 0, 1],
    ]);
    expect(Array.from(pseudoInverse(g, { maxRank: 2, relative: 0 }).inverse.data)).toEqual([0.25, 0, 0, 0, 0.5, 0, 0, 0, 0]);
    expect(pseudoInverse(g, { maxRank: 3, relative: 0.25 }).rank).toBe(2);
    expect(() => pseudoInverse(matrix(2, 2), { maxRank: 2, relative: 0 })).toThrow(/above 0/);
  });
});
