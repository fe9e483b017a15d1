import { describe, expect, test } from "vitest";
import { expandGrid } from "../../../../contract/config/experimentConfig.ts";
import { regularizer } from "../../../../contract/config/regularizer.ts";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { trainingConfig } from "../../../../contract/config/trainingConfig.ts";
import { datasetConfig } from "../../../../contract/data/datasetConfig.ts";
import { packKey } from "../../../../contract/pack/packKey.ts";
import { presets } from "../../../../contract/presets/presets.ts";

const pictures = datasetConfig.parse({ id: "mnist", trainPerClass: 50, testPerClass: 10 });
const base: RunConfig = {
  dataset: pictures,
  architecture: "rn1",
  normalization: "post-ln",
  depth: 3,
  width: 16,
  loss: "ce",
  headBias: false,
  regularizer: regularizer.parse({ family: "weights" }),
  training: trainingConfig.parse({}),
  measuring: { name: "log", perDecade: 10 },
  seed: 0,
  device: "auto",
};
const training = (change: object) => ({ training: trainingConfig.parse({ ...base.training, ...change }) });
const dataset = (config: object) => ({ dataset: datasetConfig.parse(config) });
const weights = (change: object) => ({ regularizer: regularizer.parse({ family: "weights", ...change }) });
const of = (from: Partial<RunConfig>, to: Partial<RunConfig>) => [packKey({ ...base, ...from }), packKey({ ...base, ...to })];

describe("Runs of one key", () => {
  const clusters = { id: "gaussian-clusters", classes: 4, dimension: 10 };
  test.each<[string, Partial<RunConfig>, Partial<RunConfig>]>([
    ["seed", {}, { seed: 7 }],
    ["learning rate", {}, training({ learningRate: 0.1 })],
    ["schedule", {}, training({ schedule: { name: "step", at: [0.5], factor: 0.1 } })],
    ["warm-up", {}, training({ warmupSteps: 100 })],
    ["initialization", {}, training({ initialization: { gain: 2, branchGain: 0 } })],
    ["momentum", training({ optimizer: { name: "sgd", momentum: 0.9 } }), training({ optimizer: { name: "sgd", momentum: 0 } })],
    [
      "momentum of Signum",
      training({ optimizer: { name: "signum", momentum: 0.9 } }),
      training({ optimizer: { name: "signum", momentum: 0 } }),
    ],
    [
      "momentum and rates of Muon",
      training({ optimizer: { name: "muon", momentum: 0.9 } }),
      training({ optimizer: { name: "muon", momentum: 0.5, adamRate: 0.1 }, learningRate: 0.1 }),
    ],
    [
      "coupled share",
      training({ optimizer: { name: "adam", share: 0.2 } }),
      training({ optimizer: { name: "adam", share: 0.9 } }),
    ],
    ["whether all of the decay is said to be coupled", {}, training({ optimizer: { name: "adam", share: 1 } })],
    [
      "a share of no decay",
      { regularizer: { family: "none" } },
      { regularizer: { family: "none" }, ...training({ optimizer: { name: "adam", share: 0.5 } }) },
    ],
    ["λ", {}, weights({ lambda: 0.001, headLambda: 0.1 })],
    ["how λ follows from the depth", {}, weights({ objective: "split", scaling: "inverse-depth" })],
    [
      "ρ",
      { regularizer: regularizer.parse({ family: "slack", rho: 0.01 }) },
      { regularizer: regularizer.parse({ family: "slack", rho: 10 }) },
    ],
    [
      "decoupled λ",
      { regularizer: regularizer.parse({ family: "adamw", lambda: 0.01 }) },
      { regularizer: regularizer.parse({ family: "adamw", lambda: 0.02 }) },
    ],
    ["label noise", {}, dataset({ ...pictures, labelNoise: { rate: 0.4, seed: 3 } })],
    ["seed of the data", dataset(clusters), dataset({ ...clusters, dataSeed: 5 })],
    ["a second set", {}, { other: { ...dataset({ ...pictures, id: "kmnist" }), samples: 100, alpha: 1, temperature: 2 } }],
    ["separation", dataset(clusters), dataset({ ...clusters, separation: 1 })],
    [
      "how a language is drawn",
      dataset({ id: "next-token" }),
      dataset({ id: "next-token", factors: 1, values: 5, exponent: 0, strength: 3, dataSeed: 4 }),
    ],
    ["the seed of a split", dataset({ id: "modular-addition" }), dataset({ id: "modular-addition", dataSeed: 4 })],
    ["what is left unsaid", { architecture: "t11", definition: 2 }, { architecture: "t11", definition: 2, heads: 1, patch: 7 }],
  ])("differ in %s", (_what, from, to) => {
    const [one, other] = of(from, to);
    expect(one).toMatch(/^[0-9a-f]{32}$/);
    expect(other).toBe(one);
  });

  test("differ in the order of a config's keys", () => {
    expect(packKey(Object.fromEntries(Object.entries(base).reverse()) as RunConfig)).toBe(packKey(base));
  });
});

describe("Another key has what differs in", () => {
  const texts = { id: "text-file", file: "a.tsv" };
  test.each<[string, Partial<RunConfig>, Partial<RunConfig>]>([
    ["architecture", {}, { architecture: "rn2" }],
    ["normalization", {}, { normalization: "pre-ln" }],
    ["definition", { normalization: "pre-ln", definition: 1 }, { normalization: "pre-ln", definition: 2 }],
    ["heads", { architecture: "t11" }, { architecture: "t11", heads: 2 }],
    ["patch", { architecture: "t11" }, { architecture: "t11", patch: 14 }],
    ["depth", {}, { depth: 4 }],
    ["width", {}, { width: 17 }],
    ["loss", {}, { loss: "mse" }],
    ["label smoothing", { smoothing: 0.1 }, { smoothing: 0.2 }],
    ["no label smoothing", {}, { smoothing: 0.2 }],
    ["γ of the focal loss", { loss: "focal", gamma: 1 }, { loss: "focal", gamma: 2 }],
    ["bias of the head", {}, { headBias: true }],
    ["data set", {}, dataset({ ...pictures, id: "kmnist" })],
    ["training samples", {}, dataset({ ...pictures, trainPerClass: 51 })],
    ["test samples", {}, dataset({ ...pictures, testPerClass: 11 })],
    ["class sizes", {}, dataset({ ...pictures, imbalance: 0.1 })],
    [
      "a profile of two levels",
      dataset({ ...pictures, imbalance: 0.1 }),
      dataset({ ...pictures, imbalance: 0.1, largeClasses: 2 }),
    ],
    ["split of a text file", dataset(texts), dataset({ ...texts, splitSeed: 1 })],
    ["family of regularizers", {}, { regularizer: { family: "none" } }],
    ["family, though both are a ridge", {}, { regularizer: regularizer.parse({ family: "slack", rho: 0 }) }],
    ["λ = 0", {}, weights({ lambda: 0 })],
    ["λ of the head = 0", weights({ objective: "split" }), weights({ objective: "split", headLambda: 0 })],
    [
      "ρ = 0",
      { regularizer: regularizer.parse({ family: "slack" }) },
      { regularizer: regularizer.parse({ family: "slack", rho: 0 }) },
    ],
    [
      "λ_b = 0",
      { headBias: true, regularizer: regularizer.parse({ family: "features" }) },
      { headBias: true, regularizer: regularizer.parse({ family: "features", lambdaB: 0.1 }) },
    ],
    [
      "frame",
      { regularizer: regularizer.parse({ family: "slack" }) },
      { regularizer: regularizer.parse({ family: "slack", frame: "orthogonal" }) },
    ],
    [
      "decoupled λ = 0",
      { regularizer: regularizer.parse({ family: "adamw" }) },
      { regularizer: regularizer.parse({ family: "adamw", lambda: 0 }) },
    ],
    ["optimizer", {}, training({ optimizer: { name: "sgd", momentum: 0.9 } })],
    ["Signum", training({ optimizer: { name: "sgd" } }), training({ optimizer: { name: "signum" } })],
    ["Muon", {}, training({ optimizer: { name: "muon" } })],
    ["Nesterov", training({ optimizer: { name: "muon" } }), training({ optimizer: { name: "muon", nesterov: false } })],
    ["a share below 1", {}, training({ optimizer: { name: "adam", share: 0.5 } })],
    ["a share of 0", training({ optimizer: { name: "sgd", share: 0.5 } }), training({ optimizer: { name: "sgd", share: 0 } })],
    ["β", {}, training({ optimizer: { name: "adam", beta1: 0.8 } })],
    ["batch", {}, training({ batch: 50 })],
    ["size of the batch", training({ batch: 50 }), training({ batch: 51 })],
    ["steps", {}, training({ steps: 2001 })],
    ["measuring steps", {}, { measuring: { name: "log", perDecade: 11 } }],
    ["device", {}, { device: "cpu" }],
    ["what follows training", {}, { afterTraining: { robustness: null, transfer: null } }],
  ])("%s", (_what, from, to) => {
    const [one, other] = of(from, to);
    expect(other).not.toBe(one);
  });
});

test("the key of a config never changes: workers keep what they learned by it", () => {
  expect(packKey(base)).toBe("c27dfcfc490697a98a34d0cb5ebc8917");
});

describe("A grid is parted by its keys", () => {
  /** Sizes of the packs of unlimited size, in the order of the grid's first runs. */
  const sizes = (id: string) => {
    const { config } = presets.find((preset) => preset.id === id)!;
    return [...Map.groupBy(expandGrid(config), packKey).values()].map((runs) => runs.length);
  };
  test("every preset", () => {
    expect(Object.fromEntries(presets.map(({ id }) => [id, sizes(id).join(" ")]))).toEqual({
      "after-training": "3 3 3 3 3",
      channels: "3 3 3 3 3 3 3",
      losses: "3 3 3 3 3 3 3 3 3 3",
      complexity: "12 12 12 3 3 3",
      "deep-free-features": "16 16 16 16 16 16 16 16",
      "first-light": "3 3 3 3 3 3",
      "first-steps": "2 2 2",
      "free-features": "3 3 3 3",
      "grown-random-labels": "2 2 2 2 2 2 2",
      grokking: "2 2 2 2",
      "next-tokens": "1 1 1 1 1 1",
      "grown-rn1": "2 2 2 2 2 2 2",
      "grown-rn1-cifar10": "2 2 2 2 2 2 2",
      "grown-rn2": "2 2 2 2 2 2 2",
      "grown-t11": "2 2 2 2 2 2 2",
      imbalance: "3 3 3 3 3",
      "label-noise": "15 15",
      // Of each optimizer all, a share between, and none of the decay coupled, at both λ.
      optimizers: "6 18 6 6 6 6 6 6 6 6 6 6",
      "minority-collapse": "3 3 3 3 3 3 3 3 3 3 3 3",
      // At each depth three seeds at both λ.
      "out-of-distribution": "6 6 6 6 6",
      // Each of five networks at each depth.
      "plain-networks": new Array(25).fill("3").join(" "),
      "papyan-full": "3",
      "papyan-tonight": "3",
      "random-labels": "3 3 3 3 3",
      regularizers: "3 3 9 3 3",
      "rn1-cifar10-full": "5 5 5 5 5 5",
      "rn1-cifar10-tonight": "3 3 3 3 3 3",
      "rn1-t11-mnist-full": "5 5 5 5 5 5 5 5 5 5 5 5 5 5",
      "rn1-t11-mnist-tonight": "3 3 3 3 3 3 3 3 3 3",
      "rn2-mnist-full": "10 10 10 10 10 10 10",
      "rn2-mnist-tonight": "6 6 6 6 6",
      "t11-cifar10-full": "5 5 5 5 5 5",
      "t11-cifar10-tonight": "3 3 3 3",
      "t11-text-full": "5 5 5 5 5 5",
      "t11-text-tonight": "3 3 3 3",
      "two-layer-decay": "6 6 6 6 6",
      "zhu-full": "3",
      "zhu-tonight": "3",
    });
  });
});
