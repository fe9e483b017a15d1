import { expect } from "vitest";

/** The norm of a vector, and its product with cos(i): what a reference of PyTorch's keeps of it. */
export type Summary = [norm: number, along: number];

export function summary(values: ArrayLike<number>): Summary {
  let [squares, along] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    squares += values[i] ** 2;
    along += values[i] * Math.cos(i);
  }
  return [Math.sqrt(squares), along];
}

/** @param within of the vector's norm */
export function expectSummary(values: ArrayLike<number>, [norm, along]: Summary, what: string, within: number): void {
  const [foundNorm, foundAlong] = summary(values);
  expect(Math.abs(foundNorm - norm) / norm, `norm of ${what}`).toBeLessThan(within);
  expect(Math.abs(foundAlong - along) / norm, what).toBeLessThan(within * Math.sqrt(values.length));
}
