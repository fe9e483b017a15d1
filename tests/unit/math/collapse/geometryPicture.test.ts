import { describe, expect, test } from "vitest";
import { geometryPicture, turnedPicture } from "../../../../math/collapse/geometryPicture.ts";
import { principalFrame } from "../../../../math/collapse/principalFrame.ts";
import { type Matrix, matrix } from "../../../../math/linear/matrix.ts";
import { largestGap } from "../sampling.ts";

const statisticsOf = (means: Matrix) => ({
  ...{ classes: means.rows, dim: means.cols, means },
  ...{ counts: new Float64Array(means.rows).fill(2), scatter: new Float64Array(means.rows) },
});
const h = Math.sqrt(3) / 2;
/** A simplex of three classes with its vertices in the plane of the first two axes. */
const flat = matrix(3, 3, [1, 0, 0, -0.5, h, 0, -0.5, -h, 0]);
const simplexGram = [1, -0.5, -0.5, -0.5, 1, -0.5, -0.5, -0.5, 1];

describe("the picture of a simplex of three classes", () => {
  test("in two dimensions", () => {
    const means = matrix(3, 2, [4, 4, 2.5, 4 + h, 2.5, 4 - h]);
    const picture = turnedPicture(geometryPicture(statisticsOf(means), matrix(3, 2, [1, 0, 0, 2, -3, 0])), flat);
    expect(largestGap(picture.means.data, flat.data)).toBeLessThan(1e-14);
    expect(largestGap(picture.ideal!.data, flat.data)).toBeLessThan(1e-14);
    expect(picture.explained).toBeCloseTo(1, 14);
    expect(largestGap(picture.meansGram.data, simplexGram)).toBeLessThan(1e-14);
    expect(largestGap(picture.headGram!.data, [1, 0, -1, 0, 1, 0, -1, 0, 1])).toBeLessThan(1e-15);
  });

  test("in five dimensions, without a classifier", () => {
    const row = (x: number, y: number) => [7, 2.5 * x, 0, -1 - 2.5 * y, 3];
    const means = matrix(3, 5, [...row(1, 0), ...row(-0.5, h), ...row(-0.5, -h)]);
    const picture = turnedPicture(geometryPicture(statisticsOf(means), null), flat);
    const shown = [2.5, 0, 0, -1.25, 2.5 * h, 0, -1.25, -2.5 * h, 0];
    expect(largestGap(picture.means.data, shown)).toBeLessThan(1e-14);
    expect(largestGap(picture.ideal!.data, shown)).toBeLessThan(1e-14);
    expect(picture.explained).toBeCloseTo(1, 14);
    expect(largestGap(picture.meansGram.data, simplexGram)).toBeLessThan(1e-14);
    expect(picture.headGram).toBeNull();
  });
});

describe("the picture of other class means", () => {
  test("has no simplex where one dimension leaves no room for three classes", () => {
    const picture = geometryPicture(statisticsOf(matrix(3, 1, [3, 1, -1.5])), null);
    expect(picture.ideal).toBeNull();
    expect(Array.from(picture.means.data, Math.abs).map((value) => Number(value.toFixed(12)))).toEqual([
      2.166666666667, 0, 0, 0.166666666667, 0, 0, 2.333333333333, 0, 0,
    ]);
    expect(largestGap(picture.meansGram.data, [1, 1, -1, 1, 1, -1, -1, -1, 1])).toBeLessThan(1e-15);
  });

  test("is turned as their axes are", () => {
    const means = matrix(3, 4, [2, 0.5, -1, 0.25, -1, 1.5, 0.5, 0.75, 0.5, -2, 1, -1]);
    const axes = principalFrame(statisticsOf(means), { ...principalFrame(statisticsOf(flat)), means: flat });
    const picture = turnedPicture(geometryPicture(statisticsOf(means), null), flat);
    expect(largestGap(picture.means.data, axes.means.data)).toBeLessThan(1e-13);
    expect(() => turnedPicture(picture, matrix(2, 3))).toThrow("previous means of 2 classes do not fit 3");
    expect(() => geometryPicture(statisticsOf(matrix(3, 4)), null)).toThrow(/coincide/);
  });
});
