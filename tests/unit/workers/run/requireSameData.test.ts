import { describe, expect, test } from "vitest";
import { datasetConfig } from "../../../../contract/data/datasetConfig.ts";
import type { ResolvedDataset } from "../../../../contract/data/resolvedDataset.ts";
import { layoutMismatch } from "../../../../workers/checkpoints/layoutMismatch.ts";
import { requireSameData, trainedData } from "../../../../workers/run/requireSameData.ts";

const config = datasetConfig.parse({ id: "text-file", file: "reviews.tsv" });
const [before, now] = ["a".repeat(64), "b".repeat(64)];
const found: ResolvedDataset = {
  id: "text-file",
  source: "folder /data/reviews.tsv",
  hash: before,
  classes: 2,
  inputDimension: 6,
  input: { kind: "text", length: 6, vocabulary: 40 },
  trainCounts: [16, 16],
  testCounts: [4, 4],
};
const checkpoint = { step: 300, data: trainedData(found) };

describe("the data of a run that was trained before", () => {
  test("are the same: nothing is said", () => {
    expect(requireSameData(config, found, checkpoint, { attempt: 1, hash: before })).toBeNull();
    expect(requireSameData(config, found, null, { attempt: 1, hash: before })).toBeNull();
    expect(requireSameData(config, found, null, undefined)).toBeNull();
  });

  test("are others: both hashes are named, and both ways out", () => {
    const change = () => requireSameData(config, { ...found, hash: now }, checkpoint, undefined);
    expect(change).toThrowError(
      `The data set "reviews.tsv" is not the one this run was trained on up to step 300: its sha256 was ${before} and is ${now} now (folder /data/reviews.tsv). Put the previous data back and choose "Run again", or choose "Start again from step 0" to train on the data as they are now.`,
    );
    expect(change).toThrowError(expect.objectContaining({ code: "DATASET_CHANGED" }));
  });

  test("are others, and there is no checkpoint here: the server's word counts", () => {
    expect(() => requireSameData(config, { ...found, hash: now }, null, { attempt: 4, hash: before })).toThrowError(
      /trained on in attempt 4: its sha256 was a{64} and is b{64} now/,
    );
  });

  test("a checkpoint of an earlier version has no hash: the server's word counts, else it says that it cannot be checked", () => {
    const old = { step: 300 };
    expect(() => requireSameData(config, { ...found, hash: now }, old, { attempt: 1, hash: before })).toThrowError(
      /up to step 300/,
    );
    expect(requireSameData(config, found, old, { attempt: 1, hash: before })).toBeNull();
    expect(requireSameData(config, found, old, undefined)).toMatch(/step 300 .* recorded no hash .* cannot be checked/);
  });

  test("are read otherwise though their hash is the same", () => {
    const other = { ...found, input: { kind: "text" as const, length: 6, vocabulary: 39 } };
    expect(() => requireSameData(config, other, checkpoint, undefined)).toThrowError(
      /texts of 6 tokens from 40 words then, .*texts of 6 tokens from 39 words now/,
    );
    expect(() => requireSameData(config, { ...found, classes: 3, trainCounts: [16, 16, 1] }, checkpoint, undefined)).toThrowError(
      expect.objectContaining({ code: "DATASET_CHANGED" }),
    );
  });
});

describe("the vectors of a checkpoint", () => {
  const spec = (name: string, shape: number[]) => ({ name, shape, penalty: "hidden" as const, deviation: 1 });
  const specs = [spec("W1", [4, 3]), spec("b1", [4, 1])];
  const layout = specs.map(({ name, shape }) => ({ name, shape }));
  const state = { parameters: new Float32Array(16), m: new Float32Array(16) };

  test("fit the network that wrote them, also where an earlier version wrote no layout", () => {
    expect(layoutMismatch({ layout, state }, specs)).toBeNull();
    expect(layoutMismatch({ state }, specs)).toBeNull();
  });

  test("do not fit one of other length, or of other order or shape", () => {
    expect(layoutMismatch({ state: { ...state, m: new Float32Array(15) } }, specs)).toBe(
      "its m are 15 numbers, and the network has 16 parameters",
    );
    expect(layoutMismatch({ layout: [layout[1], layout[0]], state }, specs)).toBe(
      "its parameter 1 is b1 [4 × 1], the network's is W1 [4 × 3]",
    );
    expect(layoutMismatch({ layout, state }, [spec("W1", [3, 4]), specs[1]])).toContain("W1 [3 × 4]");
    expect(layoutMismatch({ layout: layout.slice(0, 1), state }, specs)).toContain("parameter 2 is missing");
  });
});
