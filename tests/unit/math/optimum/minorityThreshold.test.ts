import { describe, expect, test } from "vitest";
import { matrixFromRows } from "../../../../math/linear/matrix.ts";
import {
  coinciding,
  findMinorityThreshold,
  type LayerPeeledModel,
  minorityCosines,
  ridgeMinorityThreshold,
} from "../../../../math/optimum/minorityThreshold.ts";
import { finish } from "../../../../math/optimum/search.ts";
import { unconstrainedOptimum } from "../../../../math/optimum/unconstrainedOptimum.ts";

const fine = 100_000;
function cosinesAt(model: LayerPeeledModel, ratio: number, kind: "ufm-ce" | "ufm-mse", bias: "none" | "free") {
  const { large, small, samples, weightDecay, featureDecay } = model;
  const counts = Array.from({ length: large + small }, (_, k) => (k < large ? fine : Math.round(fine * ratio)));
  const optimum = unconstrainedOptimum({
    ...{ kind, counts, dim: counts.length + 1, weightDecay, featureDecay: (featureDecay * samples) / fine, bias },
  });
  if (optimum.method === "none") throw new Error(optimum.reason);
  return minorityCosines(optimum, small);
}

const models: LayerPeeledModel[] = [
  { large: 2, small: 2, samples: 100, weightDecay: 0.005, featureDecay: 0.02 },
  { large: 2, small: 4, samples: 50, weightDecay: 0.01, featureDecay: 0.02 },
  { large: 5, small: 5, samples: 100, weightDecay: 0.04, featureDecay: 0.0005 },
];

describe("the ratio at which small classes coincide", () => {
  test.each(models)("is where the numeric optimum of cross entropy parts them: $large large, $small small", (model) => {
    const threshold = ridgeMinorityThreshold(model);
    expect(threshold).toBeGreaterThan(0.01);
    expect(threshold).toBeLessThan(0.5);
    for (const bias of ["none", "free"] as const) {
      expect(cosinesAt(model, 0.95 * threshold, "ufm-ce", bias).head).toBeGreaterThan(coinciding);
      expect(cosinesAt(model, 1.05 * threshold, "ufm-ce", bias).head).toBeLessThan(coinciding);
    }
  });

  /*
   * By PyTorch's L-BFGS in float64 from a random start, over W [K, d], one feature a class H [K, d] and counts c of any real size:
   *   J = (c/c.sum() * -log_softmax(H @ W.T, 1).diagonal()).sum() + λ_W/2 (W²).sum() + λ_H/2 (c[:, None] * H²).sum(), d = 4 and 6
   * Ratios are shares of r*; cosines are means over the small classes' rows of W.
   */
  test.each([
    [0, 0.98, 0.6697696523019261, 1],
    [0, 1.02, 0.6711840277553536, 0.9851099626446511],
    [0, 1.1, 0.6739509670472299, 0.9297359959491991],
    [1, 0.9, 0.8731393971123405, 1],
    [1, 1.02, 0.8868540746836566, 0.9503868900388451],
    [1, 1.1, 0.8956100013391546, 0.7947467041861466],
  ])("agrees with a generic optimizer of the layer-peeled objective: model %d at %d r*", (at, share, loss, cosine) => {
    const model = models[at] as LayerPeeledModel;
    const ratio = share * ridgeMinorityThreshold(model);
    const counts = Array.from({ length: model.large + model.small }, (_, k) =>
      k < model.large ? 1e12 : Math.round(1e12 * ratio),
    );
    const featureDecay = (model.featureDecay * model.samples) / 1e12;
    const optimum = unconstrainedOptimum({
      ...{ kind: "ufm-ce", counts, dim: counts.length, weightDecay: model.weightDecay, featureDecay },
    });
    if (optimum.method === "none") throw new Error(optimum.reason);
    expect(Math.abs(optimum.loss / loss - 1)).toBeLessThan(1e-10);
    expect(Math.abs((minorityCosines(optimum, model.small).head as number) - cosine)).toBeLessThan(1e-4);
  });

  test.each(models)(
    "is the same under squared error: with a bias they coincide, without one they are zero: $large, $small",
    (model) => {
      const threshold = ridgeMinorityThreshold(model);
      expect(cosinesAt(model, 0.99 * threshold, "ufm-mse", "free").head).toBeCloseTo(1, 9);
      expect(cosinesAt(model, 1.01 * threshold, "ufm-mse", "free").head).toBeLessThan(coinciding);
      expect(cosinesAt(model, 0.99 * threshold, "ufm-mse", "none").head).toBeNull();
      expect(cosinesAt(model, 1.01 * threshold, "ufm-mse", "none").head).toBeCloseTo(0, 9);
    },
  );

  test("solves r = a (t + m r)², and is every ratio under a strong ridge", () => {
    for (const model of models) {
      const r = ridgeMinorityThreshold(model);
      const a = model.weightDecay * model.featureDecay * model.samples;
      expect(a * (model.large + model.small * r) ** 2).toBeCloseTo(r, 14);
    }
    expect(ridgeMinorityThreshold({ large: 5, small: 5, samples: 100, weightDecay: 1, featureDecay: 1 })).toBe(1);
    expect(() => ridgeMinorityThreshold({ ...(models[0] as LayerPeeledModel), small: 1 })).toThrow("small classes");
    expect(() => ridgeMinorityThreshold({ ...(models[0] as LayerPeeledModel), weightDecay: 0 })).toThrow("weightDecay");
  });

  test("is found numerically to 1 % where there is no closed form", () => {
    const model = models[0] as LayerPeeledModel;
    const found = finish(findMinorityThreshold((ratio) => cosinesAt(model, ratio, "ufm-ce", "none").head, 1e-3)) as number;
    expect(Math.abs(found / ridgeMinorityThreshold(model) - 1)).toBeLessThan(0.02);
    expect(finish(findMinorityThreshold(() => 0.3))).toBeNull();
    expect(finish(findMinorityThreshold(() => 1))).toBe(1);
  });
});

test("cosines are those of the last classes, of features from the mean of all; none of zero vectors", () => {
  const weights = matrixFromRows([
    [1, 0],
    [0, 2],
    [0, 1],
  ]);
  expect(minorityCosines({ weights, features: weights }, 2)).toEqual({ head: 1, means: expect.closeTo(meansCosine(), 12) });
  expect(
    minorityCosines(
      {
        weights: matrixFromRows([
          [1, 0],
          [0, 0],
          [0, 1],
        ]),
        features: weights,
      },
      2,
    ).head,
  ).toBeNull();
  expect(() => minorityCosines({ weights, features: weights }, 4)).toThrow("more than the 3");
  /** Of (−1/3, 1) and (−1/3, 0). */
  function meansCosine() {
    return 1 / 9 / (Math.hypot(1 / 3, 1) * (1 / 3));
  }
});
