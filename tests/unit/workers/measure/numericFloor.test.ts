import { describe, expect, test } from "vitest";
import { metricFloor } from "../../../../app/result/model/metrics/numericFloor.ts";
import type { LayerMetric } from "../../../../contract/metrics/metricInfo.ts";
import { classStatistics, type Features } from "../../../../math/collapse/classStatistics.ts";
import { measureHiddenLayer } from "../../../../math/collapse/layerMetrics.ts";
import { nc1Ratio, normsSpread } from "../../../../math/collapse/nc1.ts";
import { type Arithmetic, featureError } from "../../../../math/collapse/numericFloor.ts";
import { createEngine } from "../../../../workers/engine/createEngine.ts";
import { ClassSums } from "../../../../workers/measure/classSums.ts";
import { makeFeatureReader } from "../../../../workers/measure/featureReader.ts";
import { defineNetwork } from "../../../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../../../workers/models/parameterLayout.ts";
import { dataOf, smallRun } from "../builders.ts";
import { nameParameters, referenceForward } from "../models/referenceNetwork.ts";

/** Numbers in (−1, 1) from a seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

describe("features in float32", () => {
  const [classes, dim, each] = [5, 64, 40];
  const labels = Uint16Array.from({ length: classes * each }, (_, i) => i % classes);
  /** Classes about means of the size of LayerNorm's features, `offset` away from zero, with a known NC1. */
  function features(nc1: number, offset: number): Float64Array {
    const draw = numbers(7);
    const means = Array.from({ length: classes }, () => Array.from({ length: dim }, () => 1.7 * draw() + offset));
    const between = 1.7 ** 2 / 3;
    const deviation = Math.sqrt(3 * nc1 * between);
    return Float64Array.from({ length: labels.length * dim }, (_, at) => {
      const label = labels[Math.floor(at / dim)];
      return means[label][at % dim] + deviation * draw();
    });
  }
  const measured = (values: Float32Array): number => {
    const sums = new ClassSums(classes, dim);
    sums.add(values, labels);
    return nc1Ratio(sums.statistics());
  };
  const stored = { arithmetic: "float32", products: 0, width: dim, inputDimension: 10 } as const;

  test.each([
    { offset: 0, below: [] },
    { offset: 1, below: [] },
    { offset: 10, below: [14] },
    { offset: 100, below: [12, 13, 14] },
  ])("are off by no more than the floor at every NC1 down to 1e-14 (offset $offset)", ({ offset, below }) => {
    const measurements = Array.from({ length: 15 }, (_, power) => {
      const exact = features(10 ** -power, offset);
      const statistics = classStatistics(exact, labels, classes, dim);
      const known = nc1Ratio(statistics);
      expect(Math.log10(known)).toBeCloseTo(-power, 0);
      const input = { errorSquared: featureError(stored), spread: normsSpread(statistics), classes, dim };
      const floor = metricFloor("nc1.ratio", input, false)!;
      const error = Math.abs(measured(Float32Array.from(exact)) - known);
      // What rounding adds of its own, and what it changes by chance: the cross term of noise and signal.
      expect(error, `NC1 ${known}`).toBeLessThan(floor + 0.1 * Math.sqrt(floor * known));
      return { power, known, floor, error };
    });
    // Below it the number says nothing: rounding has made it larger, or has made all samples of a class one point.
    const meaningless = measurements.filter(({ known, floor }) => known < floor / 10);
    expect(meaningless.map(({ power }) => power)).toEqual(below);
    for (const { known, floor, error } of meaningless) expect(error).toBeGreaterThan(Math.min(floor / 30, known / 2));
  });

  test("carry NC1 = 1e-12 to .2 % where features are centred: the floor lies near 4e-15, not at 1e-6", () => {
    const exact = features(1e-12, 0);
    const statistics = classStatistics(exact, labels, classes, dim);
    const known = nc1Ratio(statistics);
    expect(Math.abs(measured(Float32Array.from(exact)) / known - 1)).toBeLessThan(2e-3);
    const input = { errorSquared: featureError(stored), spread: normsSpread(statistics), classes, dim };
    expect(metricFloor("nc1.ratio", input, false)).toBeGreaterThan(3e-15);
    expect(metricFloor("nc1.ratio", input, false)).toBeLessThan(6e-15);
  });

  test("have a floor of its own for each metric", () => {
    // Fully collapsed classes, each sample rounded by itself as a network's arithmetic would do it.
    const exact = features(0, 0);
    const draw = numbers(3);
    const error = 1e-6;
    const noisy = exact.map((value) => value * (1 + error * Math.sqrt(3) * draw()));
    const [before, after] = [exact, noisy].map((rows) => measureHiddenLayer(rows as Features, labels, classes, dim).values);
    const input = { errorSquared: error ** 2, spread: before["norms.spread"]!, classes, dim };
    for (const id of ["nc1.ratio", "nc1.pinv", "nc1.cdnv"] as const) {
      const floor = metricFloor(id, input, false)!;
      expect(after[id]! / floor, id).toBeGreaterThan(0.4);
      expect(after[id]! / floor, id).toBeLessThan(2.5);
    }
    for (const id of ["nc2.frame", "nc2.etf", "nc2.norms", "nc2.angles"] as const)
      expect(Math.abs(after[id]! - before[id]!), id).toBeLessThan(metricFloor(id, input, false)!);
    const none: [LayerMetric, boolean][] = [
      ["nc2.frame", true],
      ["nc2.etf", true],
      ["nc4.ncc", false],
      ["norms.spread", false],
    ];
    for (const [id, ofClassifier] of none) expect(metricFloor(id, input, ofClassifier), id).toBeNull();
    expect(metricFloor("nc3.cosine", input, true)).toBe(5e-13);
  });
});

/** The nearest number with 10 bits of mantissa. */
function toTf32(value: number): number {
  if (value === 0) return 0;
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 10);
  return Math.round(value / unit) * unit;
}

describe("features of a network", async () => {
  const engine = await createEngine({ device: "cpu" });
  const layers = [1, 2, 4, 7, 13];

  /** Samples that differ within their class by a little of float32's last digit, so that all else is arithmetic. */
  function collapsed(architecture: "rn1" | "rn2", width: number, dimension: number) {
    const dataset = { id: "random-labels", classes: 4, dimension, trainPerClass: 10, testPerClass: 2 };
    const config = smallRun({ dataset, architecture, width, depth: 13 });
    const data = dataOf(config);
    const draw = numbers(5);
    const { inputs, labels, count } = data.train;
    for (let i = 0; i < count; i++) {
      const first = labels.indexOf(labels[i]);
      for (let j = 0; j < dimension; j++)
        inputs[i * dimension + j] = inputs[first * dimension + j] * (1 + (i === first ? 0 : 1e-7 * draw()));
    }
    const network = defineNetwork(config, data);
    const parameters = initializeParameters(network.parameters, 3);
    const row = (i: number) => Array.from(inputs.subarray(i * dimension, (i + 1) * dimension));
    const named = nameParameters(network.parameters, parameters);
    const reference = Array.from({ length: count }, (_, i) => referenceForward(config, named, row(i)).features);
    const exact = (l: number) => Float64Array.from(reference.flatMap((features) => features[l - 1]));
    return { data, network, parameters, named, labels, exact, row };
  }

  function compare(
    arithmetic: Arithmetic,
    products: number,
    values: Features,
    exact: Features,
    labels: Uint16Array,
    of: { width: number; dimension: number },
  ) {
    const [found, known] = [values, exact].map((one) => classStatistics(one, labels, 4, of.width));
    const rounding = { arithmetic, products, width: of.width, inputDimension: of.dimension };
    const input = { errorSquared: featureError(rounding), spread: normsSpread(known), classes: 4, dim: of.width };
    const floor = metricFloor("nc1.ratio", input, false)!;
    return { added: nc1Ratio(found) - nc1Ratio(known), floor };
  }

  test.each([
    ["rn1", 16, 10],
    ["rn1", 64, 10],
    ["rn1", 64, 784],
    ["rn2", 64, 10],
    ["rn1", 256, 100],
  ] as const)(
    "on the CPU (%s, d = %i, D = %i): what arithmetic adds to NC1 is the floor, within a factor of 10",
    async (architecture, width, dimension) => {
      const { data, network, parameters, labels, exact } = collapsed(architecture, width, dimension);
      const reader = await makeFeatureReader(engine, network, [data.train]);
      for await (const chunk of reader.read(data.train, { parameters }))
        for (const l of layers) {
          const { added, floor } = compare("float32", l, chunk.features[l - 1], exact(l), labels, { width, dimension });
          expect(added, `layer ${l}`).toBeLessThan(3 * floor);
          expect(added, `layer ${l}`).toBeGreaterThan(floor / 10);
        }
      await reader.dispose();
    },
  );

  test("in TF32: operands of 10 bits put the floor near 1e-7", () => {
    const [width, dimension] = [64, 10];
    const { named, labels, exact, row } = collapsed("rn1", width, dimension);
    const product = (rows: number[][], x: number[]) =>
      rows.map((weights) => weights.reduce((sum, w, j) => sum + toTf32(w) * toTf32(x[j]), 0));
    const normalized = (x: number[]) => {
      const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
      const deviation = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length);
      return x.map((value) => (value - mean) / deviation);
    };
    const plus = (x: number[], bias: number[][]) => x.map((value, j) => value + bias.flat()[j]);
    // Samples a little more apart, so that they do not round to the same operands.
    const draw = numbers(11);
    const inputs = Array.from({ length: labels.length }, (_, i) =>
      row(labels.indexOf(labels[i])).map((v) => v * (1 + 2e-3 * draw())),
    );
    const forward = (x: number[], rounded: boolean) => {
      const times = rounded
        ? product
        : (rows: number[][], v: number[]) => rows.map((w) => w.reduce((sum, one, j) => sum + one * v[j], 0));
      let read = normalized(plus(times(named.W0, x), named.b0));
      const features = [read];
      for (let l = 1; l < 13; l++) {
        const branch = plus(times(named[`W${l}`], read), named[`b${l}`]).map((value) => Math.max(0, value));
        read = normalized(read.map((value, j) => value + branch[j]));
        features.push(read);
      }
      return features;
    };
    const [exactly, roundly] = [false, true].map((rounded) => inputs.map((x) => forward(x, rounded)));
    for (const l of layers) {
      const of = (rows: number[][][]) => Float64Array.from(rows.flatMap((features) => features[l - 1]));
      const { added, floor } = compare("tf32", l, of(roundly), of(exactly), labels, { width, dimension });
      expect(floor).toBeGreaterThan(1e-8);
      expect(floor).toBeLessThan(1e-6);
      expect(added, `layer ${l}`).toBeLessThan(3 * floor);
      expect(added, `layer ${l}`).toBeGreaterThan(floor / 10);
    }
    expect(exact(1)).toHaveLength(labels.length * width);
  });
});
