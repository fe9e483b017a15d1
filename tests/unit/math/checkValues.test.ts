import { describe, expect, test } from "vitest";
import { measureHiddenLayer, measureLastLayer } from "../../../math/collapse/layerMetrics.ts";
import { matrix } from "../../../math/linear/matrix.ts";
import { hardFrameOptimum } from "../../../math/optimum/hardFrameOptimum.ts";
import { numericOptimum } from "../../../math/optimum/numericOptimum.ts";
import type { Optimum } from "../../../math/optimum/optimum.ts";
import type { SolvableObjective } from "../../../math/optimum/unconstrainedObjective.ts";
import { type NoOptimum, unconstrainedOptimum } from "../../../math/optimum/unconstrainedOptimum.ts";
import { excess } from "./optimum/optimalityBound.ts";

/** Literal values, each found by code that shares nothing with this program's: NumPy and SciPy's BFGS, or mpmath at 40 digits. */

function lossOf(
  objective: SolvableObjective,
  solve: (objective: SolvableObjective) => Optimum | NoOptimum = unconstrainedOptimum,
): number {
  const optimum = solve(objective);
  if (optimum.method === "none") throw new Error(optimum.reason);
  return optimum.loss;
}

const relative = (found: number, expected: number) => Math.abs(found / expected - 1);

describe("metrics of arrays given by formulas", () => {
  const [classes, dim, samples] = [5, 8, 30];
  const labels = Int32Array.from({ length: samples }, (_, i) => i % classes);
  const features = Float64Array.from({ length: samples * dim }, (_, at) => {
    const [i, j] = [Math.floor(at / dim), at % dim];
    return Math.cos(0.7 * (labels[i] + 1) * (j + 1)) + 0.1 * Math.sin(1.3 * i + 2.1 * j ** 2);
  });
  const weights = matrix(
    classes,
    dim,
    Float64Array.from({ length: classes * dim }, (_, at) => Math.cos(0.5 * (Math.floor(at / dim) + 1) * ((at % dim) + 1))),
  );
  /** arg max of W h_i */
  const predictions = Int32Array.from({ length: samples }, (_, i) => {
    const logits = Array.from({ length: classes }, (_, k) => {
      let sum = 0;
      for (let j = 0; j < dim; j++) sum += weights.data[k * dim + j] * features[i * dim + j];
      return sum;
    });
    return logits.indexOf(Math.max(...logits));
  });
  const last = measureLastLayer(features, labels, weights, predictions).values;

  test.each([
    ["nc1.ratio", 0.00161946018227],
    ["nc1.pinv", 0.0288065907351],
    ["nc1.cdnv", 0.00839628933941],
    ["norms.spread", 1.07879673193],
    ["nc2.frame", 0.293847291437],
    ["nc2.frame.orthogonal", 0.451543856681],
    ["nc2.etf", 0.297145155062],
    ["nc2.mframe", 0.533810041797],
    ["nc2.mframe.orthogonal", 0.635749108605],
    ["nc2.metf", 0.555689801138],
    ["nc2.norms", 0.146040603812],
    ["nc2.angles", 0.298620660346],
    ["nc3.cosine", 0.952932599402],
    ["nc3.duality", 1.38721142013],
  ] as const)("last layer, %s = %f", (id, expected) => {
    expect(relative(last[id] ?? Number.NaN, expected)).toBeLessThan(4e-12);
  });

  test("last layer, nc4 by the arg max of WH: 18 of 30", () => {
    expect(last["nc4.ncc"]).toBe(0.6);
  });

  test("a hidden layer's nc1, norms and angles are the same, its nc4 is against the labels", () => {
    const hidden = measureHiddenLayer(features, labels, classes, dim).values;
    for (const id of ["nc1.ratio", "nc1.pinv", "nc1.cdnv", "nc2.norms", "nc2.angles"] as const) expect(hidden[id]).toBe(last[id]);
    expect(hidden["nc4.ncc"]).toBe(0);
    // A hidden layer's frame and etf are of its class means; the last layer has these beside the classifier's.
    expect(hidden["nc2.frame"]).toBe(last["nc2.mframe"]);
    expect(hidden["nc2.frame.orthogonal"]).toBe(last["nc2.mframe.orthogonal"]);
    expect(hidden["nc2.etf"]).toBe(last["nc2.metf"]);
    expect(Object.keys(hidden).filter((id) => id.startsWith("nc2.m"))).toEqual([]);
  });
});

const longTail = [1000, 464, 215, 100, 46, 22, 10, 5, 2, 1];
const held = (rho: number, frame: "simplex" | "orthogonal") => ({ slack: { rho, frame } });

describe("optima", () => {
  test.each<[SolvableObjective, number]>([
    [{ kind: "gufm-ce", counts: [1000, 1], dim: 64, weightDecay: 0.005, bias: "free" }, 0.000839431192163],
    [{ kind: "gufm-ce", counts: [1000, 1], dim: 64, weightDecay: 0.005 }, 0.001584695859771415],
    [{ kind: "gufm-ce", counts: [100, 10, 1], dim: 3, weightDecay: 0.005, bias: "none" }, 0.034148648678],
    [{ kind: "gufm-ce", counts: longTail, dim: 64, weightDecay: 0.005 }, 0.0166022262619],
    [{ kind: "gufm-ce", counts: new Array<number>(10).fill(10), dim: 64, weightDecay: 10 }, 2.0075495976],
    [{ kind: "gufm-mse", counts: [100, 60, 36, 22, 13, 8, 5, 3, 2, 1], dim: 64, weightDecay: 5, bias: "free" }, 0.116777579915],
    [{ kind: "gufm-ce", counts: [25, 25, 25, 25], dim: 16, weightDecay: 0.005, ...held(0.1, "orthogonal") }, 0.0240427694197],
    [{ kind: "gufm-ce", counts: [7, 3, 2], dim: 5, weightDecay: 0.02 }, 0.07393643853660456],
    [{ kind: "gufm-ce", counts: [7, 3, 2], dim: 5, weightDecay: 0.02, bias: "free" }, 0.07260178003139317],
    [{ kind: "gufm-ce", counts: [50, 20, 5, 1], dim: 4, weightDecay: 0.3 }, 0.5645385915169432],
    [{ kind: "gufm-ce", counts: [50, 20, 5, 1], dim: 9, weightDecay: 0.001, bias: "free" }, 0.007294639224738285],
    [{ kind: "gufm-ce", counts: [7, 3, 2], dim: 5, weightDecay: 100 }, 1.0882526548622267],
    [{ kind: "gufm-mse", counts: [9, 4, 1], dim: 6, weightDecay: 0.5, bias: "free" }, 0.0413606773656454],
    [{ kind: "gufm-mse", counts: [9, 4, 1], dim: 6, weightDecay: 0.5, bias: "none" }, 0.0883740796485376],
    [{ kind: "gufm-mse", counts: [9, 4, 1], dim: 6, weightDecay: 0.5, bias: "free", fitScale: 0.2 }, 0.03053364519310349],
    [{ kind: "ufm-ce", counts: [9, 4, 1], dim: 6, weightDecay: 0.02, featureDecay: 0.003 }, 0.16302688946641697],
    [{ kind: "ufm-ce", counts: [9, 4, 1], dim: 6, weightDecay: 0.02, featureDecay: 0.003, bias: "free" }, 0.1379472015771315],
    [
      { kind: "ufm-ce", counts: [9, 4, 1], dim: 6, weightDecay: 0.02, featureDecay: 0.003, bias: "penalized", biasDecay: 0.01 },
      0.15147958844036286,
    ],
    [{ kind: "ufm-mse", counts: [9, 4, 1], dim: 6, weightDecay: 0.02, featureDecay: 0.003, bias: "none" }, 0.045215800154489],
    [{ kind: "ufm-mse", counts: [9, 4, 1], dim: 6, weightDecay: 0.02, featureDecay: 0.003, bias: "free" }, 0.026606224438310608],
    [
      { kind: "ufm-mse", counts: [9, 4, 1], dim: 6, weightDecay: 0.02, featureDecay: 0.003, bias: "penalized", biasDecay: 0.05 },
      0.036815800154489,
    ],
    [{ kind: "gufm-ce", counts: [9, 4, 1], dim: 6, weightDecay: 0.02, ...held(0.05, "simplex") }, 0.06647200514899664],
    [
      { kind: "gufm-ce", counts: [9, 4, 1], dim: 6, weightDecay: 0.02, bias: "free", ...held(0.05, "orthogonal") },
      0.07829281497391916,
    ],
    [
      { kind: "gufm-mse", counts: [9, 4, 1], dim: 6, weightDecay: 0.02, bias: "free", ...held(5, "orthogonal") },
      0.0032501909072514875,
    ],
    [{ kind: "gufm-mse", counts: [9, 4, 1], dim: 6, weightDecay: 0.02, bias: "none", ...held(5, "simplex") }, 0.0194203568204586],
  ])("%j: L* = %f", (objective, expected) => {
    expect(relative(lossOf(objective), expected)).toBeLessThan(1e-11);
  });
});

describe("optima at decays far below the usual ones are right to a share of themselves", () => {
  const small = [1e-7, 1e-9, 1e-12];

  test.each<[SolvableObjective, number, number, number]>([
    [
      { kind: "gufm-ce", counts: [1000, 1], dim: 64, weightDecay: 0, bias: "free" },
      ...([1.055645218095686e-7, 1.690409976049702e-9, 2.938649872231822e-12] as const),
    ],
    [
      { kind: "gufm-ce", counts: [1000, 1], dim: 64, weightDecay: 0 },
      ...([1.417488967927821e-7, 2.146607555228042e-9, 3.537995215424542e-12] as const),
    ],
    [
      { kind: "gufm-ce", counts: [3, 1], dim: 4, weightDecay: 0, bias: "free" },
      ...([1.659258930294816e-6, 2.666458811714241e-8, 4.650843621575112e-11] as const),
    ],
    [
      { kind: "gufm-ce", counts: [10, 10, 10, 10, 10], dim: 16, weightDecay: 0, ...held(0.1, "orthogonal") },
      ...([3.647402263365928e-6, 5.753039901113e-8, 9.860386765006973e-11] as const),
    ],
  ])("%j", (objective, ...expected) => {
    small.forEach((weightDecay, i) => {
      expect(relative(lossOf({ ...objective, weightDecay }), expected[i])).toBeLessThan(1e-12);
    });
  });

  test.each<[SolvableObjective, number]>([
    [{ kind: "gufm-ce", counts: [9, 4, 1], dim: 6, weightDecay: 1e-7 }, 2.95290594017751e-6],
    [{ kind: "gufm-ce", counts: [9, 4, 1], dim: 6, weightDecay: 1e-7, bias: "free" }, 2.9220569383799127e-6],
    [{ kind: "gufm-ce", counts: [9, 4, 1], dim: 6, weightDecay: 1e-9 }, 4.73776836890031e-8],
    [{ kind: "gufm-ce", counts: [9, 4, 1], dim: 6, weightDecay: 1e-9, bias: "free" }, 4.7044785180281536e-8],
    [{ kind: "gufm-ce", counts: [9, 4, 1], dim: 6, weightDecay: 1e-7, ...held(1e-7, "simplex") }, 3.033744578751809e-6],
    [{ kind: "gufm-ce", counts: [9, 4, 1], dim: 6, weightDecay: 1e-9, ...held(1e-9, "simplex") }, 4.84955525935531e-8],
    [{ kind: "ufm-ce", counts: [9, 4, 1], dim: 6, weightDecay: 1e-7, featureDecay: 1e-4 }, 0.00016973497796542782],
    [{ kind: "ufm-ce", counts: [9, 4, 1], dim: 6, weightDecay: 1e-9, featureDecay: 1e-4 }, 2.0011940930740992e-5],
    [{ kind: "ufm-ce", counts: [9, 4, 1], dim: 6, weightDecay: 1e-7, featureDecay: 1e-7, bias: "free" }, 5.776842961994024e-6],
    [{ kind: "ufm-ce", counts: [9, 4, 1], dim: 6, weightDecay: 1e-9, featureDecay: 1e-9, bias: "free" }, 7.408587919840674e-8],
    [{ kind: "gufm-mse", counts: [9, 4, 1], dim: 6, weightDecay: 1e-7, bias: "free" }, 1.1111110326931933e-8],
  ])("%j: L* = %f", (objective, expected) => {
    expect(relative(lossOf(objective), expected)).toBeLessThan(1e-10);
  });

  /** Two classes stand opposite each other: a ridge regression on ±√d. L* = 2αp(1−p)κ/(4p(1−p)d + κ), κ = λ/(2α). */
  test.each([...small, 1e6])("squared error with a free bias, two unequal classes, λ = %f", (weightDecay) => {
    const [share, dim] = [0.75, 4];
    const spread = share * (1 - share);
    const expected = (spread * weightDecay) / (4 * spread * dim + weightDecay);
    expect(relative(lossOf({ kind: "gufm-mse", counts: [3, 1], dim, weightDecay, bias: "free" }), expected)).toBeLessThan(1e-13);
  });

  test.each(small)("the search finds the closed forms of equal classes, λ = %f", (weightDecay) => {
    const even = { counts: [10, 10, 10, 10, 10], dim: 16, weightDecay };
    const forms: SolvableObjective[] = [
      { kind: "gufm-ce", ...even },
      { kind: "gufm-ce", ...even, counts: new Array<number>(10).fill(3), dim: 64 },
      { kind: "gufm-ce", ...even, ...held(0.1, "simplex") },
      { kind: "ufm-ce", ...even, featureDecay: weightDecay },
      { kind: "ufm-ce", ...even, featureDecay: 1e-3 },
    ];
    for (const objective of forms) expect(relative(lossOf(objective, numericOptimum), lossOf(objective))).toBeLessThan(1e-13);
    for (const bias of ["none", "free"] as const) {
      const onFrame = hardFrameOptimum({ kind: "gufm-ce", ...even, bias }, "simplex");
      expect(relative(onFrame.loss, lossOf(forms[0]))).toBeLessThan(1e-13);
    }
  });

  /** Two numbers of the Gram matrices and one of the features, by Newton at 40 digits; below 1e-10 float64 no longer carries it. */
  test.each([
    [1e-7, 1.2499983984375e-8, 8.61595426485079e-6],
    [1e-9, 1.249999983984375e-10, 7.88924812155464e-6],
  ])("squared error held to another frame, λ = %f", (weightDecay, withBias, without) => {
    const even = { kind: "gufm-mse", counts: [10, 10, 10, 10, 10], dim: 16, weightDecay } as const;
    expect(relative(lossOf({ ...even, bias: "free", ...held(0.1, "orthogonal") }), withBias)).toBeLessThan(1e-11);
    expect(relative(lossOf({ ...even, bias: "none", ...held(0.1, "simplex") }), without)).toBeLessThan(1e-11);
  });

  test("or there is none, with the reason: squared error with slack at 1e-12", () => {
    const even = { kind: "gufm-mse", counts: [30, 14, 7, 4, 1], dim: 16, weightDecay: 1e-12 } as const;
    expect(unconstrainedOptimum({ ...even, bias: "free", ...held(0.1, "simplex") })).toMatchObject({
      method: "none",
      reason: expect.stringMatching(/^gradient .* is above /),
    });
  });

  const hundred = Array.from({ length: 100 }, (_, k) => Math.round(500 * 0.01 ** (k / 99)));
  test.each<SolvableObjective>([
    { kind: "gufm-ce", counts: hundred, dim: 128, weightDecay: 1e-7 },
    { kind: "gufm-ce", counts: hundred, dim: 128, weightDecay: 1e-7, ...held(0.1, "simplex") },
    { kind: "gufm-mse", counts: hundred, dim: 128, weightDecay: 1e-7, bias: "free" },
  ])("a hundred unequal classes, within what duality can tell: $kind", (objective) => {
    const optimum = unconstrainedOptimum(objective);
    if (optimum.method === "none") throw new Error(optimum.reason);
    expect(excess(objective, optimum)).toBeLessThan(1e-6 * optimum.loss);
  });

  test("on the sphere nothing is zero, however strong the ridge", () => {
    const strong = unconstrainedOptimum({ kind: "gufm-ce", counts: [30, 14, 7, 4, 1], dim: 16, weightDecay: 1e8 });
    expect(strong).toMatchObject({ method: "numeric", geometry: "unequal" });
    expect(strong.method !== "none" && strong.scale).toBeGreaterThan(1e-8);
    expect(strong.method !== "none" && strong.featureScale).toBeCloseTo(4, 12);
  });
});
