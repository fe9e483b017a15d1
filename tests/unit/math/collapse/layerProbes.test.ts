import { describe, expect, test } from "vitest";
import { mergeProbeSums } from "../../../../math/collapse/mergeProbeSums.ts";
import { nearestCentre } from "../../../../math/collapse/nearestCentre.ts";
import { addToProbeSums, countRight, emptyProbeSums, solveProbe } from "../../../../math/collapse/ridgeProbe.ts";
import { featureSpectrum } from "../../../../math/collapse/spectra.ts";
import { largestGap, normals } from "../sampling.ts";

const [classes, dim, samples] = [4, 7, 60];
const next = normals(11);
const labels = Array.from({ length: samples }, (_, i) => (i * 7) % classes);
const features = Float64Array.from(
  { length: samples * dim },
  (_, at) => 30 + next() + (at % dim === labels[Math.floor(at / dim)] ? 1.5 : 0),
);

function sumsOf(from: number, to: number) {
  const sums = emptyProbeSums(classes, dim);
  addToProbeSums(sums, features.subarray(from * dim, to * dim), labels.slice(from, to));
  return sums;
}

describe("mergeProbeSums", () => {
  test("parts about points of their own are the whole", () => {
    const total = emptyProbeSums(classes, dim);
    for (const [from, to] of [
      [0, 17],
      [17, 17],
      [17, 18],
      [18, 60],
    ])
      mergeProbeSums(total, sumsOf(from, to));
    const whole = sumsOf(0, samples);
    expect(total.samples).toBe(samples);
    expect(total.counts).toEqual(whole.counts);
    expect(largestGap(featureSpectrum(total), featureSpectrum(whole))).toBeLessThan(1e-12);
    expect(largestGap(solveProbe(total, 1e-3).weights, solveProbe(whole, 1e-3).weights)).toBeLessThan(1e-12);
  });

  test("refuses sums of other sizes", () => {
    expect(() => mergeProbeSums(emptyProbeSums(2, 3), emptyProbeSums(2, 4))).toThrow(
      "sums of 2 classes in 4 dimensions do not add to 2 classes in 3 dimensions",
    );
  });
});

describe("nearestCentre", () => {
  test("counts what distances to the class means say", () => {
    const sums = sumsOf(0, samples);
    const means = Array.from({ length: classes }, (_, k) =>
      Array.from({ length: dim }, (_, j) => {
        const own = labels.flatMap((label, i) => (label === k ? [features[i * dim + j]] : []));
        return own.reduce((sum, value) => sum + value, 0) / own.length;
      }),
    );
    const right = labels.filter((label, i) => {
      const distances = means.map((mean) => mean.reduce((sum, value, j) => sum + (features[i * dim + j] - value) ** 2, 0));
      return distances.indexOf(Math.min(...distances)) === label;
    }).length;
    expect(right).toBeGreaterThan(samples / 3);
    expect(right).toBeLessThan(samples);
    expect(countRight(nearestCentre(sums), features, labels)).toBe(right);
  });

  test("names an empty class, and means that coincide", () => {
    const lacking = emptyProbeSums(2, 1);
    addToProbeSums(lacking, Float64Array.from([1, 2]), [0, 0]);
    expect(() => nearestCentre(lacking)).toThrow("class 1 has 0 samples");
    const same = emptyProbeSums(2, 1);
    addToProbeSums(same, Float64Array.from([1, 1]), [0, 1]);
    expect(() => nearestCentre(same)).toThrow("class means coincide");
  });
});
