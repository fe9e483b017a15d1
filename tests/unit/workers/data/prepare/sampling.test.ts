import { describe, expect, test } from "vitest";
import { datasetConfig, type SyntheticDatasetConfig } from "../../../../../contract/data/datasetConfig.ts";
import { Failure } from "../../../../../contract/failure.ts";
import { countClasses } from "../../../../../workers/data/dataset.ts";
import { addLabelNoise } from "../../../../../workers/data/prepare/addLabelNoise.ts";
import { chooseSamples } from "../../../../../workers/data/prepare/chooseSamples.ts";
import { loadDataset } from "../../../../../workers/data/resolve/loadDataset.ts";
import { makeSynthetic } from "../../../../../workers/data/resolve/makeSynthetic.ts";

const labels = Uint16Array.of(1, 0, 1, 1, 0, 0, 2, 2, 2, 2);
const repeated = (counts: number[]) => Uint16Array.from(counts.flatMap((n, k) => new Array<number>(n).fill(k)));

describe("a subset", () => {
  test("is the first n of each class, in file order", () => {
    expect([...chooseSamples(labels, 3, { perClass: 2 }, "it").rows]).toEqual([0, 1, 2, 4, 6, 7]);
    expect(chooseSamples(labels, 3, { perClass: null }, "it")).toEqual({ rows: Uint32Array.from(labels.keys()), said: "" });
  });

  test("more than there are is refused with both numbers; so is a class without samples", () => {
    expect(() => chooseSamples(labels, 3, { perClass: 4 }, "The set")).toThrow(
      "The set has 3 samples of class 0; 4 were requested.",
    );
    expect(() => chooseSamples(labels, 4, { perClass: null }, "The set")).toThrow("The set has no sample of class 3.");
    expect(() => chooseSamples(labels, 4, { perClass: null }, "The set")).toThrow(Failure);
  });
});

describe("imbalance", () => {
  const sizes = (counts: number[], choice: { perClass: number | null; imbalance: number; largeClasses?: number }) => {
    const all = repeated(counts);
    const { rows, said } = chooseSamples(all, counts.length, choice, "it");
    return {
      counts: countClasses(
        Uint16Array.from(rows, (i) => all[i]),
        counts.length,
      ),
      rows,
      said,
    };
  };

  test("sizes fall geometrically from perClass to ratio times it", () => {
    const { counts, rows, said } = sizes([100, 100, 100, 100], { perClass: 80, imbalance: 0.125 });
    expect(counts).toEqual([80, 40, 20, 10]);
    expect([...rows.subarray(0, 3), ...rows.subarray(80, 82)]).toEqual([0, 1, 2, 100, 101]);
    expect(said).toContain("80 to 10 (geometric)");
  });

  test("without perClass, the largest sizes that every class can follow", () => {
    expect(sizes([80, 80, 80, 80], { perClass: null, imbalance: 0.125 }).counts).toEqual([80, 40, 20, 10]);
    expect(sizes([80, 30, 80, 80], { perClass: null, imbalance: 0.125 }).counts).toEqual([60, 30, 15, 8]);
    expect(sizes([5, 9, 7], { perClass: null, imbalance: 1 }).counts).toEqual([5, 5, 5]);
    expect(sizes([50, 50], { perClass: null, imbalance: 0.001 }).counts).toEqual([50, 1]);
  });

  test("of two levels: the first t classes as large as asked, all others at the ratio, each size exact and stated", () => {
    const two = sizes([100, 100, 100, 100, 100], { perClass: 80, imbalance: 0.1, largeClasses: 2 });
    expect(two.counts).toEqual([80, 80, 8, 8, 8]);
    expect(two.said).toBe("Of it, the first 80 samples of the first 2 classes and 8 of the others in file order.");
    const one = sizes([9, 9, 9], { perClass: 9, imbalance: 0.5, largeClasses: 1 });
    expect(one.counts).toEqual([9, 5, 5]); // 4.5, rounded
    expect(one.said).toBe("Of it, the first 9 samples of class 0 and 5 of the other classes in file order.");
    expect(sizes([50, 60, 4, 70], { perClass: null, imbalance: 0.1, largeClasses: 2 }).counts).toEqual([44, 44, 4, 4]);
    expect(sizes([50, 60], { perClass: null, imbalance: 0.0001, largeClasses: 1 }).counts).toEqual([50, 1]);
    expect(sizes([7, 7, 7], { perClass: 7, imbalance: 1, largeClasses: 2 }).counts).toEqual([7, 7, 7]);
  });

  test("as many large classes as there are classes are refused, with the way out", () => {
    const message = "3 large classes leave no small one among 3: choose at most 2, or none for a geometric profile.";
    expect(() => sizes([9, 9, 9], { perClass: 5, imbalance: 0.5, largeClasses: 3 })).toThrow(message);
    const clusters = datasetConfig.parse({ id: "gaussian-clusters", classes: 3, imbalance: 0.5, largeClasses: 3 });
    expect(() => makeSynthetic(clusters as SyntheticDatasetConfig)).toThrow(message);
  });

  test("a class that cannot follow is refused", () => {
    expect(() => sizes([80, 30], { perClass: 80, imbalance: 0.5 })).toThrow("has 30 samples of class 1; 40 were requested");
  });
});

describe("label noise", () => {
  const clean = repeated([100, 60, 41]);
  const differ = (a: Uint16Array, b: Uint16Array) => [...a.keys()].filter((i) => a[i] !== b[i]);

  test("keeps class sizes, changes no more than its share of each class, and says how many", () => {
    const { labels: noisy, said } = addLabelNoise(clean, 3, { rate: 0.3, seed: 7 });
    expect(countClasses(noisy, 3)).toEqual([100, 60, 41]);
    const changed = differ(clean, noisy);
    const byClass = countClasses(
      Uint16Array.from(changed, (i) => clean[i]),
      3,
    );
    [30, 18, 12].forEach((drawn, k) => {
      expect(byClass[k]).toBeGreaterThan(0);
      expect(byClass[k]).toBeLessThanOrEqual(drawn);
    });
    expect(said).toContain(`60 training samples`);
    expect(said).toContain(`${changed.length} of 201`);
    expect([...clean.subarray(0, 100)]).toEqual(new Array(100).fill(0)); // the labels given stay as they are
  });

  test("is a function of its seed; a lower rate draws among the samples of a higher one", () => {
    const at = (rate: number, seed: number) => addLabelNoise(clean, 3, { rate, seed }).labels;
    expect(at(0.5, 1)).toEqual(at(0.5, 1));
    expect(at(0.5, 1)).not.toEqual(at(0.5, 2));
    const many = repeated(new Array(50).fill(40)); // of 50 classes, so that nearly all drawn samples change
    const few = differ(many, addLabelNoise(many, 50, { rate: 0.1, seed: 3 }).labels);
    const half = new Set(differ(many, addLabelNoise(many, 50, { rate: 0.5, seed: 3 }).labels));
    expect(few.length).toBeGreaterThan(180);
    expect(few.filter((i) => half.has(i)).length / few.length).toBeGreaterThan(0.9);
  });

  test("at rate 1 labels no longer say anything about the classes: 1/K of them stay", () => {
    const large = repeated([3000, 3000, 3000]);
    const { labels: noisy } = addLabelNoise(large, 3, { rate: 1, seed: 0 });
    expect(countClasses(noisy, 3)).toEqual([3000, 3000, 3000]);
    for (let k = 0; k < 3; k++) {
      const now = countClasses(noisy.subarray(3000 * k, 3000 * (k + 1)), 3);
      for (const count of now) expect(Math.abs(count - 1000)).toBeLessThan(120);
    }
  });

  test("no noise changes nothing and says nothing", () => {
    expect(addLabelNoise(clean, 3, undefined)).toEqual({ labels: clean, said: "" });
    expect(addLabelNoise(clean, 3, { rate: 0, seed: 1 })).toEqual({ labels: clean, said: "" });
  });
});

describe("sampling of whole sets", () => {
  const load = (config: object) => loadDataset(datasetConfig.parse(config), { folder: null, cache: "/nowhere" });

  test("a picture set: counts, noise and imbalance are reported and stored, and leave the test set alone", async () => {
    const plain = { id: "fashion-mnist-mini", trainPerClass: 50, testPerClass: 10 };
    const clean = await load({ ...plain, imbalance: 0.2 });
    const noisy = await load({ ...plain, imbalance: 0.2, labelNoise: { rate: 0.4, seed: 3 } });
    expect(clean.resolved.trainCounts).toEqual([50, 42, 35, 29, 24, 20, 17, 14, 12, 10]);
    expect(noisy.resolved.trainCounts).toEqual(clean.resolved.trainCounts);
    expect(countClasses(noisy.train.labels, 10)).toEqual(clean.resolved.trainCounts);
    expect(noisy.resolved.testCounts).toEqual(new Array(10).fill(10));
    expect(noisy.test.labels).toEqual(clean.test.labels);
    expect(noisy.train.inputs).toEqual(clean.train.inputs);
    expect(noisy.train.labels).not.toEqual(clean.train.labels);
    expect(noisy.resolved.hash).not.toBe(clean.resolved.hash);
    expect(clean.preparation).toContain("the first 50 to 10 (geometric) samples");
    expect(noisy.preparation).toMatch(/Label noise 0\.4, seed 3: \d+ training samples.*; \d+ of 253 \(\d+\.\d %\)/);
    expect(clean.preparation).not.toContain("noise");
  });

  test("pixels are standardized with the numbers reported", async () => {
    const { train, pixel, input } = await load({ id: "fashion-mnist-mini", trainPerClass: 5, testPerClass: 5 });
    expect(input).toEqual({ kind: "image", channels: 1, height: 28, width: 28 });
    const { mean, deviation } = pixel!;
    for (const x of train.inputs.subarray(0, 784)) {
      const byte = 255 * (x * deviation + mean);
      expect(Math.abs(byte - Math.round(byte))).toBeLessThan(1e-3);
      expect(Math.round(byte)).toBeGreaterThanOrEqual(0);
      expect(Math.round(byte)).toBeLessThanOrEqual(255);
    }
  });

  test("Gaussian clusters: inputs stay with their clusters, labels move", async () => {
    const config = { id: "gaussian-clusters", classes: 4, dimension: 3, trainPerClass: 50, imbalance: 0.5 };
    const clean = await load(config);
    const noisy = await load({ ...config, labelNoise: { rate: 0.5, seed: 1 } });
    expect(noisy.train.inputs).toEqual(clean.train.inputs);
    expect(noisy.resolved.trainCounts).toEqual(clean.resolved.trainCounts);
    expect(noisy.train.labels).not.toEqual(clean.train.labels);
    expect(noisy.test).toEqual(clean.test);
    expect(noisy.preparation).toContain("Label noise 0.5, seed 1");
    expect(noisy).toMatchObject({ input: { kind: "vector", dimension: 3 }, pixel: null });
  });
});
