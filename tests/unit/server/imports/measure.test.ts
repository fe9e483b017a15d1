import { afterAll, describe, expect, test } from "vitest";
import type { ExternalFit } from "../../../../contract/external/externalObjective.ts";
import { assemble } from "../../../../server/imports/features/assemble.ts";
import { measureSet } from "../../../../server/imports/features/measureSet.ts";
import { nameArrays } from "../../../../server/imports/features/namedArray.ts";
import { readFile } from "../../../../server/imports/features/readFile.ts";
import { float32, float64, int64, npy, ReadingFolder, zip } from "../../../support/builders/arrayFiles.ts";

const folder = new ReadingFolder();
afterAll(() => folder.close());

async function setsOf(files: Record<string, Uint8Array>) {
  const scratch = folder.scratch();
  const arrays = [];
  for (const [name, bytes] of Object.entries(files))
    arrays.push(...nameArrays(name, await readFile(folder.write(name, bytes), name, scratch)).arrays);
  return assemble(arrays, new Map(), null).sets;
}
const numbers = (text: string | undefined) => [...new Float64Array(Uint8Array.from(Buffer.from(text ?? "", "base64")).buffer)];

/** (0,0), (2,0) of class 0 and (4,4), (4,8) of class 1; a test set (1,1) of class 0, (1,0) of class 1. */
const H = npy("<f4", [4, 2], float32(0, 0, 4, 4, 2, 0, 4, 8));
const y = npy("<i8", [4], int64(0, 1, 0, 1));
const W = npy("<f8", [2, 2], float64(-1, 0, 0, 1));
const b = npy("<f8", [2], float64(3, 0));

describe("sums of a step's features", () => {
  test("training and test set with a classifier, by hand", async () => {
    const test2 = { "H_test.npy": npy("<f8", [2, 2], float64(1, 1, 1, 0)), "y_test.npy": npy("|u1", [2], Buffer.of(0, 1)) };
    const sets = await setsOf({
      "ep5.npz": await zip({ "H_train.npy": H, "y_train.npy": y, "W.npy": W, "b.npy": b, ...test2 }, true),
    });
    const train = await measureSet(sets[0]!, null, { loss: "ce" });
    const tested = await measureSet(sets[1]!, train.training, { loss: "mse" });
    expect([...train.warnings, ...tested.warnings]).toEqual([]);
    const [layer] = train.event.layers;
    expect(train.event).toMatchObject({ kind: "sums", step: 5, split: "train", passes: 2, accuracy: 1 });
    expect(layer).toMatchObject({ name: "features", dim: 2, labelMisses: 0, predictionMisses: 0 });
    expect(numbers(layer!.counts)).toEqual([2, 2]);
    expect(numbers(layer!.means)).toEqual([1, 0, 4, 6]);
    expect(numbers(layer!.within)).toEqual([2, 8]);
    expect(numbers(layer!.moments)).toEqual([76.5, -76.5, -76.5, 76.5]);
    expect(numbers(train.event.head!.weights)).toEqual([-1, 0, 0, 1]);
    expect(numbers(train.event.head!.bias)).toEqual([3, 0]);
    // Margins of the logits: 3, 5, 1, 9.
    expect(train.event.fit).toBeCloseTo(
      (Math.log1p(Math.exp(-3)) + Math.log1p(Math.exp(-5)) + Math.log1p(Math.exp(-1)) + Math.log1p(Math.exp(-9))) / 4,
      14,
    );
    // (0,0) has no direction; (2,0) lies opposite to (−1,0); (4,4) and (4,8) against (0,1).
    expect(train.event.cosines!.zeroVectors).toBe(1);
    expect(train.event.cosines!.sum).toBeCloseTo(2 + (1 - Math.SQRT1_2) + (1 - 2 / Math.sqrt(5)), 14);
    // Of the test set: its own means, directions of the training set.
    const [other] = tested.event.layers;
    expect(tested.event).toMatchObject({ split: "test", step: 5, accuracy: 0.5 });
    expect(numbers(other!.means)).toEqual([1, 1, 1, 0]);
    expect(numbers(other!.within)).toEqual([0, 0]);
    // c = (0,1) and (−3,−6); m = ∓(1.5, 3): a = ∓3 and ±22.5
    expect(numbers(other!.moments)).toEqual([515.25, -515.25, -515.25, 515.25]);
    expect(other).toMatchObject({ labelMisses: 1, predictionMisses: 0 });
    // Logits (2, 1) and (2, 0): squared errors (1 + 1)/2 and (4 + 1)/2.
    expect(tested.event.fit).toBe(1.75);
  });

  test("the fit is the one that the objective states", async () => {
    const [set] = await setsOf({ "ep5.npz": await zip({ "H_train.npy": H, "y_train.npy": y, "W.npy": W, "b.npy": b }) });
    const fitOf = async (stated: ExternalFit) => (await measureSet(set!, null, stated)).event.fit!;
    // Margins of the logits: 3, 5, 1, 9; of two classes the smoothed fit has ε/2 of each more.
    const margins = [3, 5, 1, 9];
    const mean = (of: (margin: number) => number) => margins.reduce((sum, margin) => sum + of(margin), 0) / 4;
    const surprise = (margin: number) => Math.log1p(Math.exp(-margin));
    expect(await fitOf({ loss: "ce", smoothing: 0.2 })).toBeCloseTo(
      mean((m) => surprise(m) + 0.1 * m),
      14,
    );
    const focal = (gamma: number) => mean((m) => (1 - 1 / (1 + Math.exp(-m))) ** gamma * surprise(m));
    expect(await fitOf({ loss: "focal", gamma: 0.5 })).toBeCloseTo(focal(0.5), 14);
    expect(await fitOf({ loss: "focal" })).toBeCloseTo(focal(2), 14);
  });

  test("normalized features and unit rows meet in their cosine times the temperature", async () => {
    const [set] = await setsOf({
      "n.npz": await zip({
        "H.npy": npy("<f8", [2, 2], float64(3, 4, 0, 2)),
        "y.npy": npy("<i8", [2], int64(0, 1)),
        "W.npy": npy("<f8", [2, 2], float64(5, 0, 0, 0.1)),
      }),
    });
    const stated: ExternalFit = { loss: "ce", features: "normalized", temperature: 2, rows: "unit" };
    const { event } = await measureSet(set!, null, stated);
    // Cosines (0.6, 0.8) and (0, 1).
    expect(event.fit).toBeCloseTo((Math.log1p(Math.exp(0.4)) + Math.log1p(Math.exp(-2))) / 2, 14);
    expect(event.accuracy).toBe(0.5);
  });

  test("a classifier [d, K] is the same turned round", async () => {
    const wide = npy("<f8", [3, 2], float64(1, 4, 2, 5, 3, 6));
    const [set] = await setsOf({
      "t.npz": await zip({
        "H.npy": npy("<f4", [2, 3], float32(1, 0, 0, 0, 0, 1)),
        "y.npy": npy("<i8", [2], int64(0, 1)),
        "W.npy": wide,
      }),
    });
    expect(numbers((await measureSet(set!, null, null)).event.head!.weights)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("several layers, the classifier at the last", async () => {
    const [set] = await setsOf({
      "l.npz": await zip({ "h2.npy": H, "h1.npy": npy("<f8", [4, 1], float64(0, 1, 2, 3)), "y.npy": y, "W.npy": W }),
    });
    const { event } = await measureSet(set!, null, null);
    expect(event.layers.map(({ name, dim, predictionMisses }) => [name, dim, predictionMisses])).toEqual([
      ["h1", 1, undefined],
      ["h2", 2, 1],
    ]);
    expect(event.fit).toBeUndefined();
  });

  test("a test set without a training set keeps its means, and says what is missing", async () => {
    const [set] = await setsOf({ "test_H_ep3.npy": H, "test_y_ep3.npy": y });
    const { event, warnings } = await measureSet(set!, null, null);
    expect(event.layers[0]).not.toHaveProperty("moments");
    expect(numbers(event.layers[0]!.within)).toEqual([2, 8]);
    expect(warnings).toEqual([
      "The test set of step 3 is measured without class means of the training set: give training features of the same step for nc4.",
    ]);
  });
});

describe("what cannot be measured is refused by array and sample", () => {
  const labels = (...values: number[]) => ({ "y.npy": npy("<i8", [4], int64(...values)) });
  test.each<[string, Record<string, Buffer>, string]>([
    [
      "NaN",
      { "H.npy": npy("<f4", [4, 2], float32(0, 0, 4, 4, 2, Number.NaN, 4, 8)), "y.npy": y },
      "x.npz:H: sample 2 has NaN as its number 1: features must be finite.",
    ],
    [
      "infinity",
      { "H.npy": npy("<f2", [4, 2], Buffer.from("0000000000000000000000000000007c", "hex")), "y.npy": y },
      "x.npz:H: sample 3 has Infinity as its number 1: features must be finite.",
    ],
    [
      "labels that begin at 1",
      { "H.npy": H, ...labels(1, 2, 1, 2) },
      "x.npz:y has labels from 1 to 2: classes count from 0, subtract 1.",
    ],
    [
      "a label below 0",
      { "H.npy": H, ...labels(0, 1, -1, 1) },
      "x.npz:y has -1 as the label of sample 2; whole numbers from 0 on were expected (leave samples without a label out).",
    ],
    [
      "half a label",
      { "H.npy": H, "y.npy": npy("<f8", [4], float64(0, 1, 0.5, 1)) },
      "x.npz:y has 0.5 as the label of sample 2; whole numbers from 0 on were expected.",
    ],
    [
      "a label beyond the classes",
      { "H.npy": H, ...labels(0, 1, 0, 5000) },
      "x.npz:y is of 5,001 classes: at most 1,000 are measured.",
    ],
    [
      "a label that the classifier lacks",
      { "H.npy": H, ...labels(0, 1, 2, 3), "W.npy": npy("<f8", [3, 2], float64(1, 2, 3, 4, 5, 6)) },
      "x.npz:y has the label 3, and the classifier has 3 rows: labels go from 0 to 2.",
    ],
    ["one class", { "H.npy": H, ...labels(0, 0, 0, 0) }, "x.npz:y has one class only: at least 2 are needed."],
    [
      "no samples",
      { "H.npy": npy("<f4", [0, 2], new Uint8Array()), "y.npy": npy("<i8", [0], new Uint8Array()) },
      "x.npz:y has no labels.",
    ],
    [
      "a classifier that is not finite",
      { "H.npy": H, "y.npy": y, "W.npy": npy("<f8", [2, 2], float64(1, 2, Number.NaN, 4)) },
      "x.npz:W has NaN as its number 2: finite numbers were expected.",
    ],
  ])("%s", async (_, arrays, message) => {
    const [set] = await setsOf({ "x.npz": await zip(arrays) });
    await expect(measureSet(set!, null, null)).rejects.toMatchObject({ name: "Failure", code: "INVALID", message });
  });
});
