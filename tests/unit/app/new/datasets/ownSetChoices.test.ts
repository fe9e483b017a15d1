import { describe, expect, test } from "vitest";
import { ownSetChoices, ownSetText, whereText } from "../../../../../app/new/datasets/ownSetChoices.ts";
import { datasetConfig } from "../../../../../contract/data/datasetConfig.ts";
import { countsThere, findOwnSet, type OwnSet } from "../../../../../contract/data/ownSet.ts";

const table = (name: string, trainCounts: number[], change: Partial<OwnSet> = {}): OwnSet => ({
  ...{ id: "text-file", name, problem: null, warnings: [], classNames: ["bad", "good"], trainCounts, testCounts: null },
  ...change,
});
const broken = { problem: "line 3 has no tab", classNames: [], trainCounts: [] };

describe("the sets of one's own to choose from", () => {
  const workers = [
    { name: "one", ownSets: [table("b.tsv", [4, 4]), table("a.tsv", [], broken), table("c10.tsv", [2, 2])] },
    { name: "two", ownSets: [table("b.tsv", [4, 5]), table("c2.tsv", [2, 2]), table("a.tsv", [3, 3])] },
    { name: "three", ownSets: null },
  ];

  test("are those of all workers by name, with who can use them, and the unusable last", () => {
    const choices = ownSetChoices(workers, "text-file");
    expect(choices.map(({ set, workers: who, differs }) => [set.name, who, differs])).toEqual([
      ["a.tsv", ["two"], false],
      ["b.tsv", ["one", "two"], true],
      ["c2.tsv", ["two"], false],
      ["c10.tsv", ["one"], false],
    ]);
    expect(choices[0].set.problem).toBeNull();
    expect(ownSetChoices(workers, "image-folder")).toEqual([]);
    const alone = ownSetChoices(workers.slice(0, 1), "text-file");
    expect(alone.map(({ set }) => [set.name, set.problem])).toEqual([
      ["b.tsv", null],
      ["c10.tsv", null],
      ["a.tsv", "line 3 has no tab"],
    ]);
    expect(whereText(choices[0], workers)).toBe("On 1 of 3 workers (two): its runs go there.");
    expect(whereText(alone[0], workers.slice(0, 1))).toBeNull();
  });

  test("say their classes and counts", () => {
    expect(ownSetText(table("b.tsv", [50, 40]))).toBe("2 classes (bad, good); 90 texts, 40 to 50 per class.");
    const pictures = table("lamps", [6, 6], { id: "image-folder", testCounts: [2, 2] });
    expect(ownSetText(pictures)).toBe("2 classes (bad, good); 12 training (6 per class) and 4 test pictures.");
    expect(ownSetText(table("large.tsv", []))).toBe("Its contents are read when it is used.");
  });
});

describe("the samples there for a config", () => {
  test("of a table are divided by the config's share, at least one and never all to test", () => {
    const config = (testShare: number) => datasetConfig.parse({ id: "text-file", file: "b.tsv", testShare });
    expect(countsThere(table("b.tsv", [50, 3, 2]), config(0.2))).toEqual({ train: [40, 2, 1], test: [10, 1, 1] });
    expect(countsThere(table("b.tsv", [2, 4]), config(0.9))).toEqual({ train: [1, 1], test: [1, 3] });
    expect(countsThere(table("b.tsv", [], broken), config(0.2))).toBeNull();
    expect(findOwnSet([table("B.tsv", [4, 4])], config(0.2))).toBeNull();
  });
});
