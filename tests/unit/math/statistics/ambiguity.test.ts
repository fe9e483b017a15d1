import { expect, test } from "vitest";
import { ambiguityOf } from "../../../../math/statistics/ambiguity.ts";

test("is what the definitions say, by hand", () => {
  // Input 0: labels 0, 0, 1; input 1: label 2; input 2: labels 0, 1.
  const found = ambiguityOf([0, 0, 0, 1, 2, 2], 1, [0, 0, 1, 2, 0, 1]);
  expect(found.contexts).toBe(3);
  expect(found.ambiguous).toBe(5);
  expect(found.entropy).toBeCloseTo((3 * (Math.log(3) - (2 / 3) * Math.LN2) + 2 * Math.LN2) / 6, 14);
  expect(found.accuracy).toBeCloseTo((2 + 1 + 1) / 6, 14);
  expect(found.squaredError).toBeCloseTo((3 * (1 - 5 / 9) + 2 * (1 / 2)) / 12, 14);
});

test("no table of outputs has a lower loss than the floor, and that of the shares has it", () => {
  const inputs = [0, 0, 0, 0, 1, 1, 1];
  const labels = [0, 1, 1, 2, 0, 0, 2];
  const { entropy, squaredError } = ambiguityOf(inputs, 1, labels);
  const losses = (table: number[][]) => ({
    ce: labels.reduce((sum, y, i) => sum - Math.log(table[inputs[i]][y]), 0) / labels.length,
    mse:
      labels.reduce((sum, y, i) => sum + table[inputs[i]].reduce((s, z, k) => s + (z - (k === y ? 1 : 0)) ** 2, 0) / 2, 0) /
      labels.length,
  });
  const shares = [
    [1 / 4, 1 / 2, 1 / 4],
    [2 / 3, 1e-300, 1 / 3],
  ];
  expect(losses(shares).ce).toBeCloseTo(entropy, 12);
  expect(losses(shares).mse).toBeCloseTo(squaredError, 12);
  for (const change of [0.1, -0.1, 0.01]) {
    const other = shares.map(([a, b, c]) => [a + change, b + Math.abs(change) / 10, c - change]);
    expect(losses(other).mse).toBeGreaterThan(squaredError);
    const rows = other.map((row) => row.map((p) => p / row.reduce((a, b) => a + b, 0)));
    expect(losses(rows).ce).toBeGreaterThan(entropy);
  }
});

test("inputs that are told apart have no floor", () => {
  expect(ambiguityOf([1, 2, 2, 1], 2, [0, 1])).toEqual({ contexts: 2, ambiguous: 0, entropy: 0, accuracy: 1, squaredError: 0 });
  expect(() => ambiguityOf([], 1, [])).toThrow(/at least 1/);
  expect(() => ambiguityOf([1, 2, 3], 2, [0, 1])).toThrow(/3 numbers of 2 inputs with 2 each/);
});
