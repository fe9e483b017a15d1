import { describe, expect, test } from "vitest";
import { classStatistics } from "../../../../math/collapse/classStatistics.ts";
import { idealSimplex, idealSimplexInFrame } from "../../../../math/collapse/idealSimplex.ts";
import { principalFrame, projectFeatures } from "../../../../math/collapse/principalFrame.ts";
import { cosineGram } from "../../../../math/frames/cosineGram.ts";
import { embedRows, simplexVertices } from "../../../../math/frames/frames.ts";
import type { Matrix } from "../../../../math/linear/matrix.ts";
import {
  centreRows,
  combine,
  frobeniusNorm,
  gramOfRows,
  identity,
  inner,
  matrix,
  multiply,
  scale,
  stackRows,
} from "../../../../math/linear/matrix.ts";
import { MathError } from "../../../../math/MathError.ts";
import { largestGap, randomMatrix, randomOrthogonal } from "../sampling.ts";

function statisticsOf(means: Matrix) {
  const counts = new Float64Array(means.rows).fill(2);
  return { classes: means.rows, dim: means.cols, counts, means, scatter: new Float64Array(means.rows) };
}

describe("principalFrame", () => {
  const means = randomMatrix(6, 10, 81);
  const frame = principalFrame(statisticsOf(means));

  test("has orthonormal axes, falling spread, and shows as much as the top three variances", () => {
    expect(largestGap(gramOfRows(frame.axes).data, identity(3).data)).toBeLessThan(1e-14);
    const spread = [0, 1, 2].map((axis) =>
      frame.means.data.reduce((sum, value, i) => sum + (i % 3 === axis ? value ** 2 : 0), 0),
    );
    expect(spread[0]).toBeGreaterThan(spread[1]);
    expect(spread[1]).toBeGreaterThan(spread[2]);
    const centred = centreRows(means);
    expect(frame.explained).toBeCloseTo((spread[0] + spread[1] + spread[2]) / inner(centred, centred), 13);
    for (let seed = 1; seed <= 20; seed++) {
      const other = matrix(3, 10, randomOrthogonal(10, seed).data.slice(0, 30));
      const shown = multiply(
        centred,
        matrix(
          10,
          3,
          Float64Array.from({ length: 30 }, (_, i) => other.data[(i % 3) * 10 + Math.floor(i / 3)]),
        ),
      );
      expect(inner(shown, shown)).toBeLessThanOrEqual(inner(frame.means, frame.means) + 1e-12);
    }
  });

  test("draws class means where projectFeatures draws features at them", () => {
    expect(largestGap(projectFeatures(frame, means.data).data, frame.means.data)).toBeLessThan(1e-14);
    expect(() => projectFeatures(frame, new Float64Array(15))).toThrow(MathError);
  });

  test("does not move when the features turn or flip as a whole", () => {
    const turned = principalFrame(statisticsOf(multiply(means, randomOrthogonal(10, 82))), frame);
    expect(largestGap(turned.means.data, frame.means.data)).toBeLessThan(1e-12);
    const flipped = principalFrame(statisticsOf(scale(-1, means)), frame);
    expect(largestGap(flipped.means.data, frame.means.data)).toBeLessThan(1e-12);
  });

  test("moves little when the means move little, even where two directions swap their order", () => {
    const cross = (a: number, b: number) => matrix(4, 5, [a, 0, 0, 0, 0, -a, 0, 0, 0, 0, 0, b, 0, 0, 0, 0, -b, 0, 0, 0]);
    const before = principalFrame(statisticsOf(cross(1.01, 1)));
    const after = principalFrame(statisticsOf(cross(1, 1.01)), before);
    expect(largestGap(after.means.data, before.means.data)).toBeLessThan(0.011);
    expect(largestGap(principalFrame(statisticsOf(cross(1, 1.01))).means.data, before.means.data)).toBeGreaterThan(0.9);
  });

  test("fills up where there are fewer than three directions", () => {
    const two = principalFrame(statisticsOf(randomMatrix(2, 6, 83)));
    expect(largestGap(gramOfRows(two.axes).data, identity(3).data)).toBeLessThan(1e-14);
    expect(two.explained).toBeCloseTo(1, 14);
    const flat = principalFrame(statisticsOf(randomMatrix(4, 2, 84)));
    expect(Array.from(flat.axes.data.slice(4))).toEqual([0, 0]);
    const again = principalFrame(statisticsOf(randomMatrix(4, 2, 85)), flat);
    expect(again.explained).toBeCloseTo(1, 14);
  });

  test("refuses coinciding means and other classes", () => {
    expect(() => principalFrame(statisticsOf(matrix(3, 4)))).toThrow(/coincide/);
    expect(() => principalFrame(statisticsOf(randomMatrix(5, 10, 1)), frame)).toThrow(/previous frame of 6 classes/);
  });
});

describe("idealSimplex", () => {
  test("is the means themselves where those are a simplex, and regular in any case", () => {
    const vertices = scale(2.5, multiply(embedRows(simplexVertices(5), 8, false), randomOrthogonal(8, 91)));
    const shifted = statisticsOf(
      matrix(
        5,
        8,
        vertices.data.map((value, i) => value + (i % 8)),
      ),
    );
    expect(largestGap(idealSimplex(shifted).data, vertices.data)).toBeLessThan(1e-13);
    const rough = idealSimplex(statisticsOf(randomMatrix(5, 8, 92)));
    const cosines = cosineGram(rough);
    for (let k = 0; k < 25; k++) expect(cosines.data[k]).toBeCloseTo(k % 6 === 0 ? 1 : -0.25, 13);
  });

  test("is nearer to the means than any other regular simplex", () => {
    const means = randomMatrix(4, 6, 93);
    const statistics = statisticsOf(means);
    const distance = (rows: Matrix) => frobeniusNorm(combine(1, centreRows(means), -1, rows));
    const best = distance(idealSimplex(statistics));
    for (let seed = 1; seed <= 30; seed++) {
      const turned = multiply(embedRows(simplexVertices(4), 6, false), randomOrthogonal(6, seed));
      for (const size of [0.5, 1, 2, 4]) expect(distance(scale(size, turned))).toBeGreaterThan(best);
    }
    for (const factor of [0.99, 1.01]) expect(distance(scale(factor, idealSimplex(statistics)))).toBeGreaterThan(best);
  });

  test("is drawn in the frame of the means", () => {
    const vertices = embedRows(simplexVertices(4), 7, true);
    const statistics = statisticsOf(vertices);
    const frame = principalFrame(statistics);
    expect(largestGap(idealSimplexInFrame(statistics, frame).data, frame.means.data)).toBeLessThan(1e-14);
    expect(() => idealSimplex(statisticsOf(randomMatrix(5, 3, 1)))).toThrow(/at least 4/);
  });
});

describe("cosineGram", () => {
  test("gives cosines of rows, stacked too", () => {
    const rows = matrix(2, 2, [3, 0, 1, 1]);
    expect(largestGap(cosineGram(rows).data, [1, Math.SQRT1_2, Math.SQRT1_2, 1])).toBeLessThan(1e-15);
    const stacked = stackRows(rows, matrix(1, 2, [0, -2]));
    expect(largestGap(cosineGram(stacked).data.slice(6), [0, -Math.SQRT1_2, 1])).toBeLessThan(1e-15);
    for (let seed = 1; seed <= 50; seed++) {
      const row = randomMatrix(1, 3, seed);
      const cosine = cosineGram(stackRows(row, scale(-3.1 * seed, row))).data[1];
      expect(cosine).toBeGreaterThanOrEqual(-1);
      expect(cosine).toBeCloseTo(-1, 14);
      expect(cosineGram(stackRows(row, scale(3.1 * seed, row))).data[1]).toBeLessThanOrEqual(1);
    }
    expect(() => cosineGram(matrix(2, 2, [1, 0, 0, 0]))).toThrow(/row 1/);
    expect(() => stackRows(rows, matrix(1, 3))).toThrow(MathError);
  });

  test("shows −1/(K−1) off the diagonal for a simplex of class means", () => {
    const vertices = embedRows(simplexVertices(3), 4, false);
    const statistics = classStatistics(vertices.data, [0, 1, 2], 3, 4);
    expect(largestGap(cosineGram(centreRows(statistics.means)).data, [1, -0.5, -0.5, -0.5, 1, -0.5, -0.5, -0.5, 1])).toBeLessThan(
      1e-15,
    );
  });
});
