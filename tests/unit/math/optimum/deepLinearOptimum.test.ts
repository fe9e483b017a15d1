import { describe, expect, test } from "vitest";
import { deepLinearOptimum, deepSingularValue } from "../../../../math/optimum/deepLinearOptimum.ts";
import { embedOptimum, type Optimum } from "../../../../math/optimum/optimum.ts";
import { unconstrainedOptimum } from "../../../../math/optimum/unconstrainedOptimum.ts";

type Deep = Parameters<typeof deepLinearOptimum>[0];

function found(objective: Partial<Deep> & Pick<Deep, "counts" | "decays" | "featureDecay">): Optimum {
  const optimum = deepLinearOptimum({ dim: objective.counts.length + 1, bias: "none", ...objective });
  if (optimum.method === "none") throw new Error(optimum.reason);
  return optimum;
}
const repeated = (classes: number, n: number) => new Array<number>(classes).fill(n);

describe("deep linear layers above free features, squared error", () => {
  /*
   * By PyTorch's L-BFGS in float64 over all factors and samples, the least of twelve random starts:
   *   Z = W_L … W_1 H; J = ((Z + b − Y)²).sum()/(2N) + Σ λ_l/2 (W_l²).sum() + λ_H/2 (H²).sum(), Y = repeat_interleave(eye(K), counts)
   *   LBFGS(lr=1, max_iter=6000, tolerance_grad=1e-13, tolerance_change=0, history_size=30, line_search_fn="strong_wolfe")
   */
  test.each<[number[], number[], number, "none" | "free", number]>([
    [[4, 4, 4], [0.01, 0.01], 0.01, "none", 0.07028041634448619],
    [[3, 3, 3, 3], [0.02, 0.005, 0.01], 0.002, "none", 0.06977795114734058],
    [[2, 2, 2], [0.001], 0.001, "none", 0.004233640687119307],
    [[4, 4, 4], [0.05, 0.05], 0.05, "none", 0.32600081555643584],
    [[4, 4, 4], [0.01, 0.01], 0.01, "free", 0.046853610896324185],
    [[5, 3, 1], [0.004, 0.01], 0.002, "none", 0.026645061055669602],
    [[6, 2], [0.004, 0.01, 0.02], 0.002, "none", 0.03465869156946408],
  ])("%j, λ %j, λ_H %d, bias %s: a generic optimizer over all samples agrees", (counts, decays, featureDecay, bias, expected) => {
    const { loss, fit, ridge } = found({ counts, decays, featureDecay, bias });
    expect(Math.abs(loss / expected - 1)).toBeLessThan(1e-10);
    expect(fit + ridge).toBeCloseTo(loss, 14);
  });

  test("one layer is the classic model, whatever the class sizes and the bias", () => {
    for (const bias of ["none", "free"] as const)
      for (const counts of bias === "none" ? [repeated(4, 5), [9, 4, 1, 1]] : [repeated(4, 5)]) {
        const one = unconstrainedOptimum({ kind: "ufm-mse", counts, dim: 5, weightDecay: 0.02, featureDecay: 0.003, bias });
        if (one.method === "none") throw new Error(one.reason);
        const deep = found({ counts, decays: [0.02], featureDecay: 0.003, bias });
        for (const key of ["loss", "fit", "ridge", "scale", "featureScale"] as const)
          expect(Math.abs(deep[key] / one[key] - 1), `${bias} ${key}`).toBeLessThan(1e-12);
        expect(deep.geometry).toBe(one.geometry);
      }
  });

  test("its classifier and class features give its fit", () => {
    for (const bias of ["none", "free"] as const) {
      const counts = repeated(4, 5);
      const optimum = found({ counts, decays: [0.003, 0.01, 0.002], featureDecay: 0.001, bias });
      const { weights, features, bias: b } = embedOptimum(optimum, 6);
      let fit = 0;
      for (let k = 0; k < 4; k++)
        for (let c = 0; c < 4; c++) {
          let logit = b[c] as number;
          for (let j = 0; j < 6; j++) logit += (weights.data[c * 6 + j] as number) * (features.data[k * 6 + j] as number);
          fit += (5 / 40) * (logit - (c === k ? 1 : 0)) ** 2;
        }
      expect(Math.abs(fit / optimum.fit - 1)).toBeLessThan(1e-12);
    }
  });

  test("every singular value is a root of the slope, or 0 where that costs less: the switch is a jump", () => {
    const [target, samples] = [2, 12];
    for (const factors of [3, 4, 8]) {
      let jumped = false;
      let before = target;
      for (let cost = 1e-4; cost < 1; cost *= 1.05) {
        const sigma = deepSingularValue(target, samples, cost, factors);
        const value = (at: number) => (at - target) ** 2 / (2 * samples) + (factors / 2) * cost * at ** (2 / factors);
        const others = Array.from({ length: 501 }, (_, at) => value((at * target) / 500));
        expect(value(sigma)).toBeLessThanOrEqual(Math.min(...others) + 1e-14);
        if (sigma > 0) expect(Math.abs((sigma - target) / samples + cost * sigma ** (2 / factors - 1))).toBeLessThan(1e-13);
        else if (before > 0) {
          jumped = true;
          expect(before).toBeGreaterThan(target / 3);
        }
        before = sigma;
      }
      expect(jumped).toBe(true);
    }
  });

  test("sixty layers of small decays stay within float64", () => {
    const decays = new Array<number>(60).fill(1e-7);
    expect(found({ counts: [5, 5], decays, featureDecay: 1e-7 }).loss).toBeGreaterThan(0);
    expect(found({ counts: [5, 5], decays: decays.map(() => 1), featureDecay: 1 })).toMatchObject({
      geometry: "zero",
      loss: expect.closeTo(0.5, 14),
    });
  });

  test("says where it is not known, and refuses what is no objective", () => {
    const given: Deep = { counts: [3, 3], dim: 4, decays: [0.1, 0.1], featureDecay: 0.1, bias: "none" };
    const reason = (more: Partial<Deep>) => deepLinearOptimum({ ...given, ...more });
    expect(reason({ decays: [0, 0.1] })).toMatchObject({ method: "none", reason: expect.stringContaining("without ridge") });
    expect(reason({ dim: 1 })).toMatchObject({ method: "none", reason: "dim = 1 is below 2, which 2 classes need" });
    expect(reason({ counts: [3, 2], bias: "free" })).toMatchObject({
      method: "none",
      reason: expect.stringContaining("unequal"),
    });
    expect(() => reason({ counts: [3] })).toThrow("classes");
    expect(() => reason({ counts: [3, 0] })).toThrow("count of class 1");
    expect(() => reason({ decays: [] })).toThrow("layers");
    expect(() => reason({ decays: [Number.NaN, 0.1] })).toThrow("decay");
    expect(() => reason({ featureDecay: -1 })).toThrow("decay");
  });
});
