import { expect, test } from "vitest";
import { effectiveDepth } from "../../../../math/collapse/effectiveDepth.ts";

test("the effective depth is the first layer within τ of the last, also where later ones fall below again", () => {
  const accuracies = [0.3, 0.6, 0.88, 0.84, 0.9, 0.91];
  expect(effectiveDepth(accuracies, 0)).toBe(6);
  expect(effectiveDepth(accuracies, 0.02)).toBe(5);
  expect(effectiveDepth(accuracies, 0.05)).toBe(3);
  expect(effectiveDepth(accuracies, 1)).toBe(1);
  expect(effectiveDepth([0.9, 0.4], 0)).toBe(1);
  expect(effectiveDepth([0.5], 0)).toBe(1);
  expect(effectiveDepth([null, 0.9, 0.9], 0.1)).toBe(2);
});

test("needs the last layer's accuracy, and a τ of at least 0", () => {
  expect(() => effectiveDepth([0.5, null], 0.1)).toThrow("the last layer has the accuracy null");
  expect(() => effectiveDepth([], 0.1)).toThrow("layers = 0");
  expect(() => effectiveDepth([0.5], -0.1)).toThrow("τ = -0.1");
  expect(() => effectiveDepth([0.5], Number.NaN)).toThrow("τ = NaN");
});
