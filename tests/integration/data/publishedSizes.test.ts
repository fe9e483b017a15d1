import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { datasetConfig } from "../../../contract/data/datasetConfig.ts";
import { datasetSizes } from "../../../contract/data/datasetSizes.ts";
import { loadDataset } from "../../../workers/data/resolve/loadDataset.ts";

/** With what each needs to be there. */
const sets = [
  [{ id: "mnist" }, "../shared/data/mnist"],
  [{ id: "mnist", imbalance: 0.1 }, "../shared/data/mnist"],
  [{ id: "mnist", imbalance: 0.01 }, "../shared/data/mnist"],
  [{ id: "cifar10-lossless-5k" }, "../shared/data/cifar10-lossless-5k"],
  [{ id: "sentence-polarity", vocabulary: 50, maxLength: 4 }, "../shared/data/sentence-polarity"],
  [{ id: "fashion-mnist", imbalance: 0.5 }, "/usr/share/datasets/fashion-mnist"],
] as const;

for (const [given, needs] of sets)
  test.runIf(existsSync(needs))(`sizes are those of the set as it is read: ${JSON.stringify(given)}`, async () => {
    const config = datasetConfig.parse(given);
    const places = { folder: "../shared/data", cache: "/nonexistent" };
    const { resolved } = await loadDataset(config, places, () => {});
    const sizes = datasetSizes(config);
    expect(sizes.asked).toEqual({ train: resolved.trainCounts, test: resolved.testCounts });
    expect([sizes.classes, sizes.inputDim]).toEqual([resolved.classes, resolved.inputDimension]);
    expect(sizes.known).toBe(true);
  });
