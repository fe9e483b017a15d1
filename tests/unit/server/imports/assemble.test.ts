import { describe, expect, test } from "vitest";
import { assemble } from "../../../../server/imports/features/assemble.ts";
import { nameArrays } from "../../../../server/imports/features/namedArray.ts";
import type { Role } from "../../../../server/imports/features/roleOf.ts";
import type { NumberType } from "../../../../server/imports/formats/numberType.ts";
import type { StoredArray } from "../../../../server/imports/formats/storedArray.ts";

const array = (name: string, shape: number[], type: NumberType = "f4"): StoredArray => ({
  name,
  shape,
  type,
  chunks: async function* () {},
});
/** Files with arrays by name and shape. */
type Files = Record<string, Record<string, number[]>>;
const put = (files: Files, choices: Record<string, Role> = {}, step: number | null = null) => {
  const arrays = Object.entries(files).flatMap(
    ([file, of]) =>
      nameArrays(file, { arrays: Object.entries(of).map(([name, shape]) => array(name, shape)), step: null, classNames: null })
        .arrays,
  );
  const { sets, notes } = assemble(arrays, new Map(Object.entries(choices)), step);
  return {
    notes,
    sets: sets.map((set) => ({
      at: `${set.split}@${set.step}`,
      layers: set.layers.map(({ name, samples, dim }) => `${name} ${samples}×${dim}`),
      y: set.labelsRef,
      head: set.head && `${set.head.transposed ? "d×K" : "K×d"} ${set.head.classes}${set.head.bias ? " b" : ""}`,
    })),
  };
};

describe("what arrays are", () => {
  test("one file with all, by their names", () => {
    expect(put({ "epoch_12.npz": { features: [100, 64], labels: [100], W: [10, 64], b: [10], logits: [100, 10] } })).toEqual({
      sets: [{ at: "train@12", layers: ["features 100×64"], y: "epoch_12.npz:labels", head: "K×d 10 b" }],
      notes: ["Left out by name: epoch_12.npz:logits."],
    });
  });
  test("files that belong together are joined by the step in their names", () => {
    const one = { "": [100, 64] };
    expect(put({ "H_ep2.npy": one, "y_ep2.npy": { "": [100] }, "H_ep10.npy": one, "y_ep10.npy": { "": [100] } }).sets).toEqual([
      { at: "train@2", layers: ["features 100×64"], y: "y_ep2.npy", head: null },
      { at: "train@10", layers: ["features 100×64"], y: "y_ep10.npy", head: null },
    ]);
  });
  test("labels and classifier without step or split are those of all", () => {
    const files = {
      "H_train_ep1.npy": { "": [100, 64] },
      "H_train_ep2.npy": { "": [100, 64] },
      "y.npy": { "": [100] },
      "fc.weight.npy": { "": [10, 64] },
    };
    expect(put(files).sets).toEqual([
      { at: "train@1", layers: ["features 100×64"], y: "y.npy", head: "K×d 10" },
      { at: "train@2", layers: ["features 100×64"], y: "y.npy", head: "K×d 10" },
    ]);
  });
  test("training and test sets of one file, the training set first", () => {
    const arrays = { H_test: [20, 64], y_test: [20], H_train: [100, 64], y_train: [100], W: [64, 10] };
    expect(put({ "run=epoch=3.npz": arrays }).sets).toEqual([
      { at: "train@3", layers: ["features 100×64"], y: "run=epoch=3.npz:y_train", head: "d×K 10" },
      { at: "test@3", layers: ["features 20×64"], y: "run=epoch=3.npz:y_test", head: "d×K 10" },
    ]);
  });
  test("several layers, in the order of their numbers; what is just called features is the last", () => {
    const arrays = { h10: [100, 32], h2: [100, 16], h1: [100, 8], features: [100, 64], y: [100] };
    expect(put({ "ep1.npz": arrays }).sets[0]!.layers).toEqual(["h1 100×8", "h2 100×16", "h10 100×32", "features 100×64"]);
  });
  test("the layer that the classifier fits alone is the last", () => {
    const { sets, notes } = put({ "ep1.npz": { layer4: [100, 512], layer3: [100, 64], y: [100], "fc.weight": [10, 512] } });
    expect(sets[0]!.layers).toEqual(["layer3 100×64", "layer4 100×512"]);
    const other = put({ "ep1.npz": { layer1: [100, 512], layer2: [100, 64], y: [100], "fc.weight": [10, 512] } });
    expect(other.sets[0]!.layers).toEqual(["layer2 100×64", "layer1 100×512"]);
    expect([notes, other.notes]).toEqual([[], ["ep1.npz:layer1 is taken as the last layer: the classifier fits it alone."]]);
  });
  test("by shapes where names say nothing, and that is said", () => {
    expect(put({ "ep1.npz": { arr_0: [100, 64], arr_1: [100], arr_2: [10, 64], arr_3: [10] } })).toEqual({
      sets: [{ at: "train@1", layers: ["arr_0 100×64"], y: "ep1.npz:arr_1", head: "K×d 10 b" }],
      notes: [
        "ep1.npz:arr_1 is taken as the labels, by its shape.",
        "ep1.npz:arr_2 is taken as the classifier W, by its shape.",
        "ep1.npz:arr_3 is taken as the bias b, by its shape.",
      ],
    });
  });
  test("feature maps are flattened, a square classifier is [K, d], and no step is step 0: each is said", () => {
    expect(put({ "all.npz": { H: [100, 4, 2, 2], y: [100, 1], W: [16, 16] } })).toEqual({
      sets: [{ at: "train@0", layers: ["features 100×16"], y: "all.npz:y", head: "K×d 16" }],
      notes: [
        "No step is in the names (epoch_12, ep12, step=400): it is taken as step 0.",
        "all.npz:H has 4 dimensions: all but the first are joined to d = 16 (pool feature maps before you save them).",
        "all.npz:W is square: it is taken as [K, d], as PyTorch has it.",
      ],
    });
  });
  test("what a person says is above all names", () => {
    const choices: Record<string, Role> = { "ep1.npz:labels": "ignored", "ep1.npz:coarse": "labels", "ep1.npz:A": "weights" };
    const files = { "ep1.npz": { H: [100, 64], labels: [100], coarse: [100], A: [20, 64] } };
    expect(put(files, choices, 7).sets).toEqual([
      { at: "train@1", layers: ["features 100×64"], y: "ep1.npz:coarse", head: "K×d 20" },
    ]);
  });
});

const howTo =
  "Name them features (or H, h1, h2, …), labels (or y), W and b, or say which is which: features=…, labels=…, weights=…, bias=… (role of each array on the page).";
describe("what cannot be decided is asked, with the arrays and their shapes", () => {
  test.each<[string, Files, string]>([
    [
      "no labels",
      { "H.npy": { "": [100, 64] } },
      `No labels were found at step 0 (train). There is: H.npy [100, 64] float32. ${howTo}`,
    ],
    [
      "two labels",
      { "a.npz": { H: [9, 4], y: [9], targets: [9] } },
      "Several arrays could be the labels at step 0 (train). There is: a.npz:y [9] float32, a.npz:targets [9] float32. Say which one is (role labels), and ignore the others.",
    ],
    [
      "two arrays that may be labels by their shape",
      { "a.npz": { H: [9, 4], p: [9], q: [9] } },
      `Several arrays could be the labels at step 0 (train). There is: a.npz:H [9, 4] float32, a.npz:p [9] float32, a.npz:q [9] float32. ${howTo}`,
    ],
    [
      "one-hot labels",
      { "a.npz": { H: [9, 4], y: [9, 3] } },
      `a.npz:y cannot be labels: they are whole numbers [N], one a sample (of one-hot labels save y.argmax(1)). There is: a.npz:y [9, 3] float32. ${howTo}`,
    ],
    [
      "features as columns",
      { "a.npz": { H: [4, 9], y: [9] } },
      `a.npz:H does not have as many rows as a.npz:y has labels (9): transpose it (H.T). There is: a.npz:H [4, 9] float32, a.npz:y [9] float32. ${howTo}`,
    ],
    [
      "features of other samples",
      { "a.npz": { H: [8, 4], y: [9] } },
      `a.npz:H does not have as many rows as a.npz:y has labels (9): one row a sample is needed. There is: a.npz:H [8, 4] float32, a.npz:y [9] float32. ${howTo}`,
    ],
    [
      "a classifier of another layer",
      { "a.npz": { H: [9, 4], y: [9], W: [3, 5] } },
      `a.npz:W does not fit the last layer features (d = 4): W is [K, d] or [d, K]. There is: a.npz:W [3, 5] float32. ${howTo}`,
    ],
    [
      "a bias of another classifier",
      { "a.npz": { H: [9, 4], y: [9], W: [3, 4], b: [5] } },
      `a.npz:b does not fit a.npz:W: the bias is [K], K = 3. There is: a.npz:b [5] float32, a.npz:W [3, 4] float32. ${howTo}`,
    ],
    [
      "features with a step and features without",
      { "H_ep1.npy": { "": [9, 4] }, "H_ep2.npy": { "": [9, 4] }, "H.npy": { "": [9, 4] }, "y.npy": { "": [9] } },
      'Some features have a step in their names and others have none. There is: H.npy [9, 4] float32. Name them like "H_epoch_12.npy".',
    ],
    ["nothing", {}, `No features with labels were found. There is: nothing. ${howTo}`],
  ])("%s", (_, files, message) => {
    expect(() => put(files)).toThrow(expect.objectContaining({ name: "Failure", code: "INVALID", message }));
  });
});

test("folders tell runs apart, and say step and split", () => {
  const { run, arrays } = nameArrays("resnet/seed_3/epoch_12/test/H.npy", {
    arrays: [array("", [9, 4])],
    step: null,
    classNames: null,
  });
  expect(run).toEqual({ folder: "resnet", values: { seed: 3 } });
  expect(arrays[0]).toMatchObject({ ref: "resnet/seed_3/epoch_12/test/H.npy", step: 12, split: "test", role: "features" });
});
