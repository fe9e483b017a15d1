import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { datasetConfig } from "../../../contract/data/datasetConfig.ts";
import { loadDataset } from "../../../workers/data/resolve/loadDataset.ts";

describe("sets at hand", () => {
  const load = (config: object, folder: string | null) =>
    loadDataset(datasetConfig.parse(config), { folder, cache: "/nonexistent" });
  const shared = "../shared/data";

  test.runIf(existsSync(`${shared}/mnist`))(
    "MNIST",
    async () => {
      const { resolved, train, pixel } = await load({ id: "mnist" }, shared);
      expect(resolved).toMatchObject({
        source: `folder ${shared}/mnist`,
        trainCounts: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
      });
      expect([...train.labels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
      expect(pixel!.mean).toBeCloseTo(0.1307, 4); // the numbers that are used everywhere
      expect(pixel!.deviation).toBeCloseTo(0.3081, 4);
    },
    30_000,
  );

  test.runIf(existsSync(`${shared}/cifar10-lossless-5k`))(
    "CIFAR-10 lossless 5k",
    async () => {
      const { resolved, input } = await load({ id: "cifar10-lossless-5k", trainPerClass: 360, testPerClass: 80 }, shared);
      expect(input).toEqual({ kind: "image", channels: 3, height: 32, width: 32 });
      expect(resolved.trainCounts).toEqual(new Array(10).fill(360));
      await expect(load({ id: "cifar10-lossless-5k", trainPerClass: 367 }, shared)).rejects.toThrow(
        "CIFAR-10 lossless 5k's training set has 366 samples of class automobile; 367 were requested",
      );
    },
    30_000,
  );

  test.runIf(existsSync("/usr/share/datasets/fashion-mnist"))(
    "Fashion-MNIST as Debian installs it",
    async () => {
      const { resolved, pixel } = await load({ id: "fashion-mnist", trainPerClass: 200, testPerClass: 50 }, null);
      expect(resolved.source).toBe("system /usr/share/datasets/fashion-mnist");
      const mini = await load({ id: "fashion-mnist-mini" }, null);
      expect(resolved.hash).toBe(mini.resolved.hash); // the vendored set is that subset
      expect(pixel).toEqual(mini.pixel);
    },
    30_000,
  );
});
