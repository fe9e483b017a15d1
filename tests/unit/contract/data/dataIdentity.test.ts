import { describe, expect, test } from "vitest";
import { dataIdentity } from "../../../../contract/data/dataIdentity.ts";
import { datasetConfig } from "../../../../contract/data/datasetConfig.ts";

const of = (config: object) => dataIdentity(datasetConfig.parse(config));
const table = { id: "text-file", file: "reviews.tsv" };
const folder = { id: "image-folder", folder: "lamps" };

describe("what a config says that the hash of its data depends on", () => {
  test.each<[string, object, object]>([
    ["the seed of a generated set", { id: "random-labels", dataSeed: 0 }, { id: "random-labels", dataSeed: 1 }],
    ["the seed of a split", { id: "modular-addition" }, { id: "modular-addition", dataSeed: 1 }],
    ["what of the pairs is trained on", { id: "modular-addition" }, { id: "modular-addition", trainShare: 0.3 }],
    ["what a language is drawn by", { id: "next-token" }, { id: "next-token", strength: 0.5 }],
    ["the name of a table", table, { ...table, file: "Reviews.tsv" }],
    ["the seed of its split", table, { ...table, splitSeed: 1 }],
    ["the samples a class", { id: "mnist" }, { id: "mnist", trainPerClass: 50 }],
    ["label noise", { id: "mnist" }, { id: "mnist", labelNoise: { rate: 0.2 } }],
    [
      "the seed of label noise",
      { id: "mnist", labelNoise: { rate: 0.2, seed: 1 } },
      { id: "mnist", labelNoise: { rate: 0.2, seed: 2 } },
    ],
    ["imbalance", { id: "gaussian-clusters" }, { id: "gaussian-clusters", imbalance: 0.1 }],
    ["large classes", { id: "mnist", imbalance: 0.1 }, { id: "mnist", imbalance: 0.1, largeClasses: 2 }],
    ["the set itself", { id: "mnist" }, { id: "kmnist" }],
  ])("%s is part of it", (_, one, other) => {
    expect(of(one)).not.toBe(of(other));
  });

  test.each<[string, object, object]>([
    ["the side of pictures", folder, { ...folder, size: 64 }],
    ["the tokens of a text", table, { ...table, maxLength: 8 }],
    ["the words known", table, { ...table, vocabulary: 100 }],
    ["noise of rate 0", { id: "mnist" }, { id: "mnist", labelNoise: { rate: 0, seed: 4 } }],
  ])("%s is not", (_, one, other) => {
    expect(of(one)).toBe(of(other));
  });

  test("the order of keys does not matter: a database may keep another", () => {
    const config = datasetConfig.parse({ id: "mnist", labelNoise: { rate: 0.2, seed: 1 } });
    const turned = Object.fromEntries(Object.entries(config).reverse()) as typeof config;
    expect(JSON.stringify(turned)).not.toBe(JSON.stringify(config));
    expect(dataIdentity(turned)).toBe(dataIdentity(config));
  });
});
