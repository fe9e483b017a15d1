import { describe, expect, test } from "vitest";
import { attemptCutoffs } from "../../../../contract/metrics/attemptCutoffs.ts";

const attempts = (...resumed: (number | null)[]) =>
  resumed.map((resumedFromStep, index) => ({ number: index + 1, resumedFromStep }));

describe("attemptCutoffs", () => {
  test("bounds nothing while there is one attempt", () => {
    expect(attemptCutoffs(attempts(0)).size).toBe(0);
  });

  test("keeps the resume step itself in the earlier attempt", () => {
    expect(attemptCutoffs(attempts(0, 100))).toEqual(new Map([[1, 100]]));
  });

  test("takes the lowest of all later resume steps", () => {
    expect(attemptCutoffs(attempts(0, 100, 50, 80))).toEqual(
      new Map([
        [1, 50],
        [2, 50],
        [3, 80],
      ]),
    );
  });

  test("voids all before an attempt that started over", () => {
    expect(attemptCutoffs(attempts(0, 100, 0))).toEqual(
      new Map([
        [1, -1],
        [2, -1],
      ]),
    );
  });

  test("passes over attempts that never started", () => {
    expect(attemptCutoffs(attempts(0, null, 100, null))).toEqual(
      new Map([
        [1, 100],
        [2, 100],
      ]),
    );
  });
});
