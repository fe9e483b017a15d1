import { describe, expect, test } from "vitest";
import { parseNumbers, writeNumbers } from "../../../app/new/parseNumbers.ts";

describe("parseNumbers", () => {
  test.each([
    ["2,3,5,8", [2, 3, 5, 8]],
    ["0-4", [0, 1, 2, 3, 4]],
    ["0..3, 7", [0, 1, 2, 3, 7]],
    ["8 2;5", [2, 5, 8]],
    ["4-2", [2, 3, 4]],
    ["3,3,3", [3]],
    ["1e3 0.5", [0.5, 1000]],
    ["", []],
  ])("%s", (text, values) => {
    expect(parseNumbers(text, 64)).toEqual({ values, rest: "", problem: null });
  });

  test("leaves what it cannot read in the field and says so", () => {
    const parsed = parseNumbers("2, x, 5", 64);
    expect(parsed.values).toEqual([2, 5]);
    expect(parsed.rest).toBe("x");
    expect(parsed.problem).toContain("“x” is no number");
  });

  test("refuses a range of more values than fit before making them", () => {
    const parsed = parseNumbers("0-999999999", 64);
    expect(parsed.values).toEqual([]);
    expect(parsed.rest).toBe("0-999999999");
    expect(parsed.problem).toContain("1,000,000,000 values; at most 64");
  });
});

test("writeNumbers joins neighbours to ranges", () => {
  expect(writeNumbers([4, 0, 1, 2, 3, 7, 9, 8, 20])).toBe("0–4, 7–9, 20");
  expect(writeNumbers([2, 3, 5])).toBe("2, 3, 5");
});
