import { describe, expect, test } from "vitest";
import { type SlackCurve, slackCurve } from "../../../../app/theory/slackCurve.ts";
import { defaultInputs, objectiveOf, type TheoryInputs } from "../../../../app/theory/theoryInputs.ts";
import { hardFrameOptimum } from "../../../../math/optimum/hardFrameOptimum.ts";

const small: TheoryInputs = { ...defaultInputs, classes: 4, dim: 16, samples: 100 };
const lastOf = (inputs: TheoryInputs, points?: number) => [...slackCurve(inputs, points)].at(-1) as SlackCurve;
const hard = (changes: Partial<TheoryInputs>) => {
  const inputs = { ...small, ...changes };
  return hardFrameOptimum(objectiveOf(inputs), inputs.frame).loss;
};

describe("the hard frame", () => {
  test("is the optimum in closed form where that already lies on it", () => {
    expect(hardFrameOptimum(objectiveOf(defaultInputs), "simplex").loss).toBeCloseTo(0.02275936746, 11);
    const { dim, classes, lambda } = small;
    const mse = (lambda * classes) / (2 * (dim + classes * lambda));
    expect(hard({ objective: "gufm-mse", frame: "orthogonal" })).toBeCloseTo(mse, 11);
    const free = (lambda * (classes - 1) ** 2) / (2 * classes * (dim + lambda * (classes - 1)));
    expect(hard({ objective: "gufm-mse", bias: "free" })).toBeCloseTo(free, 11);
  });
  test("is for cross entropy on an orthogonal frame the least of log(1 + (K − 1)e^(−as)) + λKs²/2 with a = √(dK/(K − 1))", () => {
    const { dim, classes, lambda } = small;
    const a = Math.sqrt((dim * classes) / (classes - 1));
    const value = (s: number) => Math.log1p((classes - 1) * Math.exp(-a * s)) + (lambda * classes * s * s) / 2;
    const least = Math.min(...Array.from({ length: 40_000 }, (_, index) => value(index / 20_000)));
    expect(hard({ frame: "orthogonal" })).toBeCloseTo(least, 9);
  });
  test("makes unequal classes equal on the simplex", () => {
    expect(hard({ imbalance: 0.05 })).toBeCloseTo(hard({}), 10);
  });
});

describe("the curve over ρ", () => {
  test("rises from the plain ridge to the hard frame, of another shape or with unequal classes", () => {
    for (const inputs of [
      { ...small, frame: "orthogonal" },
      { ...small, imbalance: 0.1 },
    ] as const) {
      const { losses, limits, rhos, fits, ridges, slacks, distances, varies } = lastOf(inputs, 7);
      const known = losses as number[];
      expect([varies, rhos.length]).toEqual([true, 7]);
      expect(known).toEqual([...known].sort((a, b) => a - b));
      const rise = (limits.hard?.loss ?? 0) - limits.plain.loss;
      expect((known[0] - limits.plain.loss) / rise).toBeLessThan(0.01);
      expect(((limits.hard?.loss ?? 0) - known[6]) / rise).toBeLessThan(0.01);
      expect((limits.hard?.loss ?? 0) - known[6]).toBeGreaterThan(-1e-10);
      known.forEach((loss, at) => {
        expect((fits[at] as number) + (ridges[at] as number) + (slacks[at] as number)).toBeCloseTo(loss, 12);
      });
      expect(distances[0] as number).toBeCloseTo(limits.plainDistance, 2);
      expect(distances[6] as number).toBeLessThan(0.05 * limits.plainDistance);
    }
  });
  test("is flat where the optimum already lies on the frame, and needs no search", () => {
    const curves = [...slackCurve(small)];
    expect(curves).toHaveLength(1);
    expect(curves[0]?.varies).toBe(false);
    expect(new Set(curves[0]?.losses)).toEqual(new Set([curves[0]?.limits.plain.loss]));
    expect(curves[0]?.limits.hard).toEqual(curves[0]?.limits.plain);
  });
  test("says its limits first, then what is known so far", () => {
    expect([...slackCurve({ ...small, frame: "orthogonal" }, 3)].map(({ rhos }) => rhos.length)).toEqual([0, 1, 2, 3]);
  });
  test("does not exist without slack or without an optimum", () => {
    expect([...slackCurve({ ...small, objective: "ufm-ce" })]).toEqual([]);
    expect([...slackCurve({ ...small, lambda: 0 })]).toEqual([]);
    expect([...slackCurve({ ...small, classes: Number.NaN })]).toEqual([]);
  });
});
