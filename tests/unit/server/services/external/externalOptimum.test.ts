import { describe, expect, test } from "vitest";
import { externalObjective } from "../../../../../contract/external/externalObjective.ts";
import { externalOptimum } from "../../../../../server/services/external/externalOptimum.ts";

const parse = (objective: object) => externalObjective.parse(objective);
const sizes = (classes: number, samples: number) => new Array<number>(classes).fill(samples);

describe("L* of a stated objective", () => {
  test.each<[string, object, counts: number[], dim: number, loss: number]>([
    [
      "smoothed labels beside ridges: K = 4, n = 5, λ_W = λ_H = 0.01, ε = 0.1",
      { loss: "ce", smoothing: 0.1, features: "ridge", weightDecay: 0.01, featureDecay: 0.01 },
      ...([sizes(4, 5), 8, 0.5648181366813735] as const),
    ],
    [
      "smoothed labels on the sphere: K = 10, d = 64, λ = 0.005, ε = 0.1",
      { loss: "ce", smoothing: 0.1, features: "layernorm", weightDecay: 0.005 },
      ...([sizes(10, 20), 64, 0.50667731] as const),
    ],
    [
      "smoothed labels of two classes: d = 8, λ = 0.005, ε = 0.2",
      { loss: "ce", smoothing: 0.2, features: "layernorm", weightDecay: 0.005 },
      ...([sizes(2, 7), 8, 0.32583471] as const),
    ],
    [
      "normalized features of temperature √d are those of a LayerNorm",
      { loss: "ce", features: "normalized", temperature: 8, weightDecay: 0.005 },
      ...([sizes(10, 20), 64, 0.02275937] as const),
    ],
    [
      "unit rows: log(1 + (K − 1)e^(−τK/(K−1)))",
      { loss: "ce", features: "normalized", temperature: 5, rows: "unit" },
      ...([sizes(10, 3), 16, Math.log1p(9 * Math.exp((-5 * 10) / 9))] as const),
    ],
    [
      "a fixed simplex beside a LayerNorm: the same margin with √d",
      { loss: "ce", features: "layernorm", rows: "simplex" },
      ...([sizes(10, 3), 16, Math.log1p(9 * Math.exp((-4 * 10) / 9))] as const),
    ],
    [
      "the plain objective, as before",
      { loss: "ce", features: "layernorm", weightDecay: 0.005 },
      ...([sizes(2, 7), 64, 0.0015847] as const),
    ],
  ])("%s", async (_, objective, counts, dim, loss) => {
    const optimum = await externalOptimum(parse(objective), counts, dim);
    if (optimum.method === "none") throw new Error(optimum.reason);
    const digits = Number(loss.toPrecision(7)) === loss || Number(loss.toPrecision(8)) === loss ? 5e-7 : 1e-12;
    expect(Math.abs(optimum.loss / loss - 1)).toBeLessThan(digits * (loss < 0.01 ? 10 : 1));
  });

  test("of the focal loss with γ = 0 is that of cross entropy, and absent with its reason where it is not known", async () => {
    const focal = { loss: "focal", features: "layernorm", weightDecay: 0.005 };
    const optimum = await externalOptimum(parse({ ...focal, gamma: 0 }), sizes(10, 20), 64);
    expect(optimum.method !== "none" && optimum.loss).toBeCloseTo(0.02275937, 8);
    const unequal = await externalOptimum(parse(focal), [20, 10], 64);
    expect(unequal).toMatchObject({ method: "none", reason: expect.stringContaining("focal") });
  });
});

test.each<[string, object, string]>([
  ["smoothing of another loss", { loss: "mse", smoothing: 0.1 }, "smoothing"],
  ["γ of another loss", { gamma: 2 }, "gamma"],
  ["normalized features without a temperature", { features: "normalized" }, "temperature"],
  ["a temperature of other features", { temperature: 5 }, "temperature"],
  ["a ridge on normalized features", { features: "normalized", temperature: 5, featureDecay: 0.1 }, "featureDecay"],
  ["a trained head without its decay", { weightDecay: undefined }, "weightDecay"],
  ["a decay of rows that cannot grow", { rows: "simplex" }, "weightDecay"],
  ["a bias beside them", { rows: "unit", weightDecay: undefined, bias: "free" }, "bias"],
  ["unit rows beside a ridge", { rows: "unit", weightDecay: undefined, features: "ridge", featureDecay: 0.1 }, "rows"],
  ["a penalized bias on the sphere", { bias: "penalized", biasDecay: 0.1 }, "bias"],
  ["ε of 1", { smoothing: 1 }, "smoothing"],
])("is refused with %s, and the message names the field", (_, changes, path) => {
  const { error } = externalObjective.safeParse({ loss: "ce", features: "layernorm", weightDecay: 0.005, ...changes });
  expect(error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
});
