import { describe, expect, test } from "vitest";
import { centredMoments } from "../../../../math/collapse/centredMoments.ts";
import { classStatistics } from "../../../../math/collapse/classStatistics.ts";
import { StreamedMeans, StreamedMoments } from "../../../../math/collapse/streamedSums.ts";

/** Two classes in the plane: (0,0), (2,0) and (4,4), (4,8). */
const features = Float64Array.of(0, 0, 4, 4, 2, 0, 4, 8);
const labels = [0, 1, 0, 1];

function measure(
  values: Float64Array,
  of: ArrayLike<number>,
  classes: number,
  dim: number,
  rows: number,
  predictions: number[] | null = null,
) {
  const first = new StreamedMeans(classes, dim);
  for (let at = 0; at < values.length / dim; at += rows) first.add(values.subarray(at * dim, (at + rows) * dim), of, at);
  const means = first.means();
  const second = new StreamedMoments(classes, dim, means, means);
  for (let at = 0; at < values.length / dim; at += rows)
    second.add(values.subarray(at * dim, (at + rows) * dim), of, at, predictions);
  second.end();
  return { counts: first.counts, means, second };
}

describe("sums of features that come part by part", () => {
  test.each([1, 3, 4])("by hand, %i rows at once", (rows) => {
    const { counts, means, second } = measure(features, labels, 2, 2, rows, [0, 1, 1, 1]);
    expect([...counts]).toEqual([2, 2]);
    expect([...means]).toEqual([1, 0, 4, 6]);
    expect([...second.within]).toEqual([2, 8]);
    // μ_G = (2.5, 3); m_0 = (−1.5, −3), m_1 = (1.5, 3); a of the four samples: ±1.5 and ∓6
    expect([...second.moments!]).toEqual([76.5, -76.5, -76.5, 76.5]);
    expect(second.labelMisses).toBe(0);
    expect(second.predictionMisses).toBe(1);
  });

  test("as the whole set at once gives them", () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647 - 0.5;
    };
    const [samples, dim, classes] = [500, 7, 5];
    const of = Array.from({ length: samples }, (_, i) => (i * 3) % classes);
    const values = Float64Array.from(
      { length: samples * dim },
      (_, at) => 100 * ((of[Math.floor(at / dim)]! + at) % 3) + random(),
    );
    const statistics = classStatistics(values, of, classes, dim);
    const moments = centredMoments({ features: values, labels: of, statistics });
    const { counts, means, second } = measure(values, of, classes, dim, 64);
    expect(counts).toEqual(statistics.counts);
    means.forEach((mean, at) => {
      expect(mean).toBeCloseTo(statistics.means.data[at]!, 11);
    });
    second.within.forEach((sum, k) => {
      expect(sum / statistics.scatter[k]!).toBeCloseTo(1, 10);
    });
    second.moments!.forEach((moment, at) => {
      expect(moment / moments.moments.data[at]!).toBeCloseTo(1, 8);
    });
    expect(second.labelMisses).toBe(moments.labelMisses);
  });

  test("equal features have exactly their own value as mean, however many they are", () => {
    const { means, second } = measure(
      Float64Array.from({ length: 30_000 }, () => 0.1),
      new Uint8Array(10_000),
      1,
      3,
      999,
    );
    expect([...means]).toEqual([0.1, 0.1, 0.1]);
    expect([...second.within]).toEqual([0]);
  });

  test("a class without samples has a mean of zeros and no scatter", () => {
    const { counts, means, second } = measure(features, labels, 3, 2, 2);
    expect([...counts]).toEqual([2, 2, 0]);
    expect([...means.subarray(4)]).toEqual([0, 0]);
    expect(second.within[2]).toBe(0);
  });

  test("without training means there is the scatter alone", () => {
    const second = new StreamedMoments(2, 2, Float64Array.of(1, 0, 4, 6), null);
    second.add(features, labels, 0);
    second.end();
    expect([...second.within]).toEqual([2, 8]);
    expect(second.moments).toBeNull();
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("%d is refused by sample and place", (value) => {
    const odd = features.slice();
    odd[5] = value;
    const first = new StreamedMeans(2, 2);
    expect(() => first.add(odd, labels, 0)).toThrow(`sample 2 has ${value} as its number 1: features must be finite`);
  });
});
