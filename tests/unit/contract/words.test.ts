import { describe, expect, test } from "vitest";
import { effectiveRidge, regularizer, regularizerLabel } from "../../../contract/config/regularizer.ts";
import { layerMetrics, listMetrics, metricInfo, networkMetrics } from "../../../contract/metrics/metricInfo.ts";
import {
  isListKey,
  keyInList,
  listKey,
  listKeyPattern,
  listOfKey,
  measuredKeyPattern,
  parseSeriesKey,
  seriesKey,
} from "../../../contract/metrics/seriesKey.ts";

describe("series keys", () => {
  test("are read back as they were written", () => {
    for (const metric of layerMetrics) {
      // What is of a second set alone is of no other.
      const split = metric === "nc5" ? "other" : "test";
      expect(parseSeriesKey(seriesKey("test", metric, 34))).toEqual({ split, metric, layer: 34, index: null });
    }
    for (const metric of networkMetrics)
      expect(parseSeriesKey(seriesKey("train", metric))).toEqual({ split: "train", metric, layer: null, index: null });
  });

  test("of lists are read back as they were written, and those of their series", () => {
    for (const metric of listMetrics) {
      const list = listKey("other", metric, 34);
      expect(list).toMatch(listKeyPattern);
      expect(parseSeriesKey(list)).toEqual({ split: "other", metric, layer: 34, index: "*" });
      expect(parseSeriesKey(keyInList(list, 999))).toEqual({ split: "other", metric, layer: 34, index: 999 });
      expect(listOfKey(keyInList(list, 999))).toEqual({ list, index: 999 });
    }
    expect(parseSeriesKey(listKey("train", "accuracy.class"))).toMatchObject({ layer: null, index: "*" });
    expect(listOfKey("train/nc1.ratio@3")).toBeNull();
    expect([isListKey("log/loss:*"), listOfKey("log/loss:3")]).toEqual([false, null]);
    expect(measuredKeyPattern.test("train/nc1.class@3:2")).toBe(false);
  });

  test.each([
    "train/nc1.class@5:",
    "train/nc1.class@5:03",
    "train/nc1.class@5:10000",
    "train/nc1.class@5:-1",
    "train/nc1.class:*@5",
    "train/nc1.class@5:*:*",
    "nc1.ratio",
    "train/",
    "train/nc1@0",
    "dev/loss",
    "train/loss@1@2",
    "train/__proto__",
    "train/a b",
    `train/${"x".repeat(80)}`,
  ])("refuse %s", (key) => expect(parseSeriesKey(key)).toBeNull());

  test("all have a label", () => {
    for (const metric of [...layerMetrics, ...networkMetrics]) expect(metricInfo[metric].label).not.toBe("");
  });
});

describe("ridge in effect", () => {
  const none = { head: 0, hidden: 0, features: 0, headBias: 0, free: 0 };

  test("scales with depth as its objective says", () => {
    const weights = regularizer.parse({ family: "weights", lambda: 0.006, headLambda: 0.005 });
    expect(effectiveRidge(weights, 3)).toEqual({ ...none, head: 0.006, hidden: 0.006 });
    if (weights.family !== "weights") throw new Error("unreachable");
    expect(effectiveRidge({ ...weights, decayed: "all" }, 3)).toEqual({
      ...none,
      head: 0.006,
      hidden: 0.006,
      headBias: 0.006,
      free: 0.006,
    });
    expect(effectiveRidge({ ...weights, scaling: "inverse-depth" }, 3)).toEqual({ ...none, head: 0.002, hidden: 0.002 });
    expect(effectiveRidge({ ...weights, scaling: "inverse-depth", objective: "split" }, 3)).toEqual({
      ...none,
      head: 0.005,
      hidden: 0.002,
    });
  });

  test("is on the features and the bias in the classic objective, on the weights under slack, nowhere in the controls", () => {
    const features = { family: "features", lambdaW: 0.1, lambdaH: 0.2, lambdaB: 0.3 } as const;
    expect(effectiveRidge(features, 3)).toEqual({ ...none, head: 0.1, features: 0.2, headBias: 0.3 });
    const slack = { family: "slack", lambda: 0.1, rho: 5, frame: "simplex" } as const;
    expect(effectiveRidge(slack, 3)).toEqual({ ...none, head: 0.1, hidden: 0.1 });
    expect(effectiveRidge({ family: "none" }, 3)).toEqual(none);
    expect(effectiveRidge({ family: "adamw", lambda: 1 }, 3)).toEqual(none);
  });

  test("has a label for every family that tells its strengths apart", () => {
    const configs = regularizer.options.flatMap((option) => {
      const first = option.parse({ family: option.shape.family.value });
      const strengths = Object.keys(first).filter((key) => typeof (first as Record<string, unknown>)[key] === "number");
      const changed = (key: string) => option.parse({ ...first, [key]: 0.25 });
      return [first, ...strengths.filter((key) => key !== "headLambda").map((key) => changed(key))];
    });
    expect(new Set(configs.map(regularizerLabel)).size).toBe(configs.length);
  });
});
