import { describe, expect, test } from "vitest";
import { type Architecture, architectures } from "../../../../contract/config/architecture.ts";
import { type Regularizer, regularizer } from "../../../../contract/config/regularizer.ts";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { layerMetrics, networkMetrics } from "../../../../contract/metrics/metricInfo.ts";
import { theorySilence, theorySpeaks } from "../../../../contract/theory/theorySlopes.ts";
import { aConfig } from "../../app/builders.ts";

const ridges: Record<string, Regularizer> = {
  constant: regularizer.parse({ family: "weights" }),
  "falling split": regularizer.parse({ family: "weights", objective: "split", scaling: "inverse-depth" }),
  "falling uniform": regularizer.parse({ family: "weights", scaling: "inverse-depth" }),
  "constant split of one λ": regularizer.parse({ family: "weights", objective: "split" }),
  "constant split of two λ": regularizer.parse({ family: "weights", objective: "split", headLambda: 0.01 }),
  zero: regularizer.parse({ family: "weights", lambda: 0, headLambda: 0 }),
  "zero split": regularizer.parse({ family: "weights", objective: "split", scaling: "inverse-depth", lambda: 0 }),
  features: regularizer.parse({ family: "features" }),
  slack: regularizer.parse({ family: "slack" }),
  none: regularizer.parse({ family: "none" }),
  adamw: regularizer.parse({ family: "adamw" }),
};
const speaks = (changes: Partial<RunConfig>, metric = "nc1.ratio", split: "train" | "test" = "train") =>
  theorySpeaks(metric, split, aConfig(changes));

describe("where the theorems speak of slopes over depth", () => {
  const oneLayer = ["constant", "constant split of one λ"];
  const twoLayers = ["falling split"];
  const table: Record<Architecture, string[]> = {
    rn1: oneLayer,
    rn2: twoLayers,
    t11: oneLayer,
    t12: twoLayers,
    t21: oneLayer,
    t22: twoLayers,
    conv: [],
    resnet: [],
    mlp: [],
    ufm: [],
    dufm: [],
  };
  test.each(architectures)("%s: under its own decay alone", (architecture) => {
    const found = Object.keys(ridges).filter((name) => speaks({ architecture, regularizer: ridges[name] }));
    expect(found).toEqual(table[architecture]);
  });

  test("of the paper's metrics alone, NC2 against the frame of the loss", () => {
    const metrics = [...layerMetrics, ...networkMetrics, "ridge.total", "robust", "transfer"];
    const of = (changes: Partial<RunConfig>) => metrics.filter((metric) => speaks(changes, metric));
    expect(of({ loss: "ce" })).toEqual(["nc1.ratio", "nc2.frame", "nc3.cosine"]);
    expect(of({ loss: "mse" })).toEqual(["nc1.ratio", "nc2.frame.orthogonal", "nc3.cosine"]);
    expect(of({ loss: "mse", headBias: true })).toEqual(["nc1.ratio", "nc2.frame", "nc3.cosine"]);
  });

  test("of the training set alone", () => expect(speaks({}, "nc1.ratio", "test")).toBe(false));

  test("of one attention head", () => {
    expect([1, 4].map((heads) => speaks({ architecture: "t11", heads }))).toEqual([true, false]);
  });

  test("not of the pre-LN whose stream may have any scale", () => {
    expect((["rn1", "t11"] as const).map((architecture) => speaks({ architecture, normalization: "pre-ln" }))).toEqual([
      false,
      false,
    ]);
  });

  test("of equal classes", () => {
    const clusters = { id: "gaussian-clusters", classes: 4, dimension: 10, trainPerClass: 25, testPerClass: 25 } as const;
    const noisy = { ...clusters, dataSeed: 0, separation: 3, imbalance: 1, labelNoise: { rate: 0.4, seed: 0 } };
    expect(speaks({ dataset: noisy })).toBe(true);
    expect(speaks({ dataset: { ...noisy, imbalance: 0.1 } })).toBe(false);
    expect(speaks({ width: 64, dataset: { id: "mnist", trainPerClass: 100, testPerClass: null } })).toBe(true);
    expect(speaks({ width: 64, dataset: { id: "mnist", trainPerClass: null, testPerClass: null } })).toBe(false);
    expect(speaks({ width: 64, dataset: { id: "cifar10", trainPerClass: null, testPerClass: null } })).toBe(true);
  });

  test("of widths that hold the frame", () => {
    expect([3, 4, 5].map((width) => speaks({ width }))).toEqual([false, true, true]);
    expect([3, 4, 5].map((width) => speaks({ width, loss: "mse" }))).toEqual([false, false, true]);
    const own = { id: "image-folder", folder: "own", size: 32, trainPerClass: 10, testPerClass: null } as const;
    expect(speaks({ width: 2, dataset: own })).toBe(true);
  });

  test("say why they are silent", () => {
    const why = (changes: Partial<RunConfig>, metric = "nc1.ratio") => theorySilence(metric, "train", aConfig(changes));
    expect(why({})).toBeNull();
    expect(why({ architecture: "conv" })).toBe("no theorem covers Conv");
    expect(why({ regularizer: ridges.adamw })).toBe(
      "the theorem on RN1 assumes ridge on the weights with one constant λ (objective 7)",
    );
    const { training } = aConfig({});
    expect(why({ training: { ...training, optimizer: { name: "sgd", momentum: 0.9, share: 0.5 } } })).toBe(
      "the theorems are about a ridge whose gradient is followed, and some of the decay is decoupled",
    );
    expect(why({ architecture: "rn2" })).toBe(
      "the theorem on RN2 assumes ridge on the weights with λ/L and a constant λ of the head (objective 11)",
    );
    expect(why({ loss: "mse" }, "nc2.frame")).toBe(
      "the theorems are about NC1, NC2 (orthogonal), NC3 as tr Σ_W / tr Σ_B, min_c ‖WWᵀ − cI‖/‖WWᵀ‖, 1 − mean cos(h_i, w_{y_i})",
    );
    expect(why({ width: 3 })).toBe("the theorems need a width of at least 4, and it is 3");
  });
});
