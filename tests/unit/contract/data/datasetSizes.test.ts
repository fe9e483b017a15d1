import { expect, test } from "vitest";
import { type DatasetConfig, datasetConfig } from "../../../../contract/data/datasetConfig.ts";
import { datasetSizes } from "../../../../contract/data/datasetSizes.ts";
import { loadDataset } from "../../../../workers/data/resolve/loadDataset.ts";

const sizesOf = (config: object) => datasetSizes(datasetConfig.parse(config));

test("published sizes, in numbers", () => {
  const totals = (id: string) => {
    const { train, test, classes } = sizesOf({ id });
    return [classes, train, test];
  };
  expect(totals("mnist")).toEqual([10, 60_000, 10_000]);
  expect(totals("cifar100")).toEqual([100, 50_000, 10_000]);
  expect(totals("emnist-balanced")).toEqual([47, 112_800, 18_800]);
  expect(totals("emnist-letters")).toEqual([26, 124_800, 20_800]);
  expect(totals("cifar10-lossless-5k")).toEqual([10, 4_000, 1_000]);
  expect(totals("sst2")).toEqual([2, 67_349, 872]);
  expect(totals("sentence-polarity")).toEqual([2, 8_530, 2_132]);
  expect(totals("imdb")).toEqual([2, 25_000, 25_000]);
});

/** That are always there; tests/integration/data reads whole published ones. */
const sets: DatasetConfig[] = [
  { id: "fashion-mnist-mini" },
  { id: "fashion-mnist-mini", trainPerClass: 30, testPerClass: 7, imbalance: 0.1 },
  { id: "gaussian-clusters", classes: 3, trainPerClass: 9, testPerClass: 4, imbalance: 0.2 },
  { id: "random-labels", classes: 5, trainPerClass: 4, testPerClass: 2, dimension: 7 },
  { id: "fashion-mnist-mini", trainPerClass: 30, testPerClass: 7, imbalance: 0.1, largeClasses: 3 },
  { id: "gaussian-clusters", classes: 4, trainPerClass: 9, testPerClass: 4, imbalance: 0.2, largeClasses: 1 },
].map((config) => datasetConfig.parse(config));

for (const config of sets)
  test(`are those of the set as it is read: ${JSON.stringify(config)}`, async () => {
    const { resolved } = await loadDataset(config, { folder: null, cache: "/nonexistent" }, () => {});
    const sizes = datasetSizes(config);
    expect(sizes.asked).toEqual({ train: resolved.trainCounts, test: resolved.testCounts });
    expect([sizes.classes, sizes.inputDim]).toEqual([resolved.classes, resolved.inputDimension]);
    expect(sizes.known).toBe(true);
  });

test("the size of a person's own set is assumed until it is counted", () => {
  const folder = datasetConfig.parse({ id: "image-folder", folder: "own", size: 16 });
  expect(datasetSizes(folder)).toMatchObject({ known: false, there: null, inputDim: 768 });
  const counts = { train: [50, 40, 30], test: [5, 4, 3] };
  expect(datasetSizes(folder, () => counts)).toMatchObject({ known: true, classes: 3, train: 120, test: 12, there: counts });
});
