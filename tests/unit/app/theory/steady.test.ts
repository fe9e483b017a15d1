import { expect, test } from "vitest";
import { steady } from "../../../../app/theory/steady.ts";

test("what two engines compute to their last digits is written alike", () => {
  // 82 sin(2π·10/11 − π/2) of two versions of V8.
  expect(steady(-68.98278969215686)).toBe(steady(-68.98278969215687));
  expect([steady(0), steady(1e-12), steady(-2)]).toEqual([0, 1e-12, -2]);
});
