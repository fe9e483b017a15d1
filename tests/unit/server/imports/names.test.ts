import { describe, expect, test } from "vitest";
import { partsOfName } from "../../../../server/imports/features/partsOfName.ts";
import { roleOf } from "../../../../server/imports/features/roleOf.ts";

describe("what the name of a file says", () => {
  test.each<[string, number | null, "train" | "test" | null, Record<string, number | string>, string]>([
    ["epoch_12", 12, null, {}, ""],
    ["ep12", 12, null, {}, ""],
    ["epoch=9", 9, null, {}, ""],
    ["epoch012_H", 12, null, {}, "H"],
    ["H_ep7_train", 7, "train", {}, "H"],
    ["layer1.epoch-3.test", 3, "test", {}, "layer1"],
    ["epoch=9-step=4690", 4690, null, {}, ""],
    ["global_step_1000_features", 1000, null, {}, "features"],
    ["iter_500", 500, null, {}, ""],
    ["val_embeddings", null, "test", {}, "embeddings"],
    ["ytrain_ep2", 2, "train", {}, "y"],
    ["depth=18_seed=0_epoch=5_h", 5, null, { depth: 18, seed: 0 }, "h"],
    ["lr=1e-3,wd=5e-4,epoch=5", 5, null, { lr: 0.001, wd: 0.0005 }, ","],
    ["lr=0.1 optimizer=sgd", null, null, { lr: 0.1, optimizer: "sgd" }, ""],
    ["resnet18_seed3_ep1", 1, null, { seed: 3 }, "resnet18"],
    ["latest", null, null, {}, "latest"],
    ["keep12", null, null, {}, "keep12"],
    ["epoch_99999999999", null, null, {}, "epoch_99999999999"],
    ["h12", null, null, {}, "h12"],
    ["__proto__=1", null, null, { proto__: 1 }, ""],
    ["", null, null, {}, ""],
  ])("%s", (name, step, split, values, rest) => {
    const parts = partsOfName(name, true);
    expect(parts.values).toEqual(values);
    expect({ ...parts, rest: parts.rest.replace(/^[,\s]+$/, ",") }).toMatchObject({ step, split, rest });
  });

  test("an array's name says nothing of its run", () => {
    expect(partsOfName("depth=18_seed=0_h1", false)).toEqual({ step: null, split: null, values: {}, rest: "depth=18_seed=0_h1" });
  });

  test("a name of 100,000 characters takes no time", () => {
    for (const part of ["a=", "epoch", "_", "fc.", "train "])
      expect(partsOfName(part.repeat(20_000), true).rest.length).toBeLessThan(501);
    for (const part of ["fc.", "_", "h1", "out "]) roleOf(part.repeat(20_000));
  });
});

test.each<[string, string | null]>([
  ...[
    "features",
    "H",
    "h",
    "X",
    "embeddings",
    "activations",
    "h1",
    "h_2",
    "layer3",
    "layer3.1",
    "features.12",
    "penultimate",
  ].map((name): [string, string] => [name, "features"]),
  ...["labels", "y", "targets", "target", "label", "Y"].map((name): [string, string] => [name, "labels"]),
  ...["W", "weight", "weights", "fc.weight", "model.fc.weight", "head.weight", "classifier.1.weight", "W_fc"].map(
    (name): [string, string] => [name, "weights"],
  ),
  ...["b", "bias", "fc.bias", "classifier.1.bias"].map((name): [string, string] => [name, "bias"]),
  ...["logits", "predictions", "probs", "loss"].map((name): [string, string] => [name, "ignored"]),
  ...["conv1.weight", "layer1.0.bn1.bias", "A", "resnet18", "", "constructor"].map((name): [string, null] => [name, null]),
])("%s is taken as %s", (name, role) => expect(roleOf(name)).toBe(role));
