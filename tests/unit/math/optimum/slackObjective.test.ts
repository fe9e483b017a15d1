import { describe, expect, test } from "vitest";
import { nc2Frame } from "../../../../math/collapse/nc2.ts";
import { simplexVertices } from "../../../../math/frames/frames.ts";
import type { FrameShape } from "../../../../math/frames/idealGram.ts";
import { gramOfRows, identity, inner, matrix, scale } from "../../../../math/linear/matrix.ts";
import { MathError } from "../../../../math/MathError.ts";
import { minimize } from "../../../../math/optimum/minimize.ts";
import { numericOptimum } from "../../../../math/optimum/numericOptimum.ts";
import type { Optimum } from "../../../../math/optimum/optimum.ts";
import { slackTerm } from "../../../../math/optimum/slackObjective.ts";
import type { SolvableObjective, UnconstrainedObjective } from "../../../../math/optimum/unconstrainedObjective.ts";
import { unconstrainedOptimum } from "../../../../math/optimum/unconstrainedOptimum.ts";
import { randomMatrix } from "../sampling.ts";
import { excess } from "./optimalityBound.ts";

const frames: FrameShape[] = ["simplex", "orthogonal"];

function solved(objective: UnconstrainedObjective): Optimum {
  const optimum = unconstrainedOptimum(objective);
  if (optimum.method === "none") throw new Error(optimum.reason);
  return optimum;
}

describe.each(frames)("the slack term towards the %s frame", (frame) => {
  const weights = randomMatrix(4, 6, 3);
  const term = slackTerm(weights, { rho: 0.7, frame });

  test("has the gradient of its value", () => {
    term.gradient.data.forEach((slope, i) => {
      const moved = (step: number) =>
        slackTerm(
          matrix(
            4,
            6,
            weights.data.map((entry, j) => (i === j ? entry + step : entry)),
          ),
          { rho: 0.7, frame },
        ).value;
      expect((moved(1e-5) - moved(-1e-5)) / 2e-5).toBeCloseTo(slope, 6);
    });
  });

  test("is least over the scale of the frame, which is its own best one", () => {
    const gram = gramOfRows(weights);
    const at = (c: number) => {
      let sum = 0;
      for (let k = 0; k < 4; k++)
        for (let l = 0; l < 4; l++)
          sum += (gram.data[k * 4 + l] - c * ((k === l ? 1 : 0) - (frame === "simplex" ? 1 / 4 : 0))) ** 2;
      return 0.35 * sum;
    };
    expect(term.value).toBeCloseTo(at(term.scale), 12);
    for (const step of [-0.1, 0.1]) expect(at(term.scale + step)).toBeGreaterThan(term.value);
    expect(term.relative).toBeCloseTo(nc2Frame(gram, frame), 12);
  });

  test("is 0, with no gradient, on the frame and at 0, and grows with ρ", () => {
    const own = frame === "simplex" ? simplexVertices(4) : identity(4);
    for (const size of [0, 0.3, 20]) {
      const on = slackTerm(scale(size, own), { rho: 5, frame });
      expect(on.value).toBeLessThan(1e-22 * (1 + size ** 4) * 100);
      expect(Math.sqrt(inner(on.gradient, on.gradient))).toBeLessThan(1e-12 * (1 + size ** 3));
    }
    expect(slackTerm(weights, { rho: 1.4, frame }).value).toBeCloseTo(2 * term.value, 12);
    expect(slackTerm(weights, { rho: 0, frame }).value).toBe(0);
    expect(() => slackTerm(weights, { rho: -1, frame })).toThrow(MathError);
  });
});

/** Objectives whose optimum is not on the frame they are held to. */
const apart: [string, SolvableObjective, FrameShape][] = [
  ["cross entropy, unequal classes", { kind: "gufm-ce", counts: [8, 6, 3], dim: 8, weightDecay: 0.01 }, "simplex"],
  ["cross entropy, orthogonal", { kind: "gufm-ce", counts: [5, 5, 5], dim: 8, weightDecay: 0.01 }, "orthogonal"],
  [
    "squared error, free bias, orthogonal",
    { kind: "gufm-mse", counts: [5, 5, 5], dim: 8, weightDecay: 0.01, bias: "free" },
    "orthogonal",
  ],
];

describe.each(apart)("the limits of ρ: %s", (_, objective, frame) => {
  const at = (rho: number) => solved({ ...objective, slack: { rho, frame } } as SolvableObjective);

  test("ρ → 0 is the plain ridge", () => {
    const plain = solved(objective);
    expect(at(1e-8).loss).toBeGreaterThanOrEqual(plain.loss - 1e-13);
    expect(at(1e-8).loss - plain.loss).toBeLessThan(1e-6 * plain.loss);
    expect(at(0).loss).toBe(plain.loss);
  });

  test("ρ → ∞ is the hard frame: the residual vanishes, and L* rises to its bound", () => {
    const residuals = [1, 10, 100, 1000].map((rho) => slackTerm(at(rho).weights, { rho, frame }).relative);
    for (let i = 1; i < residuals.length; i++) expect(residuals[i]).toBeLessThan(residuals[i - 1] / 5);
    expect(residuals[3]).toBeLessThan(1e-4);
    const losses = [0, 0.01, 1, 100, 1000].map((rho) => at(rho).loss);
    for (let i = 1; i < losses.length; i++) expect(losses[i]).toBeGreaterThan(losses[i - 1]);
    expect(losses[4] - losses[3]).toBeLessThan(1e-3 * losses[4]);
  });
});

describe("a very large ρ", () => {
  const sphere = { dim: 24, weightDecay: 0.01 } as const;
  const kinds: Omit<Extract<SolvableObjective, { kind: "gufm-ce" | "gufm-mse" }>, "counts" | "slack">[] = [
    { kind: "gufm-ce", ...sphere },
    { kind: "gufm-mse", ...sphere, bias: "none" },
    { kind: "gufm-mse", ...sphere, bias: "free" },
  ];
  const counts = { equal: [20, 20, 20, 20, 20], unequal: [10, 17, 24, 31, 60] };
  const all = kinds.flatMap((kind) =>
    frames.flatMap((frame) => [
      { kind, frame, sizes: "equal" as const },
      { kind, frame, sizes: "unequal" as const },
    ]),
  );

  test.each(all)("is solved as well as a small one: $kind.kind $kind.bias, $frame, $sizes classes", ({ kind, frame, sizes }) => {
    const at = (rho: number) => {
      const objective = { ...kind, counts: counts[sizes], slack: { rho, frame } } as SolvableObjective;
      const optimum = solved(objective);
      expect(slackTerm(optimum.weights, { rho, frame }).value).toBeCloseTo(optimum.slack, 6);
      return { objective, optimum };
    };
    const large = [1, 1e2, 1e4, 1e5, 1e6].map(at);
    for (const { objective, optimum } of large) expect(excess(objective, optimum)).toBeLessThan(1e-5);
    // Of these, ρ times the rounding of S is what the bound would be.
    const huge = [1e8, 1e10].map(at);
    const losses = [...large, ...huge].map(({ optimum }) => optimum.loss);
    for (let i = 1; i < losses.length; i++) expect(losses[i]).toBeGreaterThanOrEqual(losses[i - 1] * (1 - 1e-9));
    expect(losses[6] / losses[5] - 1).toBeLessThan(2e-2);
  });
});

describe("L* with slack", () => {
  const common = { counts: [5, 5, 5, 5], dim: 9, weightDecay: 0.02 };

  test.each<[SolvableObjective, FrameShape]>([
    [{ kind: "gufm-ce", ...common }, "simplex"],
    [{ kind: "gufm-ce", ...common, bias: "free" }, "simplex"],
    [{ kind: "gufm-mse", ...common, bias: "free" }, "simplex"],
    [{ kind: "gufm-mse", ...common, bias: "none" }, "orthogonal"],
  ])("does not depend on ρ on the classifier's own frame: %j, %s", (objective, frame) => {
    const plain = solved(objective);
    for (const rho of [1e-6, 0.1, 10, 1e6]) {
      const closed = solved({ ...objective, slack: { rho, frame } } as SolvableObjective);
      expect(closed).toMatchObject({ method: "closed-form", loss: plain.loss, slack: 0 });
      if (rho > 10) continue;
      const numeric = numericOptimum({ ...objective, slack: { rho, frame } } as SolvableObjective);
      expect(numeric.loss).toBeCloseTo(plain.loss, 12);
      expect(numeric.slack).toBeLessThan(1e-14);
    }
  });

  /**
   * Cross entropy held to I, equal classes: G = aE + b 11ᵀ/K, where the features only see a, so that
   * L*(a, b) = log(1 + (K−1)e^{−√(a d K/(K−1))}) + (λ/2)((K−1)a + b) + (ρ/2)((K−1)/K)(a − b)².
   */
  test.each([0.01, 0.1, 1])("is the optimum over two numbers for cross entropy towards the orthogonal frame, ρ = %f", (rho) => {
    const [K, d, decay] = [4, 9, 0.02];
    const twoNumbers = ([p, q]: Float64Array) => {
      const [a, b] = [p * p, q * q];
      return (
        Math.log1p((K - 1) * Math.exp(-Math.sqrt((a * d * K) / (K - 1)))) +
        (decay / 2) * ((K - 1) * a + b) +
        (rho / 2) * ((K - 1) / K) * (a - b) ** 2
      );
    };
    const { value } = minimize(
      (x, gradient) => {
        for (const i of [0, 1]) {
          const moved = (h: number) => twoNumbers(x.map((entry, j) => (i === j ? entry + h : entry)));
          gradient[i] = (moved(1e-6) - moved(-1e-6)) / 2e-6;
        }
        return twoNumbers(x);
      },
      Float64Array.of(1, 0.8),
      { gradientTolerance: 1e-9, maxIterations: 500 },
    );
    const optimum = solved({ kind: "gufm-ce", ...common, slack: { rho, frame: "orthogonal" } });
    expect(optimum.loss).toBeCloseTo(value, 10);
    expect(optimum.fit + optimum.ridge + optimum.slack).toBeCloseTo(optimum.loss, 15);
  });
});
