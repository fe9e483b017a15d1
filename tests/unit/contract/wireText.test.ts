import { describe, expect, test } from "vitest";
import { isVisible, storableText, typedText, wireText } from "../../../contract/wireText.ts";

describe("storableText", () => {
  test.each([
    ["plain", 20, "plain"],
    ["a\0b", 20, "a\ufffdb"],
    ["\ud83d", 20, "\ufffd"],
    ["\ude00x", 20, "\ufffdx"],
    ["😀", 20, "😀"],
    ["abcdef", 4, "abc…"],
    ["a😀😀", 4, "a😀…"],
    ["ab😀😀", 4, "ab…"],
  ])("of %j to %i is %j", (text, length, kept) => {
    expect(storableText(text, length)).toBe(kept);
    expect(storableText(text, length).length).toBeLessThanOrEqual(length);
  });
});

test("wireText mends, typedText refuses what is too long", () => {
  expect(wireText(3).parse("abcdef")).toBe("ab…");
  expect(() => typedText(3, "a note").parse("abcdef")).toThrow(/a note has at most 3 characters/);
  expect(typedText(3, "a note").parse("a\0")).toBe("a\ufffd");
});

test.each([
  ["", false],
  [" \u00a0\u2003", false],
  ["\u200b\u200d\ufeff", false],
  ["\u3164", false],
  ["\u0301", false],
  ["a", true],
  ["模型", true],
  ["😀", true],
  ["—", true],
])("isVisible(%j) is %s", (text, visible) => expect(isVisible(text)).toBe(visible));
