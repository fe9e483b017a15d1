import { afterAll, describe, expect, test } from "vitest";
import { readRuns } from "../../../../server/imports/features/readRuns.ts";
import { float32, int64, npy, ReadingFolder, safetensors, zip } from "../../../support/builders/arrayFiles.ts";

const folder = new ReadingFolder();
afterAll(() => folder.close());
const H = npy("<f4", [2, 2], float32(0, 1, 2, 3));
const y = npy("<i8", [2], int64(0, 1));
const W = npy("<f4", [2, 2], float32(0, 1, 2, 3));

async function runsOf(files: Record<string, Uint8Array>, step: number | null = null) {
  const list = Object.entries(files).map(([name, bytes], at) => ({ name, path: folder.write(`${at}.bin`, bytes) }));
  const { runs, folder: shared, problems } = await readRuns(list, folder.scratch(), { roles: new Map(), step });
  return {
    shared,
    problems,
    runs: runs.map(({ name, values, sets }) => ({
      name,
      values,
      sets: sets.map((set) => `${set.split}@${set.step}${set.head ? " W" : ""}`),
    })),
  };
}

describe("files are joined to runs", () => {
  test("of seeds in folders, with a classifier of each and labels for all", async () => {
    const files = {
      "resnet/seed_0/ep1/H.npy": H,
      "resnet/seed_0/ep2/H.npy": H,
      "resnet/seed_0/W.npy": W,
      "resnet/seed_1/ep1/H.npy": H,
      "resnet/seed_1/ep1/test_H.npy": H,
      "resnet/y.npy": y,
    };
    expect(await runsOf(files)).toEqual({
      shared: "resnet",
      problems: [],
      runs: [
        { name: "seed 0", values: { seed: 0 }, sets: ["train@1 W", "train@2 W"] },
        { name: "seed 1", values: { seed: 1 }, sets: ["train@1", "test@1"] },
      ],
    });
  });
  test("by values in the names of files, several of which are of one run", async () => {
    const all = await zip({ "H.npy": H, "y.npy": y });
    expect(await runsOf({ "depth=18_epoch=1.npz": all, "depth=18_epoch=2.npz": all, "depth=34_epoch=1.npz": all })).toEqual({
      shared: "",
      problems: [],
      runs: [
        { name: "depth 18", values: { depth: 18 }, sets: ["train@1", "train@2"] },
        { name: "depth 34", values: { depth: 34 }, sets: ["train@1"] },
      ],
    });
  });
  test("by folders whose names say nothing else", async () => {
    expect((await runsOf({ "adam/ep1_H.npy": H, "adam/y.npy": y, "sgd/ep1_H.npy": H, "sgd/y.npy": y })).runs).toEqual([
      { name: "adam", values: { run: "adam" }, sets: ["train@1"] },
      { name: "sgd", values: { run: "sgd" }, sets: ["train@1"] },
    ]);
  });
  test("a step that stands in the file, and one that a person gives", async () => {
    const tensors = {
      __metadata__: { epoch: "12" },
      features: { dtype: "F32", shape: [2, 2], data_offsets: [0, 16] },
      labels: { dtype: "I64", shape: [2], data_offsets: [16, 32] },
    };
    const stated = safetensors(tensors, Buffer.concat([float32(0, 1, 2, 3), int64(0, 1)]));
    expect((await runsOf({ "last.safetensors": stated })).runs[0]!.sets).toEqual(["train@12"]);
    const scalar = npy("<i8", [1], int64(30)).toString("latin1").replace("(1,)", "()  ");
    const npz = await zip({ "H.npy": H, "y.npy": y, "epoch.npy": Buffer.from(scalar, "latin1") });
    expect((await runsOf({ "last.npz": npz })).runs[0]!.sets).toEqual(["train@30"]);
    expect((await runsOf({ "last.npz": await zip({ "H.npy": H, "y.npy": y }) }, 7)).runs[0]!.sets).toEqual(["train@7"]);
  });
  test("what cannot be read is named, beside what can", async () => {
    const { runs, problems } = await runsOf({
      "a/ep1.npz": await zip({ "H.npy": H, "y.npy": y }),
      "a/ep2.npz": Buffer.from("cut"),
      "b/H.npy": H,
      "notes.txt": Buffer.from("x"),
    });
    expect(runs).toEqual([{ name: "a", values: { run: "a" }, sets: ["train@1"] }]);
    expect(problems).toEqual([
      expect.stringMatching(/^a\/ep2\.npz cannot be read as a zip file: .*[^.]\.$/),
      'notes.txt has the ending ".txt"; .npy, .npz, .safetensors, .pt, .pth, .csv are read.',
      expect.stringMatching(/^b: No labels were found at step 0 \(train\)\. There is: b\/H\.npy \[2, 2\] float32\. /),
    ]);
  });
});
