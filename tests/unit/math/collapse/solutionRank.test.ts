import { expect, test } from "vitest";
import { rankThreshold, solutionRank } from "../../../../math/collapse/solutionRank.ts";
import { matrix, matrixFromRows, multiply } from "../../../../math/linear/matrix.ts";

test("is the number of directions that count, not centred", () => {
  expect(
    solutionRank(
      matrixFromRows([
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]),
    ),
  ).toBe(3);
  expect(
    solutionRank(
      matrixFromRows([
        [2, 2],
        [2, 2],
        [2, 2],
      ]),
    ),
  ).toBe(1);
  const left = matrixFromRows([
    [1, 2],
    [3, -1],
    [0.5, 1],
    [2, 2],
  ]);
  expect(
    solutionRank(
      multiply(
        left,
        matrixFromRows([
          [1, 0, 3, 1],
          [0, 2, 1, -1],
        ]),
      ),
    ),
  ).toBe(2);
});

test("has its threshold at 1 % of the largest singular value", () => {
  expect(
    solutionRank(
      matrixFromRows([
        [1, 0],
        [0, 1.01 * rankThreshold],
      ]),
    ),
  ).toBe(2);
  expect(
    solutionRank(
      matrixFromRows([
        [1, 0],
        [0, 0.99 * rankThreshold],
      ]),
    ),
  ).toBe(1);
});

test("of nothing, or of no numbers, there is none", () => {
  expect(() => solutionRank(matrix(3, 3))).toThrow("zero");
  expect(() => solutionRank(matrixFromRows([[Number.NaN, 1]]))).toThrow();
});
