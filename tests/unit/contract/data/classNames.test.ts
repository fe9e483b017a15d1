import { expect, test } from "vitest";
import { boundClassNames, classLabel, classNames } from "../../../../contract/data/classNames.ts";
import { resolvedDataset } from "../../../../contract/data/resolvedDataset.ts";

test("names are bounded in count and length, whole characters alone, and none is empty", () => {
  expect(boundClassNames(["cat", "  dog ", "", " "])).toEqual(["cat", "dog", "2", "3"]);
  const [long, pairs] = boundClassNames(["x".repeat(81), "🐈".repeat(41)]);
  expect(long).toBe(`${"x".repeat(79)}…`);
  expect(pairs).toBe(`${"🐈".repeat(39)}…`);
  expect(boundClassNames(["x".repeat(80)])).toEqual(["x".repeat(80)]);
  const many = boundClassNames(Array.from({ length: 1200 }, (_, k) => `class ${k}`));
  expect(many).toHaveLength(1000);
  expect(classNames.safeParse(many).success).toBe(true);
  expect(classNames.parse(["x".repeat(81), "a\0"])).toEqual([`${"x".repeat(79)}…`, "a\ufffd"]);
});

test("a class without a name is called by its number", () => {
  expect(classLabel(["cat", "dog"], 1)).toBe("dog");
  expect(classLabel(["cat", "dog"], 2)).toBe("2");
  expect(classLabel(undefined, 0)).toBe("0");
});

test("a resolved data set may name its classes; older ones do not", () => {
  const dataset = {
    id: "mnist",
    source: "folder",
    hash: "ab",
    classes: 2,
    inputDimension: 4,
    trainCounts: [3, 3],
    testCounts: [1, 1],
  };
  expect(resolvedDataset.parse(dataset).classNames).toBeUndefined();
  expect(resolvedDataset.parse({ ...dataset, classNames: ["zero", "one"] }).classNames).toEqual(["zero", "one"]);
});
